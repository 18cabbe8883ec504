/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes come to a set of semaphores by its key; the first makes it, and may die before
 * it has set the values.
 *
 * Shows: between semget() and the first value lies a window (semget(2), BUGS). Whoever comes second
 * can look whether sem_otime is set, which the first semop() does, but must not wait for ever. New
 * values are 0 on Linux, so one semop() that waits for a 0, without waiting, and adds to it sets
 * the values once, whoever gets to do it. The set is left if the janitor dies, which removes it
 * when all others are gone, that is, at the end of a pipe. Does not show: a set that is removed
 * while others come to it (sem-removed).
 * Known since Stevens (UNIX Network Programming, volume 2).
 */
#include "created_set.h"

#include <unistd.h>

enum { OUTSIDE, INSIDE }; /* marks */
enum { MANY = 1 << 30 };

static const struct created_set_rules at_once = { .take_over = true };
static const struct created_set_rules take_over = { .looks = 3, .take_over = true };
static const struct created_set_rules wait_on = { .looks = MANY };
static const struct created_set_rules trust = { .looks = 0 };
static const struct created_set_rules set_always = { .set_always = true };

static void setup(struct sabot_env *env)
{
	struct created_set *shared = sabot_env_shared(env);

	SABOT_OK(pipe(shared->pipe));
}

static void start(struct sabot_task *task)
{
	struct sembuf take = { CREATED_SET_LOCK, -1, SEM_UNDO },
		      give = { CREATED_SET_LOCK, +1, SEM_UNDO };
	int semid = created_set_open(task);

	SABOT_OK(semop(semid, &take, 1));
	sabot_mark(task, INSIDE);
	sabot_point(task, "inside");
	sabot_mark(task, OUTSIDE);
	SABOT_OK(semop(semid, &give, 1));
}

static void clean(struct sabot_task *task)
{
	const struct created_set *shared = sabot_shared(task);
	char byte;
	int semid;

	SABOT_OK(close(shared->pipe[1]));
	SABOT_OK(read(shared->pipe[0], &byte, 1));
	semid = semget(CREATED_SET_KEY, 0, 0);
	if (semid >= 0)
		SABOT_OK(semctl(semid, 0, IPC_RMID));
}

static void one_is_inside(struct sabot_check *check)
{
	unsigned inside = sabot_alive(check, INSIDE);

	sabot_require(check, inside <= 1, "%u are inside", inside);
}

static void filled_once(struct sabot_check *check)
{
	const struct created_set *set = sabot_check_shared(check);

	sabot_require(check, set->filled <= 1, "%u have set the values", set->filled);
}

static const struct sabot_role roles[] = {
	{ "starter", 3, start },
	{ "janitor", 1, clean },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "at most one is inside", SABOT_WHEN_ALWAYS, one_is_inside },
	{ "at most one sets the values", SABOT_WHEN_ALWAYS, filled_once },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &at_once },
	{ .name = "kill-anywhere",
	  .variant = &at_once,
	  .fault = { SABOT_KILL, .role = "starter" } },
	{ .name = "take-over", .variant = &take_over, .fault = { SABOT_KILL, .role = "starter" } },
	{ .name = "no-fault-otime", .variant = &wait_on },
	{ .name = "wait-for-otime",
	  .variant = &wait_on,
	  .fault = { SABOT_KILL, .role = "starter" },
	  .caught_by = "livelock" },
	{ .name = "trust-semget",
	  .variant = &trust,
	  .fault = { SABOT_KILL, .role = "starter" },
	  .caught_by = "deadlock" },
	{ .name = "nobody-cleans",
	  .variant = &at_once,
	  .fault = { SABOT_KILL, .role = "janitor" },
	  .caught_by = "leak" },
	{ .name = "set-always", .variant = &set_always, .caught_by = "at most one is inside" },
	{ 0 },
};

static const char *const points[] = { "inside", NULL };

const struct sabot_scenario sem_create_race = {
	.name = "sem-create-race",
	.group = "sysv-sem",
	.about = "whoever makes a semaphore may die before it has a value",
	.tags = "crash recovery startup",
	.shared_size = sizeof(struct created_set),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
