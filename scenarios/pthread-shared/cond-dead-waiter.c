/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process is killed while it sleeps in a wait for a condition; the others go on to be notified.
 *
 * Shows: with a bell for each waiter (a semaphore that is posted to all, and a predicate to look at
 * again) the dead are nobody's business, while who waits until all of them have answered waits for
 * ever, as Python's notify_all() did (issue 75158). What a process-shared condition variable of
 * libc does is a fact of the platform: glibc 2.36 counts the dead among its waiters, so a later
 * broadcast or destroy waits for them, and holds a lock meanwhile that it leaves behind if it is
 * killed as well (Fast-DDS 1144; nptl/pthread_cond_common.c). Does not show: the death of the only
 * notifier.
 */
#include "notice.h"

enum { GENERATIONS = 4 };
enum { SLEEPER, WAITER }; /* their bells */

struct shared {
	struct notice notice;
	unsigned passed[NOTICE_WAITERS]; /* the last generation that each was told of */
	sem_t answers;
};

struct variant {
	enum notice_by by;
};

static const struct variant bells = { BELLS }, answered = { BELLS_ANSWERED };
static const struct variant broadcast = { BROADCAST }, signals = { SIGNAL };
static const struct variant destroys = { DESTROY }, timedwait = { TIMEDWAIT };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	notice_init(&shared->notice);
	SABOT_OK(sem_init(&shared->answers, 1, 0));
}

static unsigned last_generation(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	return variant->by == DESTROY ? 1 : GENERATIONS;
}

static void sleep_once(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (notice_wait(&shared->notice, 1, SLEEPER, variant->by))
		shared->passed[SLEEPER] = 1;
	if (variant->by == BELLS_ANSWERED)
		SABOT_OK(sem_post(&shared->answers));
}

static void wait_often(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned generation, last = last_generation(task);

	for (generation = 1; generation <= last; generation++) {
		if (!notice_wait(&shared->notice, generation, WAITER, variant->by)) {
			sabot_observe(task, "the waiter's time-outs come");
			return;
		}
		shared->passed[WAITER] = generation;
		SABOT_OK(sem_post(&shared->answers));
	}
}

/* Each generation is told when the waiter has answered for the one before. */
static void notify(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned generation, last = last_generation(task);

	for (generation = 1; generation <= last; generation++) {
		notice_tell(&shared->notice, generation, variant->by);
		SABOT_OK(sem_wait(&shared->answers));
		if (generation == 1 && variant->by == BELLS_ANSWERED)
			SABOT_OK(sem_wait(&shared->answers)); /* the sleeper's */
	}
	if (variant->by == DESTROY)
		SABOT_ZERO(pthread_cond_destroy(&shared->notice.cond));
}

static void nobody_is_ahead(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < NOTICE_WAITERS; i++)
		sabot_require(check, shared->passed[i] <= shared->notice.generation,
			      "%s has passed generation %u of %u", i ? "the waiter" : "the sleeper",
			      shared->passed[i], shared->notice.generation);
}

static void all_were_told(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, shared->passed[WAITER] == shared->notice.generation,
		      "the waiter was told of %u generations of %u", shared->passed[WAITER],
		      shared->notice.generation);
}

static const struct sabot_role roles[] = {
	{ "sleeper", 1, sleep_once },
	{ "waiter", 1, wait_often },
	{ "notifier", 1, notify },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "nobody passes what was not told", SABOT_WHEN_SETTLED, nobody_is_ahead },
	{ "the waiter is told of everything", SABOT_AT_END, all_were_told },
	{ 0 },
};

#define KILL_SLEEPER SABOT_KILL, .role = "sleeper"

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &bells },
	{ .name = "condition", .variant = &broadcast },
	{ .name = "kill-anywhere", .variant = &bells, .fault = { KILL_SLEEPER } },
	{ .name = "waits-for-answers",
	  .variant = &answered,
	  .fault = { KILL_SLEEPER },
	  .caught_by = "deadlock" },
	{ .name = "platform-broadcast",
	  .variant = &broadcast,
	  .fault = { KILL_SLEEPER, .where = SABOT_ASLEEP },
	  .characterises = "who waits for a condition variable is killed, broadcasts follow",
	  .known = (const char *const[]){ "notifier blocks for ever in pthread_cond_broadcast",
					  "waiter blocks for ever in pthread_cond_wait", NULL } },
	{ .name = "platform-signal",
	  .variant = &signals,
	  .fault = { KILL_SLEEPER, .where = SABOT_ASLEEP },
	  .characterises = "who waits for a condition variable is killed, signals follow",
	  .known = (const char *const[]){ "notifier blocks for ever in pthread_cond_signal",
					  "waiter blocks for ever in pthread_cond_wait", NULL } },
	{ .name = "platform-destroy",
	  .variant = &destroys,
	  .fault = { KILL_SLEEPER, .where = SABOT_ASLEEP },
	  .characterises = "who waits for a condition variable is killed, a destroy follows",
	  .known = (const char *const[]){ "notifier blocks for ever in pthread_cond_destroy",
					  NULL } },
	{ .name = "platform-signaller",
	  .variant = &timedwait,
	  .fault = { KILL_SLEEPER, .where = SABOT_ASLEEP },
	  .second = { SABOT_KILL, .role = "notifier", .where = SABOT_ASLEEP },
	  .characterises = "who waits for a condition variable is killed, then who broadcasts",
	  .known = (const char *const[]){ "notifier blocks for ever in pthread_cond_broadcast",
					  "waiter blocks for ever in pthread_cond_timedwait",
					  "the waiter's time-outs come", NULL } },
	{ 0 },
};

const struct sabot_scenario cond_dead_waiter = {
	.name = "cond-dead-waiter",
	.group = "pthread-shared",
	.about = "who sleeps in a wait is killed, and the others are notified",
	.tags = "crash condition signal platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.keeps_no_state = true,
};
