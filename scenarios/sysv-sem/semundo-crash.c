/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process killed while it holds a SEM_UNDO semaphore gives it back, and whoever waits gets in.
 *
 * Shows: exit_sem() adds the process's adjustments before it is a zombie, whether it dies at a
 * point, asleep in semop(), or woken with the permit already given (semop(2), "process
 * termination"; Linux ipc/sem.c). Does not show: that the data under the lock are whole; no
 * owner-died notice exists here.
 */
#include <sabot/sabot.h>

#include <sys/sem.h>

enum { OUTSIDE, INSIDE }; /* marks */

struct shared {
	int semid;
};

struct variant {
	short flags;
};

static const struct variant undo = { SEM_UNDO };
static const struct variant plain = { 0 };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->semid = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	SABOT_OK(semctl(shared->semid, 0, SETVAL, 1));
}

static void pass_through(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	const struct variant *variant = sabot_variant(task);
	struct sembuf take = { 0, -1, variant->flags }, give = { 0, +1, variant->flags };

	SABOT_OK(semop(shared->semid, &take, 1));
	sabot_mark(task, INSIDE);
	sabot_point(task, "inside");
	SABOT_OK(semop(shared->semid, &give, 1));
	sabot_mark(task, OUTSIDE);
}

static void value_counts_living(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int want = 1 - (int)sabot_alive(check, INSIDE);
	int got = semctl(shared->semid, 0, GETVAL);

	sabot_require(check, got == want, "the value is %d, the living leave %d", got, want);
}

static const struct sabot_role roles[] = {
	{ "holder", 1, pass_through },
	{ "waiter", 2, pass_through },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the value counts the living", SABOT_WHEN_SETTLED, value_counts_living },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &undo },
	{ .name = "kill-anywhere",
	  .variant = &undo,
	  .fault = { SABOT_KILL, .role = SABOT_ANY_ROLE } },
	{ .name = "without-undo",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .role = "holder" },
	  .caught_by = "the value counts the living" },
	{ 0 },
};

const struct sabot_scenario semundo_crash = {
	.name = "semundo-crash",
	.group = "sysv-sem",
	.about = "a killed holder of a SEM_UNDO semaphore gives it back",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
