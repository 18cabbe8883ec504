/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A semaphore in shared memory serves as a lock. It has no owner and no undo, so whoever is killed
 * inside keeps it, and whoever is killed after it was woken leaves the others asleep.
 *
 * Shows: what the kernel and libc leave to the program (sem_overview(7)); and a repair: users note
 * who is inside, hold a record lock as a sign of life, and look again after a time-out (glibc
 * nptl/sem_waitcommon.c: a post wakes one, which may be dead). Does not show: a death between the
 * post and the note that it was done, which the repair takes for one inside: here no point lies
 * there. Seen in the wild: the locks of Python's multiprocessing are such semaphores, and a worker
 * that is killed with one leaves all others waiting (CPython issue 88304); so are named mutexes of
 * Boost.Interprocess (issue 74).
 */
#include "sem_lock.h"

static const struct sem_lock_way repairing = { .repairs = true };
static const struct sem_lock_way plain = { 0 };
static const struct sem_lock_way trying = { .tries = true };
static const struct sem_lock_way queueing = { .queues_up = true };

static void setup(struct sabot_env *env)
{
	struct sem_lock *shared = sabot_env_shared(env);

	SABOT_OK(sem_init(&shared->lock, 1, 1));
	shared->lives = SABOT_OK(open("lives", O_RDWR | O_CREAT, 0600));
}

static void use(struct sabot_task *task)
{
	const struct sem_lock_way *variant = sabot_variant(task);
	struct sem_lock *shared = sabot_shared(task);
	int user = 1 + (int)sabot_index(task);
	struct flock life = { .l_type = F_WRLCK, .l_start = user, .l_len = 1 };

	SABOT_OK(fcntl(shared->lives, F_SETLK, &life));
	if (variant->queues_up && user != 1)
		sem_lock_queue_up(shared, user);
	sem_lock_enter(task, shared, user);
	sabot_mark(task, INSIDE);
	sabot_point(task, SECTION_POINT);
	if (variant->queues_up && user == 1)
		sem_lock_queue_up(shared, user);
	sabot_mark(task, OUTSIDE);
	sem_lock_leave(shared, user);
}

static const struct sabot_role roles[] = { { "user", USERS, use }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one is inside", SABOT_WHEN_SETTLED, section_one_is_inside },
	{ "it can be seen what became of the value", SABOT_AT_END, sem_lock_look },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &plain },
	{ .name = "tries", .variant = &trying },
	{ .name = "stop-anywhere", .variant = &plain, .fault = { .kind = SABOT_STOP } },
	{ .name = "kill-anywhere", .variant = &repairing, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-twice",
	  .variant = &repairing,
	  .fault = { .kind = SABOT_KILL },
	  .second = { .kind = SABOT_KILL } },
	{ .name = "kill-inside",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .point = SECTION_POINT },
	  .caught_by = "orphaned owner" },
	{ .name = "kill-woken",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .where = SABOT_WOKEN },
	  .caught_by = "lost wake-up" },
	{ .name = "platform-inside",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .point = SECTION_POINT, .who = "user#0" },
	  .characterises = "whoever has taken a POSIX semaphore is killed",
	  .known = (const char *const[]){ "the value is 0", "user blocks for ever in sem_wait",
					  NULL } },
	{ .name = "platform-woken",
	  .variant = &queueing,
	  .fault = { SABOT_KILL, .where = SABOT_WOKEN },
	  .characterises = "a waiter of a POSIX semaphore is killed when it has been woken",
	  .known = (const char *const[]){ "the value is 1", "user blocks for ever in sem_wait",
					  NULL } },
	{ 0 },
};

const struct sabot_scenario posix_sem_mutex = {
	.name = "posix-sem-mutex",
	.group = "posix-sem",
	.about = "a semaphore as a lock has no owner: who is killed inside keeps it",
	.tags = "crash recovery deadlock lock time platform",
	.shared_size = sizeof(struct sem_lock),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = section_points,
	.keeps_no_state = true,
};
