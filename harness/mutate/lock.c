/* SPDX-License-Identifier: Apache-2.0 */
/* Mutexes, rwlocks, spinlocks and barriers of pthreads, broken. */
#include "mutate/mutant.h"

#include <linux/futex.h>
#include <pthread.h>

/* ---- Mutexes ------------------------------------------------------------------------------- */

static int lock_noop(pthread_mutex_t *mutex)
{
	return mutant_acts() ? 0 : GENUINE(pthread_mutex_lock)(mutex);
}

static int timed_lock_noop(pthread_mutex_t *mutex, const struct timespec *end)
{
	return mutant_acts() ? 0 : GENUINE(pthread_mutex_timedlock)(mutex, end);
}

static int unlock_noop(pthread_mutex_t *mutex)
{
	return mutant_acts() ? 0 : GENUINE(pthread_mutex_unlock)(mutex);
}

/*
 * Of glibc: unlock wakes if the word of the lock says that somebody waits, which is a bit of it for
 * robust mutexes, and 2 in place of 1 for others. Those with priorities are the kernel's.
 */
static int unlock_wakes_nobody(pthread_mutex_t *mutex)
{
	enum { ROBUST = 16, PRIORITY = 32 | 64 };
	int waited = mutex->__data.__lock;

	if (!(mutex->__data.__kind & PRIORITY) && waited && mutant_acts())
		mutex->__data.__lock = mutex->__data.__kind & ROBUST
					       ? waited & (FUTEX_TID_MASK | FUTEX_OWNER_DIED)
					       : 1;
	return GENUINE(pthread_mutex_unlock)(mutex);
}

static int unlock_if_free(pthread_mutex_t *mutex)
{
	int error = GENUINE(pthread_mutex_unlock)(mutex);

	return error == EPERM && task_self ? 0 : error;
}

static int hide_owner_death(pthread_mutex_t *mutex, int error)
{
	if (error != EOWNERDEAD || !mutant_acts())
		return error;
	(void)GENUINE(pthread_mutex_consistent)(mutex);
	return 0;
}

static int lock_hides_death(pthread_mutex_t *mutex)
{
	return hide_owner_death(mutex, GENUINE(pthread_mutex_lock)(mutex));
}

static int timed_lock_hides_death(pthread_mutex_t *mutex, const struct timespec *end)
{
	return hide_owner_death(mutex, GENUINE(pthread_mutex_timedlock)(mutex, end));
}

static int trylock_hides_death(pthread_mutex_t *mutex)
{
	return hide_owner_death(mutex, GENUINE(pthread_mutex_trylock)(mutex));
}

static int trylock_succeeds(pthread_mutex_t *mutex)
{
	int error = GENUINE(pthread_mutex_trylock)(mutex);

	return error == EBUSY && mutant_acts() ? 0 : error;
}

static int consistent_noop(pthread_mutex_t *mutex)
{
	return mutant_acts() ? 0 : GENUINE(pthread_mutex_consistent)(mutex);
}

static int lock_hides_ruin(pthread_mutex_t *mutex)
{
	int error = GENUINE(pthread_mutex_lock)(mutex);

	return error == ENOTRECOVERABLE && mutant_acts() ? 0 : error;
}

/* ---- Readers and writers ------------------------------------------------------------------- */

static int write_lock_shared(pthread_rwlock_t *lock)
{
	return mutant_acts() ? GENUINE(pthread_rwlock_rdlock)(lock)
			     : GENUINE(pthread_rwlock_wrlock)(lock);
}

/* Locks that this thread believes to have: to unlock what is free would do more harm than that. */
static __thread unsigned not_locked;

static int write_lock_noop(pthread_rwlock_t *lock)
{
	if (!mutant_acts())
		return GENUINE(pthread_rwlock_wrlock)(lock);
	not_locked++;
	return 0;
}

static int read_lock_noop(pthread_rwlock_t *lock)
{
	if (!mutant_acts())
		return GENUINE(pthread_rwlock_rdlock)(lock);
	not_locked++;
	return 0;
}

static int unlock_if_locked(pthread_rwlock_t *lock)
{
	if (!not_locked)
		return GENUINE(pthread_rwlock_unlock)(lock);
	not_locked--;
	return 0;
}

