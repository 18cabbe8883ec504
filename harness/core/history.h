/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histories: what tasks say that they do to the scenario's objects, recorded in the control block
 * in the order of the calls. The moments are the numbers of their events in the trace. What becomes
 * of them is check/histories.h's.
 */
#ifndef SABOT_CORE_HISTORY_H
#define SABOT_CORE_HISTORY_H

#include "core/control.h"

enum { HISTORY_TEXT = 80 };

/* The scenario's row that the operation belongs to. */
const struct sabot_history *history_of(const struct history_operation *operation);

/* As its specification describes it: "dequeue() = 3", or "dequeue()". Returns text. */
const char *history_text(const struct sabot_specification *specification,
			 const struct sabot_operation *operation, char *text, size_t size);

/* Of an event of OP_OPERATION; as it is called, the result is not told. Returns text. */
const char *history_event_text(const struct event *event, char *text, size_t size);

/*
 * A store of the task has arrived; `oldest`: the number of the oldest that waits, or 0. Operations
 * that had to wait for no other have now returned: how many.
 */
uint32_t history_arrived(const struct task *task, uint32_t oldest);

#endif
