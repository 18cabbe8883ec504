/* SPDX-License-Identifier: Apache-2.0 */
/* pthread read-write locks. Each reader holds one, a writer all of it; no death gives it back. */
#include "intercept/deadline.h"
#include "intercept/mapping.h"
#include "intercept/real.h"

#include <pthread.h>

static int read_end(struct call *call, int result)
{
	if (result == 0)
		object_take(call->object, task_self, 1, false);
	return call_end_error(call, result);
}

static int write_end(struct call *call, int result)
{
	if (result == 0) {
		object_take(call->object, task_self, 1, false);
		object_own(call->object, task_self);
	}
	return call_end_error(call, result);
}

/*
 * Before the real call, as with mutexes. The holder is the writer, or the calling reader; or nobody
 * that we know of, if another one's lock is given back.
 */
static void note_given(int object)
{
	const struct object *lock;
	int holder;

	if (object < 0)
		return;
	lock = &control->objects[object];
	holder = lock->owner >= 0 ? lock->owner : task_number(task_self);
	if (lock->held[holder] > 0)
		object_take(object, &control->tasks[holder], -1, false);
	object_own(object, NULL);
}

INTERPOSE int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_RWLOCK_INIT))
		return REAL(pthread_rwlock_init)(lock, attributes);
	mapping_describe(&call, lock);
	call_begin(&call);
	result = REAL(pthread_rwlock_init)(lock, attributes);
	object_reset(call.object);
	return call_end_error(&call, result);
}

INTERPOSE int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_RWLOCK_DESTROY))
		return REAL(pthread_rwlock_destroy)(lock);
	mapping_describe(&call, lock);
	call_begin(&call);
	result = REAL(pthread_rwlock_destroy)(lock);
	object_reset(call.object);
	return call_end_error(&call, result);
}

INTERPOSE int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	struct call call;

	if (!call_enter(&call, OP_RWLOCK_RDLOCK))
		return REAL(pthread_rwlock_rdlock)(lock);
	mapping_describe(&call, lock);
	call_begin(&call);
	return read_end(&call, REAL(pthread_rwlock_rdlock)(lock));
}

INTERPOSE int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	struct call call;

	if (!call_enter(&call, OP_RWLOCK_TRYRDLOCK))
		return REAL(pthread_rwlock_tryrdlock)(lock);
	mapping_describe(&call, lock);
	call_begin(&call);
	return read_end(&call, REAL(pthread_rwlock_tryrdlock)(lock));
}

INTERPOSE int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *end)
{
	struct timespec real;
	struct call call;

	if (!call_enter(&call, OP_RWLOCK_TIMEDRDLOCK))
		return REAL(pthread_rwlock_timedrdlock)(lock, end);
	mapping_describe(&call, lock);
	deadline_announce(&call, CLOCK_REALTIME, end);
	call_begin(&call);
	end = deadline_real(&call, end, &real);
	return read_end(&call, REAL(pthread_rwlock_timedrdlock)(lock, end));
}

INTERPOSE int pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock,
					 const struct timespec *end)
{
	struct timespec real;
	struct call call;

	if (!call_enter(&call, OP_RWLOCK_TIMEDRDLOCK))
		return REAL(pthread_rwlock_clockrdlock)(lock, clock, end);
	mapping_describe(&call, lock);
	deadline_announce(&call, clock, end);
	call_begin(&call);
	end = deadline_real(&call, end, &real);
	return read_end(&call, REAL(pthread_rwlock_clockrdlock)(lock, clock, end));
}

INTERPOSE int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	struct call call;

	if (!call_enter(&call, OP_RWLOCK_WRLOCK))
		return REAL(pthread_rwlock_wrlock)(lock);
	mapping_describe(&call, lock);
	call_begin(&call);
	return write_end(&call, REAL(pthread_rwlock_wrlock)(lock));
}

INTERPOSE int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
	struct call call;

	if (!call_enter(&call, OP_RWLOCK_TRYWRLOCK))
		return REAL(pthread_rwlock_trywrlock)(lock);
	mapping_describe(&call, lock);
	call_begin(&call);
	return write_end(&call, REAL(pthread_rwlock_trywrlock)(lock));
}

INTERPOSE int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *end)
{
	struct timespec real;
	struct call call;

	if (!call_enter(&call, OP_RWLOCK_TIMEDWRLOCK))
		return REAL(pthread_rwlock_timedwrlock)(lock, end);
	mapping_describe(&call, lock);
	deadline_announce(&call, CLOCK_REALTIME, end);
	call_begin(&call);
	end = deadline_real(&call, end, &real);
	return write_end(&call, REAL(pthread_rwlock_timedwrlock)(lock, end));
}

INTERPOSE int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock,
					 const struct timespec *end)
{
	struct timespec real;
	struct call call;

	if (!call_enter(&call, OP_RWLOCK_TIMEDWRLOCK))
		return REAL(pthread_rwlock_clockwrlock)(lock, clock, end);
	mapping_describe(&call, lock);
	deadline_announce(&call, clock, end);
	call_begin(&call);
	end = deadline_real(&call, end, &real);
	return write_end(&call, REAL(pthread_rwlock_clockwrlock)(lock, clock, end));
}

INTERPOSE int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	struct call call;

	if (!call_enter(&call, OP_RWLOCK_UNLOCK))
		return REAL(pthread_rwlock_unlock)(lock);
	mapping_describe(&call, lock);
	call_begin(&call);
	note_given(call.object);
	return call_end_error(&call, REAL(pthread_rwlock_unlock)(lock));
}
