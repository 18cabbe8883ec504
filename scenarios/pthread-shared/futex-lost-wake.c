/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lock made of one word and futex(2). Whoever unlocks stores first and wakes then; if it is
 * killed between the two, or the one that it wakes is killed before it runs, the lock is free and
 * the others sleep on: nobody is left to wake them. Waiting for a limited time, and looking again,
 * mends both, and finds an owner that died with the lock as well.
 *
 * Shows: the lost wake-up, which nginx's lock in shared memory has as well, and which the kernel
 * mends for robust mutexes alone (handle_futex_death() in kernel/futex/core.c has both cases). Does
 * not show: what the lock guards, which whoever takes it from the dead would have to repair.
 */
#include "../section.h"
#include "futex_lock.h"

struct variant {
	const struct timespec *limit; /* of one sleep; NULL: none */
	int lingers;		      /* points inside: the others come to sleep meanwhile */
};

static const struct timespec second = { .tv_sec = 1 };
static const struct variant looks_again = { .limit = &second, .lingers = 1 };
static const struct variant trusting = { .limit = NULL, .lingers = 1 };
static const struct variant bare = { .limit = NULL, .lingers = 8 };

static void pass(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct futex_lock *lock = sabot_shared(task);

	futex_lock_take(lock, sabot_index(task), variant->limit);
	section_stay(task, variant->lingers);
	futex_lock_give(task, lock);
	sabot_observe(task, "a waiter that was not killed gets the lock");
}

static void one_is_inside(struct sabot_check *check)
{
	const struct futex_lock *lock = sabot_check_shared(check);

	section_one_is_inside(check);
	sabot_require(check, futex_lock_valid(lock), "the word is %#x", lock->word);
}

static const struct sabot_role roles[] = { { "taker", FUTEX_LOCK_USERS, pass }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one is inside", SABOT_WHEN_SETTLED, one_is_inside },
	{ 0 },
};

static const char *const seen_here[] = { "taker blocks for ever in futex(FUTEX_WAIT)",
					 "a waiter that was not killed gets the lock", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &looks_again },
	{ .name = "kill-anywhere", .variant = &looks_again, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-twice",
	  .variant = &looks_again,
	  .fault = { .kind = SABOT_KILL, .point = FUTEX_LOCK_STORED },
	  .second = { .kind = SABOT_KILL, .where = SABOT_ASLEEP | SABOT_WOKEN } },
	{ .name = "no-limit", .variant = &trusting },
	{ .name = "killed-before-wake",
	  .variant = &trusting,
	  .fault = { .kind = SABOT_KILL, .point = FUTEX_LOCK_STORED },
	  .caught_by = "lost wake-up" },
	{ .name = "killed-when-woken",
	  .variant = &trusting,
	  .fault = { .kind = SABOT_KILL, .where = SABOT_WOKEN },
	  .caught_by = "lost wake-up" },
	{ .name = "platform-futex",
	  .variant = &bare,
	  .fault = { .kind = SABOT_KILL, .where = SABOT_WOKEN },
	  .characterises = "a waiter on a bare futex is killed after it was woken",
	  .known = seen_here },
	{ 0 },
};

static const char *const points[] = { SECTION_POINT, FUTEX_LOCK_STORED, NULL };

const struct sabot_scenario futex_lost_wake = {
	.name = "futex-lost-wake",
	.group = "pthread-shared",
	.about = "a hand-made lock whose unlocker, or whose woken waiter, is killed",
	.tags = "crash lock recovery platform",
	.shared_size = sizeof(struct futex_lock),
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
