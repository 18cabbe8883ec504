/* SPDX-License-Identifier: Apache-2.0 */
/* A pair that a mutex guards, of any kind. It stands first in a scenario's shared memory. */
#ifndef SCENARIOS_PTHREAD_SHARED_GUARDED_H
#define SCENARIOS_PTHREAD_SHARED_GUARDED_H

#include "pair.h"
#include "pshared.h"

#include <sched.h>
#include <string.h>

struct guarded {
	struct pair pair;
	pthread_mutex_t mutex;
};

/* One lock or unlock more, on top of the first, if the type allows that. */
static inline void guarded_again(struct guarded *guarded, const struct pshared_mutex *like,
				 int (*call)(pthread_mutex_t *mutex))
{
	if (like->type == PTHREAD_MUTEX_RECURSIVE)
		SABOT_ZERO(call(&guarded->mutex));
}

/*
 * Locks by this call, and by a trylock or timed lock again and again: from a robust mutex something
 * else than EBUSY and ETIMEDOUT comes in the end, from another perhaps never.
 */
static inline int guarded_wait(struct guarded *guarded, const struct pshared_mutex *like,
			       enum pshared_how how)
{
	int error;

	while ((error = pshared_mutex_lock(&guarded->mutex, how)) == EBUSY || error == ETIMEDOUT) {
		if (like->robust != PTHREAD_MUTEX_ROBUST)
			break;
		SABOT_OK(sched_yield());
	}
	return error;
}

/* After a lock that said `error`: the caller has it; what a dead owner left is repaired. */
static inline void guarded_own(struct sabot_task *task, struct guarded *guarded,
			       const struct pshared_mutex *like, int error)
{
	if (error == EOWNERDEAD) {
		pair_repair(&guarded->pair);
		if (like->type == PTHREAD_MUTEX_ERRORCHECK)
			sabot_observe(task, "its second lock gets %s",
				      strerrorname_np(pthread_mutex_lock(&guarded->mutex)));
		error = pthread_mutex_consistent(&guarded->mutex);
	}
	SABOT_ZERO(error);
}

/* Writes the pair and unlocks. */
static inline void guarded_write(struct sabot_task *task, struct guarded *guarded,
				 const struct pshared_mutex *like)
{
	guarded_again(guarded, like, pthread_mutex_lock);
	pair_write(task, &guarded->pair);
	guarded_again(guarded, like, pthread_mutex_unlock);
	SABOT_ZERO(pthread_mutex_unlock(&guarded->mutex));
}

#endif
