/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbered generations that one party tells and others wait for: by a bell for each of them, or by
 * a condition variable under a robust mutex.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_NOTICE_H
#define SCENARIOS_PTHREAD_SHARED_NOTICE_H

#include "pshared.h"

#include <semaphore.h>
#include <stdatomic.h>

enum { SLEEPER, WAITER, NOTICE_WAITERS };
enum { NOTICE_PATIENCE = 5 };

enum notice_by { BELLS, BELLS_ANSWERED, BROADCAST, SIGNAL, DESTROY, TIMEDWAIT };

struct notice {
	atomic_uint generation; /* with bells nothing else orders it */
	sem_t bells[NOTICE_WAITERS];
	sem_t answers;
	unsigned passed[NOTICE_WAITERS]; /* the last generation that each was told of */
	pthread_mutex_t mutex;
	pthread_cond_t cond;
};

static inline void notice_setup(struct sabot_env *env)
{
	struct notice *notice = sabot_env_shared(env);
	int i;

	for (i = 0; i < NOTICE_WAITERS; i++)
		SABOT_OK(sem_init(&notice->bells[i], 1, 0));
	SABOT_OK(sem_init(&notice->answers, 1, 0));
	pshared_mutex_init(&notice->mutex, PTHREAD_MUTEX_ROBUST);
	pshared_cond_init(&notice->cond);
}

static inline void notice_own(struct notice *notice, int error)
{
	if (error == EOWNERDEAD)
		error = pthread_mutex_consistent(&notice->mutex);
	SABOT_ZERO(error == ETIMEDOUT ? 0 : error);
}

/* By condition variable. With time-outs it gives up after some, and says false. */
static inline bool notice_wait_cond(struct notice *notice, unsigned generation, enum notice_by by)
{
	unsigned patience = NOTICE_PATIENCE;

	notice_own(notice, pthread_mutex_lock(&notice->mutex));
	while (notice->generation < generation && patience) {
		struct timespec soon = pshared_soon();
		int error = by == TIMEDWAIT
				    ? pthread_cond_timedwait(&notice->cond, &notice->mutex, &soon)
				    : pthread_cond_wait(&notice->cond, &notice->mutex);

		notice_own(notice, error);
		patience -= error == ETIMEDOUT;
	}
	SABOT_ZERO(pthread_mutex_unlock(&notice->mutex));
	return patience > 0;
}

/* False: its time-outs have come. */
static inline bool notice_wait(struct notice *notice, unsigned generation, int waiter,
			       enum notice_by by)
{
	if (by > BELLS_ANSWERED) {
		if (!notice_wait_cond(notice, generation, by))
			return false;
	} else {
		while (notice->generation < generation)
			SABOT_OK(sem_wait(&notice->bells[waiter]));
	}
	notice->passed[waiter] = generation;
	return true;
}

static inline void notice_answer(struct notice *notice)
{
	SABOT_OK(sem_post(&notice->answers));
}

static inline void notice_tell(struct notice *notice, unsigned generation, enum notice_by by)
{
	int i;

	if (by <= BELLS_ANSWERED) {
		notice->generation = generation;
		for (i = 0; i < NOTICE_WAITERS; i++)
			SABOT_OK(sem_post(&notice->bells[i]));
		return;
	}
	notice_own(notice, pthread_mutex_lock(&notice->mutex));
	notice->generation = generation;
	if (by == SIGNAL && generation > 1)
		SABOT_ZERO(pthread_cond_signal(&notice->cond));
	else
		SABOT_ZERO(pthread_cond_broadcast(&notice->cond));
	SABOT_ZERO(pthread_mutex_unlock(&notice->mutex));
}

/* Nobody passes what was not told. */
static inline bool notice_valid(const struct notice *notice)
{
	int i;

	for (i = 0; i < NOTICE_WAITERS; i++)
		if (notice->passed[i] > notice->generation)
			return false;
	return true;
}

static inline void notice_nobody_is_ahead(struct sabot_check *check)
{
	const struct notice *notice = sabot_check_shared(check);

	sabot_require(check, notice_valid(notice), "of %u generations %u and %u are passed",
		      notice->generation, notice->passed[SLEEPER], notice->passed[WAITER]);
}

static inline void notice_all_were_told(struct sabot_check *check)
{
	const struct notice *notice = sabot_check_shared(check);

	sabot_require(check, notice->passed[WAITER] == notice->generation,
		      "the waiter was told of %u generations of %u", notice->passed[WAITER],
		      notice->generation);
}

#endif
