/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A POSIX semaphore as a lock. It has no owner, so its users note who is inside, and lock a byte of
 * a file as long as they live: who has waited in vain for a time may find it in the hands of the
 * dead, and one of those who do inherits it.
 */
#ifndef SCENARIOS_POSIX_SEM_SEM_LOCK_H
#define SCENARIOS_POSIX_SEM_SEM_LOCK_H

#include "../section.h"

#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

enum { USERS = 3 };

struct sem_lock {
	sem_t lock;
	int lives;  /* a file: each user locks a byte of it */
	int inside; /* user, from 1; or 0 */
	int coming;
};

struct sem_lock_way {
	bool repairs, queues_up, tries;
};

static inline bool sem_lock_is_alive(const struct sem_lock *shared, int user)
{
	struct flock life = { .l_type = F_WRLCK, .l_start = user, .l_len = 1 };

	SABOT_OK(fcntl(shared->lives, F_GETLK, &life));
	return life.l_type != F_UNLCK;
}

/* Returns whether the lock came from a dead user's hands. */
static inline bool sem_lock_inherit(struct sem_lock *shared, int user)
{
	int before = __atomic_load_n(&shared->inside, __ATOMIC_SEQ_CST);

	return before && !sem_lock_is_alive(shared, before) &&
	       __atomic_compare_exchange_n(&shared->inside, &before, user, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

static inline void sem_lock_enter(struct sabot_task *task, struct sem_lock *shared, int user)
{
	const struct sem_lock_way *variant = sabot_variant(task);
	struct timespec end;

	if (!variant->repairs) {
		while (variant->tries && sem_trywait(&shared->lock) != 0) {
			sabot_assert(task, errno == EAGAIN, "sem_trywait(): errno %d", errno);
			(void)sched_yield();
		}
		if (!variant->tries)
			SABOT_OK(sem_wait(&shared->lock));
		shared->inside = user;
		return;
	}
	do {
		SABOT_OK(clock_gettime(CLOCK_REALTIME, &end));
		end.tv_sec++;
		if (sem_timedwait(&shared->lock, &end) == 0) {
			shared->inside = user;
			return;
		}
	} while (!sem_lock_inherit(shared, user));
}

static inline void sem_lock_leave(struct sem_lock *shared, int user)
{
	SABOT_OK(sem_post(&shared->lock));
	__atomic_compare_exchange_n(&shared->inside, &user, 0, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
}

/* The first is inside until all others have come. */
static inline void sem_lock_queue_up(struct sem_lock *shared, int user)
{
	while (user == 1 ? shared->coming < USERS - 1 : !shared->inside)
		(void)sched_yield();
	shared->coming++;
}

static inline void sem_lock_look(struct sabot_check *check)
{
	struct sem_lock *shared = sabot_check_shared(check);
	int value = -1;

	(void)sem_getvalue(&shared->lock, &value);
	sabot_check_observe(check, "the value is %d", value);
}

#endif
