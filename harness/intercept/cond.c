/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pthread condition variables. A wait is announced on the variable, with its mutex in detail[0]
 * (index + 1): the waiter gives the mutex back, and takes it again before the call returns.
 */
#include "intercept/deadline.h"
#include "intercept/mapping.h"
#include "intercept/mutex.h"
#include "intercept/real.h"

/* libc keeps an older condition variable under the same names. */
#define REAL_COND(function) REAL_VERSION(function, "GLIBC_2.3.2")

enum { CLOCK_IS_MONOTONIC = 2 /* in __wrefs, of glibc */ };

/* A wait under way. */
struct wait {
	struct call call;
	pthread_mutex_t *mutex;
	int mutex_object;
	int holder;
};

static void wait_describe(struct wait *wait, pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	wait->mutex = mutex;
	wait->mutex_object = mapping_object(FAMILY_MUTEX, mutex);
	mapping_describe(&wait->call, cond);
	wait->call.detail[0] = (uint64_t)(wait->mutex_object + 1);
}

static void wait_begin(struct wait *wait)
{
	call_begin(&wait->call);
	wait->holder = mutex_note_given(wait->mutex_object, wait->mutex);
}

static int wait_end(struct wait *wait, int result)
{
	if (mutex_is_taken(result) || result == ETIMEDOUT)
		mutex_note_taken(wait->mutex_object, wait->mutex);
	else if (result == ENOTRECOVERABLE)
		control->settle_due = true;
	else
		mutex_note_kept(wait->mutex_object, wait->mutex, wait->holder);
	return call_end_error(&wait->call, result);
}

/* Its thread is cancelled in it: libc has taken the mutex again, for those who clean up. */
static void wait_cancelled(void *wait)
{
	const struct wait *cancelled = wait;

	mutex_note_taken(cancelled->mutex_object, cancelled->mutex);
}

INTERPOSE int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attributes)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_COND_INIT))
		return REAL_COND(pthread_cond_init)(cond, attributes);
	mapping_describe(&call, cond);
	call_begin(&call);
	result = REAL_COND(pthread_cond_init)(cond, attributes);
	object_touch(call.object);
	return call_end_error(&call, result);
}

INTERPOSE int pthread_cond_destroy(pthread_cond_t *cond)
{
	struct call call;

	if (!call_enter(&call, OP_COND_DESTROY))
		return REAL_COND(pthread_cond_destroy)(cond);
	mapping_describe(&call, cond);
	call_begin(&call);
	return call_end_error(&call, REAL_COND(pthread_cond_destroy)(cond));
}

INTERPOSE int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	struct wait wait;
	int result;

	if (!call_enter(&wait.call, OP_COND_WAIT))
		return REAL_COND(pthread_cond_wait)(cond, mutex);
	wait_describe(&wait, cond, mutex);
	wait_begin(&wait);
	pthread_cleanup_push(wait_cancelled, &wait);
	result = REAL_COND(pthread_cond_wait)(cond, mutex);
	pthread_cleanup_pop(0);
	return wait_end(&wait, result);
}

INTERPOSE int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
				     const struct timespec *end)
{
	bool monotonic = cond->__data.__wrefs & CLOCK_IS_MONOTONIC;
	const struct timespec *given;
	struct timespec real;
	struct wait wait;
	int result;

	if (!call_enter(&wait.call, OP_COND_TIMEDWAIT))
		return REAL_COND(pthread_cond_timedwait)(cond, mutex, end);
	wait_describe(&wait, cond, mutex);
	deadline_announce(&wait.call, monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME, end);
	wait_begin(&wait);
	given = deadline_real(&wait.call, end, &real);
	pthread_cleanup_push(wait_cancelled, &wait);
	result = REAL_COND(pthread_cond_timedwait)(cond, mutex, given);
	pthread_cleanup_pop(0);
	return wait_end(&wait, result);
}

INTERPOSE int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
				     const struct timespec *end)
{
	const struct timespec *given;
	struct timespec real;
	struct wait wait;
	int result;

	if (!call_enter(&wait.call, OP_COND_TIMEDWAIT))
		return REAL(pthread_cond_clockwait)(cond, mutex, clock, end);
	wait_describe(&wait, cond, mutex);
	deadline_announce(&wait.call, clock, end);
	wait_begin(&wait);
	given = deadline_real(&wait.call, end, &real);
	pthread_cleanup_push(wait_cancelled, &wait);
	result = REAL(pthread_cond_clockwait)(cond, mutex, clock, given);
	pthread_cleanup_pop(0);
	return wait_end(&wait, result);
}

INTERPOSE int pthread_cond_signal(pthread_cond_t *cond)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_COND_SIGNAL))
		return REAL_COND(pthread_cond_signal)(cond);
	mapping_describe(&call, cond);
	call_begin(&call);
	result = REAL_COND(pthread_cond_signal)(cond);
	object_touch(call.object);
	return call_end_error(&call, result);
}

INTERPOSE int pthread_cond_broadcast(pthread_cond_t *cond)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_COND_BROADCAST))
		return REAL_COND(pthread_cond_broadcast)(cond);
	mapping_describe(&call, cond);
	call_begin(&call);
	result = REAL_COND(pthread_cond_broadcast)(cond);
	object_touch(call.object);
	return call_end_error(&call, result);
}
