/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record can be lost: half written, and nobody has the other half. Who is told so as the next
 * owner gives the mutex back without calling it consistent, and everybody else learns of it and
 * stops.
 *
 * Shows: an unlock after EOWNERDEAD without pthread_mutex_consistent(3) makes the mutex useless for
 * good: each lock gets ENOTRECOVERABLE, at once, and so does whoever waits
 * (pthread_mutex_unlock(3p)); a recoverer that dies before that leaves the next one to be told of a
 * death (EOWNERDEAD again). Does not show: how to begin anew; only to destroy and make the mutex
 * again does that, and all users must have stopped by then. Seen in the wild: a lock of
 * Boost.Interprocess that lost what could have been recovered, since it unlocked without the call
 * (issue 187).
 */
#include "guarded.h"

#include <sched.h>

enum { WORKERS = 3, ROUNDS = 2, LIMIT_STEPS = 300 };

struct variant {
	bool calls_consistent, tries_again;
};

static const struct variant stops = { 0 };
static const struct variant pretends = { .calls_consistent = true };
static const struct variant tries_again = { .tries_again = true };

static void setup(struct sabot_env *env)
{
	struct guarded *guarded = sabot_env_shared(env);

	pshared_mutex_init(&guarded->mutex, PTHREAD_MUTEX_ROBUST);
}

/* False: the record is lost. */
static bool lock(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct guarded *guarded = sabot_shared(task);
	int error = pthread_mutex_lock(&guarded->mutex);

	sabot_observe(task, "a lock gets %s", error ? strerrorname_np(error) : "the mutex");
	if (error == ENOTRECOVERABLE)
		return false;
	if (error == EOWNERDEAD && !pair_is_whole(&guarded->pair) && !variant->calls_consistent) {
		SABOT_ZERO(pthread_mutex_unlock(&guarded->mutex));
		return false;
	}
	if (error == EOWNERDEAD)
		error = pthread_mutex_consistent(&guarded->mutex);
	SABOT_ZERO(error);
	return true;
}

static void work(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct guarded *guarded = sabot_shared(task);
	int round;

	for (round = 0; round < ROUNDS; round++) {
		while (!lock(task)) {
			if (!variant->tries_again)
				return;
			SABOT_OK(sched_yield());
		}
		pair_write(task, &guarded->pair);
		SABOT_ZERO(pthread_mutex_unlock(&guarded->mutex));
	}
}

static const struct sabot_role roles[] = { { "worker", WORKERS, work }, { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &stops },
	{ .name = "kill-anywhere", .variant = &stops, .fault.kind = SABOT_KILL },
	{ .name = "kill-the-recoverer",
	  .variant = &stops,
	  .fault = { SABOT_KILL, .point = PAIR_POINT },
	  .second.kind = SABOT_KILL },
	{ .name = "tries-again",
	  .variant = &tries_again,
	  .fault = { SABOT_KILL, .point = PAIR_POINT },
	  .caught_by = "livelock" },
	{ .name = "consistent-anyway",
	  .variant = &pretends,
	  .fault.kind = SABOT_KILL,
	  .caught_by = "assertion" },
	{ .name = "platform",
	  .variant = &stops,
	  .fault = { SABOT_KILL, .who = "worker#0", .point = PAIR_POINT },
	  .characterises = "who is told of the death of a robust mutex's owner unlocks it without "
			   "calling it consistent",
	  .known = (const char *const[]){ "a lock gets EOWNERDEAD", "a lock gets ENOTRECOVERABLE",
					  "a lock gets the mutex", NULL } },
	{ 0 },
};

const struct sabot_scenario robust_notrecoverable = {
	.name = "robust-notrecoverable",
	.group = "pthread-shared",
	.about = "a record is lost: everybody learns of it and stops",
	.tags = "crash recovery mutex robust platform",
	.shared_size = sizeof(struct guarded),
	.setup = setup,
	.roles = roles,
	.invariants = pair_invariants,
	.cases = cases,
	.points = pair_points,
	.limit_steps = LIMIT_STEPS,
	.keeps_no_state = true,
};
