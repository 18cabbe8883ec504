/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Philosophers at a round table, a semaphore for each fork: one semop() takes both, or neither.
 *
 * Shows: an array of operations is done as one (semop(2)), so nobody holds one fork and waits for
 * the other, and who dies asleep in it has taken nothing. SEM_UNDO is each operation's own: of a
 * dead eater's forks those come back that were taken with it. Does not show: fairness; two
 * neighbours who eat in turn may keep the third from the table.
 */
#include "table.h"

#define IN_ONE_HAND "each fork is in one hand, or on the table"

struct variant {
	short undo_left, undo_right; /* SEM_UNDO, or 0 */
	bool one_at_a_time;
	bool is_shown; /* not judged: the forks are told of */
};

static const struct variant good = { .undo_left = SEM_UNDO, .undo_right = SEM_UNDO };
static const struct variant plain = { .undo_left = 0 };
static const struct variant one_at_a_time = { SEM_UNDO, SEM_UNDO, true, false };
static const struct variant right_stays = { .undo_left = SEM_UNDO };
static const struct variant right_stays_shown = { .undo_left = SEM_UNDO, .is_shown = true };

static void setup(struct sabot_env *env)
{
	permits_make(sabot_env_shared(env), SEATS, 1);
}

static void dine(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct table *table = sabot_shared(task);
	unsigned seat = sabot_index(task);
	struct table_forks take = table_forks(seat, -1, variant->undo_left, variant->undo_right);
	struct table_forks give = table_forks(seat, +1, variant->undo_left, variant->undo_right);

	if (variant->one_at_a_time) {
		SABOT_OK(semop(table->forks.semid, &take.each[0], 1));
		sabot_mark(task, HAS_LEFT + (int)seat);
		SABOT_OK(semop(table->forks.semid, &take.each[1], 1));
	} else {
		SABOT_OK(semop(table->forks.semid, take.each, 2));
	}
	sabot_mark(task, HAS_BOTH + (int)seat);
	sabot_point(task, "eating");
	table->has_eaten[seat] = true;
	SABOT_OK(semop(table->forks.semid, give.each, 2));
	sabot_mark(task, 0);
}

static void forks_are_in_one_hand(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	int fork;

	for (fork = 0; fork < SEATS && !variant->is_shown; fork++)
		permits_require(check, fork, 1 - table_hands(check, fork));
}

static void all_have_eaten(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	unsigned hungry = table_hungry(sabot_check_shared(check));

	sabot_require(check, variant->is_shown || hungry <= sabot_killed(check, NULL),
		      "%u have not eaten, %u were killed", hungry, sabot_killed(check, NULL));
}

/* Of the forks of seat 0. */
static void tell_forks(struct sabot_check *check)
{
	sabot_check_observe(check, "the first semaphore of the two is %d, the second is %d",
			    permits_value(check, 0), permits_value(check, 1));
}

static const struct sabot_role roles[] = { { "philosopher", SEATS, dine }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ IN_ONE_HAND, SABOT_WHEN_SETTLED, forks_are_in_one_hand },
	{ "everybody eats", SABOT_AT_END, all_have_eaten },
	{ "the forks are told of", SABOT_AT_END, tell_forks },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-two",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL },
	  .second = { .kind = SABOT_KILL } },
	{ .name = "kill-asleep-without-undo",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .where = SABOT_ASLEEP } },
	{ .name = "one-at-a-time", .variant = &one_at_a_time, .caught_by = "deadlock" },
	{ .name = "right-without-undo",
	  .variant = &right_stays,
	  .fault = { .kind = SABOT_KILL },
	  .caught_by = IN_ONE_HAND },
	{ .name = "platform",
	  .variant = &right_stays_shown,
	  .fault = { SABOT_KILL, .who = "philosopher#0", .point = "eating" },
	  .characterises = "a process dies that took two semaphores in one semop(), "
			   "the first with SEM_UNDO",
	  .known = (const char *const[]){ "the first semaphore of the two is 1, the second is 0",
					  "philosopher blocks for ever in semop", NULL } },
	{ 0 },
};

static const char *const points[] = { "eating", NULL };

const struct sabot_scenario philosophers = {
	.name = "philosophers",
	.group = "sysv-sem",
	.about = "one semop() takes both forks: nobody waits with one in hand, whoever dies",
	.tags = "crash deadlock lock platform",
	.shared_size = sizeof(struct table),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
