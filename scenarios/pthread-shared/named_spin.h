/* SPDX-License-Identifier: Apache-2.0 */
/* A spin lock whose word names its owner, who is asked for; beside the one of libc. */
#ifndef SCENARIOS_PTHREAD_SHARED_NAMED_SPIN_H
#define SCENARIOS_PTHREAD_SHARED_NAMED_SPIN_H

#include "pair.h"
#include "parties.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

enum { LIMIT_STEPS = 500, ROUNDS = 2 };

struct named_spin {
	struct pair pair;
	pthread_spinlock_t lock;
	atomic_int owner; /* the word of the other lock: a pid, or 0 */
};

struct named_spin_way {
	bool plain, by_store, repairs, only_tries, threads;
};

static inline bool spin_is_gone(pid_t owner)
{
	return owner && kill(owner, 0) != 0 && errno == ESRCH;
}

/* The owner was seen to be gone: the lock is of one of those who saw it. */
static inline bool spin_take_over(struct sabot_task *task, int owner)
{
	const struct named_spin_way *variant = sabot_variant(task);
	struct named_spin *shared = sabot_shared(task);

	sabot_point(task, "owner is gone");
	if (variant->by_store)
		atomic_store(&shared->owner, getpid());
	else if (!atomic_compare_exchange_strong(&shared->owner, &owner, getpid()))
		return false;
	if (variant->repairs)
		pair_repair(&shared->pair);
	return true;
}

static inline void spin_lock_by_name(struct sabot_task *task)
{
	struct named_spin *shared = sabot_shared(task);

	for (;;) {
		int owner = 0;

		if (atomic_compare_exchange_strong(&shared->owner, &owner, getpid()))
			return;
		if (spin_is_gone(owner) && spin_take_over(task, owner))
			return;
		SABOT_OK(sched_yield());
	}
}

/* False: it did not get the lock. */
static inline bool spin_lock(struct sabot_task *task)
{
	const struct named_spin_way *variant = sabot_variant(task);
	struct named_spin *shared = sabot_shared(task);
	int error = 0;

	if (!variant->plain)
		spin_lock_by_name(task);
	else if (variant->only_tries)
		error = pthread_spin_trylock(&shared->lock);
	else
		error = pthread_spin_lock(&shared->lock);
	if (error)
		sabot_observe(task, "a trylock gets %s", error == EBUSY ? "EBUSY" : "an error");
	return error == 0;
}

#endif
