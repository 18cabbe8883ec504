/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pthread mutexes of all types. The owner's death is the kernel's to tell (robust) or nobody's;
 * object_task_died() takes back what was lent, so a robust mutex has no owner then.
 */
#include "intercept/mutex.h"

#include "core/clock.h"
#include "intercept/deadline.h"
#include "intercept/mapping.h"
#include "intercept/real.h"

enum { KIND_ROBUST = 16, KIND_PRIO_INHERIT = 32 /* in __kind, of glibc */ };

static bool is_robust(const pthread_mutex_t *mutex)
{
	return mutex->__data.__kind & KIND_ROBUST;
}

bool mutex_is_taken(int result)
{
	return result == 0 || result == EOWNERDEAD;
}

void mutex_note_taken(int object, const pthread_mutex_t *mutex)
{
	object_take(object, task_self, 1, is_robust(mutex));
	object_own(object, task_self);
}

int mutex_note_given(int object, const pthread_mutex_t *mutex)
{
	/* Not the caller, if a normal mutex is unlocked by somebody else. */
	int holder = object < 0 ? -1 : control->objects[object].owner;

	if (holder < 0)
		return -1;
	object_take(object, &control->tasks[holder], -1, is_robust(mutex));
	if (control->objects[object].held[holder] <= 0)
		object_own(object, NULL);
	return holder;
}

void mutex_note_kept(int object, const pthread_mutex_t *mutex, int holder)
{
	if (holder < 0)
		return;
	object_take(object, &control->tasks[holder], 1, is_robust(mutex));
	object_own(object, &control->tasks[holder]);
}

static int lock_end(struct call *call, const pthread_mutex_t *mutex, int result)
{
	if (mutex_is_taken(result))
		mutex_note_taken(call->object, mutex);
	else if (result == ENOTRECOVERABLE)
		control->settle_due = true; /* libc had it, and woke the next one */
	return call_end_error(call, result);
}

INTERPOSE int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_MUTEX_INIT))
		return REAL(pthread_mutex_init)(mutex, attributes);
	mapping_describe(&call, mutex);
	call_begin(&call);
	result = REAL(pthread_mutex_init)(mutex, attributes);
	if (result == 0)
		object_reset(call.object);
	return call_end_error(&call, result);
}

INTERPOSE int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_MUTEX_DESTROY))
		return REAL(pthread_mutex_destroy)(mutex);
	mapping_describe(&call, mutex);
	call_begin(&call);
	result = REAL(pthread_mutex_destroy)(mutex);
	if (result == 0)
		object_reset(call.object);
	return call_end_error(&call, result);
}

INTERPOSE int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	struct call call;

	if (!call_enter(&call, OP_MUTEX_LOCK))
		return REAL(pthread_mutex_lock)(mutex);
	mapping_describe(&call, mutex);
	call_begin(&call);
	return lock_end(&call, mutex, REAL(pthread_mutex_lock)(mutex));
}

INTERPOSE int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	struct call call;

	if (!call_enter(&call, OP_MUTEX_TRYLOCK))
		return REAL(pthread_mutex_trylock)(mutex);
	mapping_describe(&call, mutex);
	call_begin(&call);
	return lock_end(&call, mutex, REAL(pthread_mutex_trylock)(mutex));
}

/*
 * Its end has passed, and it is the kernel that would have to say so: that refuses a time before
 * all clocks, and sleeps a moment for any other.
 */
static bool is_late(const struct call *call, const pthread_mutex_t *mutex)
{
	return call->deadline_ns && clock_now() >= call->deadline_ns &&
	       (mutex->__data.__kind & KIND_PRIO_INHERIT);
}

static int lock_late(pthread_mutex_t *mutex)
{
	int result = REAL(pthread_mutex_trylock)(mutex);

	return result == EBUSY ? ETIMEDOUT : result;
}

INTERPOSE int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *end)
{
	struct timespec real;
	struct call call;

	if (!call_enter(&call, OP_MUTEX_TIMEDLOCK))
		return REAL(pthread_mutex_timedlock)(mutex, end);
	mapping_describe(&call, mutex);
	deadline_announce(&call, CLOCK_REALTIME, end);
	call_begin(&call);
	if (is_late(&call, mutex))
		return lock_end(&call, mutex, lock_late(mutex));
	end = deadline_real(&call, end, &real);
	return lock_end(&call, mutex, REAL(pthread_mutex_timedlock)(mutex, end));
}

INTERPOSE int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
				      const struct timespec *end)
{
	struct timespec real;
	struct call call;

	if (!call_enter(&call, OP_MUTEX_TIMEDLOCK))
		return REAL(pthread_mutex_clocklock)(mutex, clock, end);
	mapping_describe(&call, mutex);
	deadline_announce(&call, clock, end);
	call_begin(&call);
	if (is_late(&call, mutex))
		return lock_end(&call, mutex, lock_late(mutex));
	end = deadline_real(&call, end, &real);
	return lock_end(&call, mutex, REAL(pthread_mutex_clocklock)(mutex, clock, end));
}

INTERPOSE int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	struct call call;
	int result, holder;

	if (!call_enter(&call, OP_MUTEX_UNLOCK))
		return REAL(pthread_mutex_unlock)(mutex);
	mapping_describe(&call, mutex);
	call_begin(&call);
	holder = mutex_note_given(call.object, mutex);
	result = REAL(pthread_mutex_unlock)(mutex);
	if (result != 0)
		mutex_note_kept(call.object, mutex, holder);
	return call_end_error(&call, result);
}

INTERPOSE int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
	struct call call;

	if (!call_enter(&call, OP_MUTEX_CONSISTENT))
		return REAL(pthread_mutex_consistent)(mutex);
	mapping_describe(&call, mutex);
	call_begin(&call);
	return call_end_error(&call, REAL(pthread_mutex_consistent)(mutex));
}
