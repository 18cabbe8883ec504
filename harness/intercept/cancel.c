/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a thread can be cancelled, and when. To the kernel every thread is of the deferred kind:
 * one that asked for PTHREAD_CANCEL_ASYNCHRONOUS heeds it at its next point, which is as soon as
 * anybody can have cancelled it, but not asleep in a call that is no cancellation point.
 */
#include "intercept/cancel.h"

#include "intercept/real.h"

#include <pthread.h>

static bool is_due(const struct task *task)
{
	return task->cancelled && !task->uncancellable;
}

void cancel_note(struct task *task)
{
	task->cancelled = true;
	task->signalled = control->signals_due = true;
	if (is_due(task) && task->state == TASK_TIMED)
		task->interrupted = true;
}

void cancel_heed(void)
{
	if (task_self && is_due(task_self))
		REAL(pthread_testcancel)();
}

INTERPOSE int pthread_setcancelstate(int state, int *old)
{
	struct call call;
	int error;

	if (!call_enter(&call, OP_THREAD_CANCELSTATE))
		return REAL(pthread_setcancelstate)(state, old);
	call.amount = state;
	call_begin(&call);
	error = REAL(pthread_setcancelstate)(state, old);
	if (!error)
		task_self->uncancellable = state == PTHREAD_CANCEL_DISABLE;
	error = call_end_error(&call, error);
	if (task_self->cancels_at_once)
		cancel_heed();
	return error;
}

INTERPOSE int pthread_setcanceltype(int type, int *old)
{
	bool before;

	if (!call_is_task() ||
	    (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS))
		return REAL(pthread_setcanceltype)(type, old);
	before = task_self->cancels_at_once;
	task_self->cancels_at_once = type == PTHREAD_CANCEL_ASYNCHRONOUS;
	if (old)
		*old = before ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED;
	if (task_self->cancels_at_once)
		cancel_heed();
	return 0;
}

INTERPOSE void pthread_testcancel(void)
{
	struct call call;

	if (call_enter(&call, OP_THREAD_TESTCANCEL)) {
		call_begin(&call);
		(void)call_end(&call, 0);
	}
	REAL(pthread_testcancel)();
}