static int rwlock_unlock_noop(pthread_rwlock_t *lock)
{
	return mutant_acts() ? 0 : GENUINE(pthread_rwlock_unlock)(lock);
}

/* ---- The rest ------------------------------------------------------------------------------ */

static int spin_lock_noop(pthread_spinlock_t *lock)
{
	return mutant_acts() ? 0 : GENUINE(pthread_spin_trylock)(lock);
}

static int spin_unlock_noop(pthread_spinlock_t *lock)
{
	return mutant_acts() ? 0 : GENUINE(pthread_spin_unlock)(lock);
}

static int barrier_passes(pthread_barrier_t *barrier)
{
	return mutant_acts() ? 0 : GENUINE(pthread_barrier_wait)(barrier);
}

static int nobody_serial(pthread_barrier_t *barrier)
{
	int result = GENUINE(pthread_barrier_wait)(barrier);

	return result == PTHREAD_BARRIER_SERIAL_THREAD && mutant_acts() ? 0 : result;
}

const struct mutation mutant_lock[] = {
	{ "mutex-lock-nothing",
	  "pthread_mutex_lock returns at once, and has locked nothing",
	  { MUTANT(pthread_mutex_lock, lock_noop), MUTANT(pthread_mutex_timedlock, timed_lock_noop),
	    MUTANT(pthread_mutex_unlock, unlock_if_free) } },
	{ "mutex-unlock-nothing",
	  "pthread_mutex_unlock does nothing",
	  { MUTANT(pthread_mutex_unlock, unlock_noop) } },
	{ "mutex-unlock-no-wake",
	  "pthread_mutex_unlock frees the mutex, and wakes nobody",
	  { MUTANT(pthread_mutex_unlock, unlock_wakes_nobody) } },
	{ "mutex-owner-death-hidden",
	  "whoever locks a robust mutex after a dead owner is not told so",
	  { MUTANT(pthread_mutex_lock, lock_hides_death),
	    MUTANT(pthread_mutex_timedlock, timed_lock_hides_death),
	    MUTANT(pthread_mutex_trylock, trylock_hides_death) } },
	{ "mutex-trylock-succeeds",
	  "pthread_mutex_trylock succeeds on a mutex that is held",
	  { MUTANT(pthread_mutex_trylock, trylock_succeeds) } },
	{ "mutex-consistent-nothing",
	  "pthread_mutex_consistent does nothing",
	  { MUTANT(pthread_mutex_consistent, consistent_noop) } },
	{ "mutex-not-recoverable-hidden",
	  "pthread_mutex_lock succeeds on a mutex that is not recoverable",
	  { MUTANT(pthread_mutex_lock, lock_hides_ruin) } },
	{ "rwlock-writers-share",
	  "pthread_rwlock_wrlock locks for reading",
	  { MUTANT(pthread_rwlock_wrlock, write_lock_shared) } },
	{ "rwlock-wrlock-nothing",
	  "pthread_rwlock_wrlock locks nothing",
	  { MUTANT(pthread_rwlock_wrlock, write_lock_noop),
	    MUTANT(pthread_rwlock_unlock, unlock_if_locked) } },
	{ "rwlock-rdlock-nothing",
	  "pthread_rwlock_rdlock locks nothing",
	  { MUTANT(pthread_rwlock_rdlock, read_lock_noop),
	    MUTANT(pthread_rwlock_unlock, unlock_if_locked) } },
	{ "rwlock-unlock-nothing",
	  "pthread_rwlock_unlock does nothing",
	  { MUTANT(pthread_rwlock_unlock, rwlock_unlock_noop) } },
	{ "spin-lock-nothing",
	  "pthread_spin_lock locks nothing",
	  { MUTANT(pthread_spin_trylock, spin_lock_noop) } },
	{ "spin-unlock-nothing",
	  "pthread_spin_unlock does nothing",
	  { MUTANT(pthread_spin_unlock, spin_unlock_noop) } },
	{ "barrier-passes",
	  "pthread_barrier_wait waits for nobody",
	  { MUTANT(pthread_barrier_wait, barrier_passes) } },
	{ "barrier-nobody-serial",
	  "pthread_barrier_wait makes none of them the serial thread",
	  { MUTANT(pthread_barrier_wait, nobody_serial) } },
	{ 0 },
};
