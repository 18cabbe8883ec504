/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace: what happened in an execution, as events in the control block and one hash over all of
 * them. Written by whoever has the turn. Only what is the same on every machine and at every load
 * goes in: no time, pid or address.
 */
#ifndef SABOT_CORE_TRACE_H
#define SABOT_CORE_TRACE_H

#include "core/control.h"

#define TRACE_HASH_START UINT64_C(0x5ab07)
#define TRACE_HASH_KEY	 UINT64_C(0xa0761d6478bd642f)

/* An event of the task (NULL: of nobody) with one value. */
void trace_event(enum event_kind kind, const struct task *task, int64_t value);
/* The task has come to the point of its task->call: an EVENT_CALL. Not in free mode. */
void trace_arrival(const struct task *task) __attribute__((nonnull));
/* An event of an object, with no task: a timer expires. */
void trace_object(enum event_kind kind, int object, int64_t value);
/* The task's call returned. */
void trace_return(const struct task *task, const struct call *call, int64_t result, int error);
/* A point at an access of shared memory that is kept in the hash alone: as EVENT_CALL of it. */
void trace_quiet(enum op op, const struct task *task, int64_t size, uint64_t offset);
/*
 * The operation of a history, a place in control->history: it is called, or has returned. Returns
 * the event's number. In free mode too what is done after it is seen by others after it, and what
 * was done before it before.
 */
uint32_t trace_operation(enum event_kind kind, const struct task *task, uint32_t operation,
			 uintptr_t site);
/* A store of the task has arrived in memory. */
void trace_store(const struct task *task, uint64_t offset, int64_t value, size_t size);
/* The access that the task came for is done now. For stories: not in the hash. */
void trace_access(const struct task *task, int64_t value);
/* The events that are kept: at most EVENTS_MAX. */
uint32_t trace_count(void);
/* One event as a line without newline, the same on every machine. Returns text. */
const char *trace_line(const struct event *event, char *text, size_t size);

#endif
