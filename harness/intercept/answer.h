/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults within calls: between call_begin() and call_end() an interceptor reaches libc through
 * REAL(), and there a stand-in returns the fault's answer, or makes the call with less to move.
 */
#ifndef SABOT_INTERCEPT_ANSWER_H
#define SABOT_INTERCEPT_ANSWER_H

#include "core/control.h"

/* The task, which is struck, is in the call that it has announced: sees whether a fault is due. */
void answer_begin(struct task *task);
/*
 * For a call that is ours alone, and asks libc for nothing: whether a fault makes it fail; *error
 * then is errno.
 */
bool answer_fails(int *error);
/* A task that this one makes has reached the limits that its maker has. */
void answer_inherit(struct task *child);
/* The call has returned. */
void answer_end(void);

#endif
