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
#include <sabot/sabot.h>

#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { OUTSIDE, INSIDE }; /* marks */
enum { TAKERS = 3 };
#define WAITERS UINT32_C(0x80000000) /* in the word, beside the owner's index + 1 */

struct shared {
	uint32_t word;
	pid_t pids[TAKERS];
};

struct variant {
	const struct timespec *limit; /* of one sleep; NULL: none */
	int lingers;		      /* points inside: the others come to sleep meanwhile */
};

static const struct timespec second = { .tv_sec = 1 };
static const struct variant looks_again = { .limit = &second, .lingers = 1 };
static const struct variant trusting = { .limit = NULL, .lingers = 1 };
static const struct variant bare = { .limit = NULL, .lingers = 8 };

static bool replace(struct shared *shared, uint32_t *expected, uint32_t wanted)
{
	return __atomic_compare_exchange_n(&shared->word, expected, wanted, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

/* Its time has come: if the owner is no more, nobody else will ever unlock. */
static void look_again(struct shared *shared, uint32_t seen)
{
	uint32_t owner = (seen & ~WAITERS) - 1;

	if (owner < TAKERS && kill(shared->pids[owner], 0) != 0)
		(void)replace(shared, &seen, 0);
}

static void lock(struct sabot_task *task, struct shared *shared)
{
	const struct variant *variant = sabot_variant(task);
	uint32_t wanted = sabot_index(task) + 1, seen = 0;

	while (!replace(shared, &seen, wanted)) {
		if ((seen & WAITERS) || replace(shared, &seen, seen | WAITERS)) {
			seen |= WAITERS;
			wanted |= WAITERS; /* others may sleep as well: they are to be woken */
			if (syscall(SYS_futex, &shared->word, FUTEX_WAIT, seen, variant->limit) ==
				    -1 &&
			    errno == ETIMEDOUT)
				look_again(shared, seen);
		}
		seen = 0;
	}
}

static void unlock(struct sabot_task *task, struct shared *shared)
{
	uint32_t was = __atomic_exchange_n(&shared->word, 0, __ATOMIC_SEQ_CST);

	sabot_mark(task, OUTSIDE);
	sabot_point(task, "stored");
	if (was & WAITERS)
		SABOT_OK(syscall(SYS_futex, &shared->word, FUTEX_WAKE, 1));
}

static void stay(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int i;

	sabot_mark(task, INSIDE);
	for (i = 0; i < variant->lingers; i++)
		sabot_point(task, "inside");
}

static void pass(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	shared->pids[sabot_index(task)] = getpid();
	lock(task, shared);
	stay(task);
	unlock(task, shared);
	sabot_observe(task, "a waiter that was not killed gets the lock");
}

static void one_is_inside(struct sabot_check *check)
{
	unsigned inside = sabot_alive(check, INSIDE);

	sabot_require(check, inside <= 1, "%u are inside", inside);
}

static const struct sabot_role roles[] = { { "taker", TAKERS, pass }, { 0 } };

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
	  .fault = { .kind = SABOT_KILL, .point = "stored" },
	  .second = { .kind = SABOT_KILL, .where = SABOT_ASLEEP | SABOT_WOKEN } },
	{ .name = "no-limit", .variant = &trusting },
	{ .name = "killed-before-wake",
	  .variant = &trusting,
	  .fault = { .kind = SABOT_KILL, .point = "stored" },
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

static const char *const points[] = { "inside", "stored", NULL };

const struct sabot_scenario futex_lost_wake = {
	.name = "futex-lost-wake",
	.group = "pthread-shared",
	.about = "a hand-made lock whose unlocker, or whose woken waiter, is killed",
	.tags = "crash lock recovery platform",
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
