/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pthread spin locks. A lock that is held is not spun on: the others run until something has
 * changed about it. If only such waits are left, nothing ever will: a livelock.
 */
#include "intercept/mapping.h"
#include "intercept/real.h"

#include <pthread.h>

static int lock_end(struct call *call, int result)
{
	if (result == 0) {
		object_take(call->object, task_self, 1, false);
		object_own(call->object, task_self);
	}
	return call_end_error(call, result);
}

INTERPOSE int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_SPIN_INIT))
		return REAL(pthread_spin_init)(lock, shared);
	mapping_describe(&call, (const void *)lock);
	call_begin(&call);
	result = REAL(pthread_spin_init)(lock, shared);
	object_reset(call.object);
	return call_end_error(&call, result);
}

INTERPOSE int pthread_spin_destroy(pthread_spinlock_t *lock)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_SPIN_DESTROY))
		return REAL(pthread_spin_destroy)(lock);
	mapping_describe(&call, (const void *)lock);
	call_begin(&call);
	result = REAL(pthread_spin_destroy)(lock);
	object_reset(call.object);
	return call_end_error(&call, result);
}

INTERPOSE int pthread_spin_lock(pthread_spinlock_t *lock)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_SPIN_LOCK))
		return REAL(pthread_spin_lock)(lock);
	mapping_describe(&call, (const void *)lock);
	call_begin(&call);
	while ((result = REAL(pthread_spin_trylock)(lock)) == EBUSY)
		call_spin(&call);
	return lock_end(&call, result);
}

INTERPOSE int pthread_spin_trylock(pthread_spinlock_t *lock)
{
	struct call call;

	if (!call_enter(&call, OP_SPIN_TRYLOCK))
		return REAL(pthread_spin_trylock)(lock);
	mapping_describe(&call, (const void *)lock);
	call_begin(&call);
	return lock_end(&call, REAL(pthread_spin_trylock)(lock));
}

INTERPOSE int pthread_spin_unlock(pthread_spinlock_t *lock)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_SPIN_UNLOCK))
		return REAL(pthread_spin_unlock)(lock);
	mapping_describe(&call, (const void *)lock);
	call_begin(&call);
	result = REAL(pthread_spin_unlock)(lock);
	/* Whoever unlocks it: it is free. */
	object_reset(call.object);
	return call_end_error(&call, result);
}
