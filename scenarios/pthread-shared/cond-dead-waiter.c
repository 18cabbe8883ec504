/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process is killed while it sleeps in a wait for a condition; the others go on to be notified.
 *
 * Shows: with a bell for each waiter (a semaphore that is posted to all, and a predicate to look at
 * again) the dead are nobody's business, while who waits until all of them have answered waits for
 * ever, as Python's notify_all() did (issue 75158). What a process-shared condition variable of
 * libc does is a fact of the platform: glibc 2.36 counts the dead among its waiters, so a later
 * broadcast or destroy waits for them, and holds a lock meanwhile that it leaves behind if it is
 * killed as well (Fast-DDS 1144; nptl/pthread_cond_common.c). Does not show: with bells, the death
 * of the only notifier or of the waiter, whose answers it wants: the other waits for ever by right.
 */
#include "notice.h"

enum { GENERATIONS = 4 };

struct variant {
	enum notice_by by;
	unsigned generations;
};

static const struct variant bells = { BELLS, GENERATIONS };
static const struct variant answered = { BELLS_ANSWERED, GENERATIONS };
static const struct variant broadcast = { BROADCAST, GENERATIONS };
static const struct variant signals = { SIGNAL, GENERATIONS };
static const struct variant destroys = { DESTROY, 1 };
static const struct variant timedwait = { TIMEDWAIT, GENERATIONS };

static void sleep_once(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct notice *notice = sabot_shared(task);

	(void)notice_wait(notice, 1, SLEEPER, variant->by);
	if (variant->by == BELLS_ANSWERED)
		notice_answer(notice);
}

static void wait_often(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct notice *notice = sabot_shared(task);
	unsigned generation;

	for (generation = 1; generation <= variant->generations; generation++) {
		if (!notice_wait(notice, generation, WAITER, variant->by)) {
			sabot_observe(task, "the waiter's time-outs come");
			return;
		}
		notice_answer(notice);
	}
}

/* Each generation is told when the waiter has answered for the one before. */
static void notify(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct notice *notice = sabot_shared(task);
	unsigned generation;

	for (generation = 1; generation <= variant->generations; generation++) {
		notice_tell(notice, generation, variant->by);
		SABOT_OK(sem_wait(&notice->answers));
		if (generation == 1 && variant->by == BELLS_ANSWERED)
			SABOT_OK(sem_wait(&notice->answers)); /* the sleeper's */
	}
	if (variant->by == DESTROY)
		SABOT_ZERO(pthread_cond_destroy(&notice->cond));
}

static const struct sabot_role roles[] = {
	{ "sleeper", 1, sleep_once },
	{ "waiter", 1, wait_often },
	{ "notifier", 1, notify },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "nobody passes what was not told", SABOT_WHEN_SETTLED, notice_nobody_is_ahead },
	{ "the waiter is told of everything", SABOT_AT_END, notice_all_were_told },
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
	.shared_size = sizeof(struct notice),
	.setup = notice_setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.keeps_no_state = true,
};
