/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks in memory that processes share. What makes them is for setup: what fails ends the run as
 * BROKEN.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_PSHARED_H
#define SCENARIOS_PTHREAD_SHARED_PSHARED_H

#include <sabot/sabot.h>

#include <pthread.h>
#include <time.h>

/* What a mutex is made like; zero is the default of each. */
struct pshared_mutex {
	int robust;   /* PTHREAD_MUTEX_ROBUST, or _STALLED */
	int type;     /* PTHREAD_MUTEX_NORMAL, _RECURSIVE, _ERRORCHECK */
	int protocol; /* PTHREAD_PRIO_NONE, or _INHERIT */
};

static inline void pshared_mutex_make(pthread_mutex_t *mutex, const struct pshared_mutex *like)
{
	pthread_mutexattr_t attr;

	SABOT_ZERO(pthread_mutexattr_init(&attr));
	SABOT_ZERO(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutexattr_setrobust(&attr, like->robust));
	SABOT_ZERO(pthread_mutexattr_settype(&attr, like->type));
	SABOT_ZERO(pthread_mutexattr_setprotocol(&attr, like->protocol));
	SABOT_ZERO(pthread_mutex_init(mutex, &attr));
	SABOT_ZERO(pthread_mutexattr_destroy(&attr));
}

static inline void pshared_mutex_init(pthread_mutex_t *mutex, int robust)
{
	struct pshared_mutex like = { .robust = robust };

	pshared_mutex_make(mutex, &like);
}

/* What a lock said of a mutex that guards no data: whether the caller has it. */
static inline bool pshared_mutex_has(pthread_mutex_t *mutex, int error)
{
	if (error == EBUSY)
		return false;
	if (error == EOWNERDEAD)
		error = pthread_mutex_consistent(mutex);
	SABOT_ZERO(error);
	return true;
}

static inline void pshared_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	SABOT_ZERO(pthread_condattr_init(&attr));
	SABOT_ZERO(pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_cond_init(cond, &attr));
	SABOT_ZERO(pthread_condattr_destroy(&attr));
}

/* `kind` as of pthread_rwlockattr_setkind_np(3). */
static inline void pshared_rwlock_init(pthread_rwlock_t *lock, int kind)
{
	pthread_rwlockattr_t attr;

	SABOT_ZERO(pthread_rwlockattr_init(&attr));
	SABOT_ZERO(pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_rwlockattr_setkind_np(&attr, kind));
	SABOT_ZERO(pthread_rwlock_init(lock, &attr));
	SABOT_ZERO(pthread_rwlockattr_destroy(&attr));
}

static inline void pshared_barrier_init(pthread_barrier_t *barrier, unsigned parties)
{
	pthread_barrierattr_t attr;

	SABOT_ZERO(pthread_barrierattr_init(&attr));
	SABOT_ZERO(pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_barrier_init(barrier, &attr, parties));
	SABOT_ZERO(pthread_barrierattr_destroy(&attr));
}

/* A second from now, on the clock that timed locks and waits use. */
static inline struct timespec pshared_soon(void)
{
	struct timespec end;

	SABOT_OK(clock_gettime(CLOCK_REALTIME, &end));
	end.tv_sec++;
	return end;
}

enum pshared_how { LOCK, TRYLOCK, TIMEDLOCK, HOWS };

static inline int pshared_mutex_lock(pthread_mutex_t *mutex, enum pshared_how how)
{
	struct timespec soon = pshared_soon();

	return how == LOCK	? pthread_mutex_lock(mutex)
	       : how == TRYLOCK ? pthread_mutex_trylock(mutex)
				: pthread_mutex_timedlock(mutex, &soon);
}

#endif
