/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process killed while it holds a SEM_UNDO semaphore gives it back, and whoever waits gets in.
 *
 * Shows: exit_sem() adds the process's adjustments before it is a zombie, whether it dies at a
 * point, asleep in semop(), or woken with the permit already given (semop(2), "process
 * termination"; Linux ipc/sem.c). Does not show: that the data under the lock are whole; no
 * owner-died notice exists here.
 */
#include "permits.h"

enum { OUTSIDE, INSIDE }; /* marks */

struct shared {
	struct permits permits;
	bool is_late; /* somebody waited in vain */
};

struct variant {
	short flags;
	bool is_timed;
	bool is_shown; /* not judged by its value */
};

static const struct variant undo = { SEM_UNDO, false, false };
static const struct variant plain = { 0, false, false };
static const struct variant undo_shown = { SEM_UNDO, false, true };
static const struct variant plain_shown = { 0, false, true };
static const struct variant timed_shown = { 0, true, true };

static void setup(struct sabot_env *env)
{
	permits_make(sabot_env_shared(env), 1, 1);
}

static void pass_through(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const struct variant *variant = sabot_variant(task);
	struct sembuf take = { 0, -1, variant->flags }, give = { 0, +1, variant->flags };

	if (variant->is_timed && !permits_come(task, &shared->permits, &take, 1)) {
		shared->is_late = true;
		return;
	}
	if (!variant->is_timed)
		SABOT_OK(semop(shared->permits.semid, &take, 1));
	sabot_mark(task, INSIDE);
	sabot_point(task, "inside");
	SABOT_OK(semop(shared->permits.semid, &give, 1));
	sabot_mark(task, OUTSIDE);
}

static void value_counts_living(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);

	if (!variant->is_shown)
		permits_require(check, 0, 1 - (int)sabot_alive(check, INSIDE));
}

static void tell_value(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	if (sabot_killed(check, NULL))
		sabot_check_observe(check, "the value is %d", permits_value(check, 0));
	if (sabot_killed(check, "holder") && shared->is_late)
		sabot_check_observe(check, "who waits gets EAGAIN in time");
}

static const struct sabot_role roles[] = {
	{ "holder", 1, pass_through },
	{ "waiter", 2, pass_through },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the value counts the living", SABOT_WHEN_SETTLED, value_counts_living },
	{ "the value is told at the end", SABOT_AT_END, tell_value },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &undo },
	{ .name = "kill-anywhere", .variant = &undo, .fault = { .kind = SABOT_KILL } },
	{ .name = "without-undo",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .role = "holder" },
	  .caught_by = "the value counts the living" },
	{ .name = "waits-for-the-dead",
	  .variant = &plain_shown,
	  .fault = { SABOT_KILL, .role = "holder" },
	  .caught_by = "deadlock" },
	{ .name = "platform",
	  .variant = &plain_shown,
	  .fault = { SABOT_KILL, .role = "holder", .point = "inside" },
	  .characterises = "a holder without SEM_UNDO dies",
	  .known = (const char *const[]){ "the value is 0", "waiter blocks for ever in semop",
					  NULL } },
	{ .name = "platform-timed",
	  .variant = &timed_shown,
	  .fault = { SABOT_KILL, .role = "holder", .point = "inside" },
	  .characterises = "a holder without SEM_UNDO dies, others wait with a time-out",
	  .known = (const char *const[]){ "the value is 0", "who waits gets EAGAIN in time",
					  NULL } },
	{ .name = "platform-undo",
	  .variant = &undo_shown,
	  .fault = { SABOT_KILL, .role = "holder", .point = "inside" },
	  .characterises = "a holder with SEM_UNDO dies",
	  .known = (const char *const[]){ "the value is 1", NULL } },
	{ .name = "platform-waiter",
	  .variant = &timed_shown,
	  .fault = { SABOT_KILL, .role = "waiter", .where = SABOT_WOKEN },
	  .characterises = "a waiter without SEM_UNDO dies that was woken and has not run",
	  .known = (const char *const[]){ "the value is 0", NULL } },
	{ .name = "platform-waiter-undo",
	  .variant = &undo_shown,
	  .fault = { SABOT_KILL, .role = "waiter", .where = SABOT_WOKEN },
	  .characterises = "a waiter with SEM_UNDO dies that was woken and has not run",
	  .known = (const char *const[]){ "the value is 1", NULL } },
	{ 0 },
};

static const char *const points[] = { "inside", NULL };

const struct sabot_scenario semundo_crash = {
	.name = "semundo-crash",
	.group = "sysv-sem",
	.about = "a killed holder of a SEM_UNDO semaphore gives it back",
	.tags = "crash recovery lock platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
