/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the trace as sentences. Of check/explain.c only. */
#ifndef SABOT_CHECK_SENTENCE_H
#define SABOT_CHECK_SENTENCE_H

#include "core/control.h"

/*
 * What a call that began with `call` (may be NULL: then the amount is not known) and ended with
 * `end` did: "takes SysV semaphore#0 (number 0) by semop". Without the task's name. Returns text.
 */
const char *sentence_of_return(const struct event *call, const struct event *end, char *text,
			       size_t size);

/* "sleeps in semop: it wants 2 of SysV semaphore#0". Returns text. */
const char *sentence_of_sleep(const struct event *call, const struct event *event, char *text,
			      size_t size);

/* "is killed at the point \"inside\"", "is stopped before semop", ... Returns text. */
const char *sentence_of_fault(const struct event *event, char *text, size_t size);

/* Any other event, or "" if there is nothing to say of it. Returns text. */
const char *sentence_of_event(const struct event *event, char *text, size_t size);

#endif
