/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cancellation of threads. Calls that sleep in the kernel are libc's own cancellation points. Those
 * that we answer ourselves, such as virtual sleeps, ask here.
 */
#ifndef SABOT_INTERCEPT_CANCEL_H
#define SABOT_INTERCEPT_CANCEL_H

#include "core/control.h"

/* The task's thread is being cancelled: a virtual sleep of its ends. */
void cancel_note(struct task *task);

/* After a call that is a cancellation point: does not return if the thread is to end. */
void cancel_heed(void);

#endif
