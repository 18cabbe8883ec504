/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes lock, unlock, up- and downgrade random ranges of a file, and ask for locks.
 * After each step what the kernel holds is compared with a reference model (lock-model.h), byte by
 * byte, and each answer that a process got must follow from it.
 *
 * Shows: ranges split, merge and are replaced as fcntl(2) says, conflicts are seen by the byte,
 * F_GETLK names a lock that is there, EDEADLK comes only if there is a cycle, and a death releases
 * just the dead one's. Does not show: the order in which waiters get in; none is promised.
 */
#include "locker.h"

static const struct locker_way tries = { .command = F_SETLK };
static const struct locker_way waits = { .command = F_SETLKW };
static const struct locker_way unlocks_too_much = { F_SETLK, .unlocks_too_much = true };
static const struct locker_way closes_copy = { F_SETLK, .closes_copy = true };
static const struct locker_way asks_elsewhere = { F_SETLK, .asks_elsewhere = true };
static const struct locker_way takes_no_for_yes = { F_SETLK, .takes_no_for_yes = true };

static const char *const known[] = { "a lock becomes one with those beside it",
				     "a refused conversion keeps the read lock",
				     "to unlock the middle splits a lock", NULL };

static void setup(struct sabot_env *env)
{
	struct lockers *shared = sabot_env_shared(env);

	shared->fd = ranges_make("data", BYTES);
}

static int random_below(struct sabot_task *task, int bound)
{
	return (int)(sabot_random(task, 0) % (unsigned)bound);
}

static void lock_at_random(struct sabot_task *task)
{
	const struct locker_way *variant = sabot_variant(task);
	struct lockers *shared = sabot_shared(task);
	struct lock_range range = { .owner = (int)sabot_index(task) };
	int fd = SABOT_OK(open("data", O_RDWR)), i;

	shared->pid[range.owner] = getpid();
	for (i = 0; i < STEPS; i++) {
		range.first = random_below(task, BYTES);
		range.last = range.first + random_below(task, BYTES - range.first);
		range.kind = (enum range_kind)random_below(task, 3);
		if (range.kind != RANGE_NONE && random_below(task, 3) == 0)
			locker_ask(task, fd, &range);
		else
			locker_take(task, fd, &range);
		if (variant->closes_copy && i == STEPS / 2)
			SABOT_OK(close(open("data", O_RDONLY)));
	}
	range = (struct lock_range){ .owner = range.owner, .last = BYTES };
	locker_take(task, fd, &range);
	SABOT_OK(close(fd));
}

static const struct sabot_role roles[] = { { "locker", LOCKERS, lock_at_random }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "no two living lockers bar each other", SABOT_WHEN_SETTLED, locker_nobody_is_barred },
	{ "the kernel's locks are the model's", SABOT_WHEN_SETTLED, locker_kernel_has_the_model },
	{ "each answer follows from the model", SABOT_WHEN_SETTLED, locker_answers_follow },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &tries },
	{ .name = "no-fault-waits", .variant = &waits },
	{ .name = "kill-anywhere", .variant = &tries, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-waits", .variant = &waits, .fault = { .kind = SABOT_KILL } },
	{ .name = "unlocks-too-much",
	  .variant = &unlocks_too_much,
	  .caught_by = "the kernel's locks are the model's" },
	{ .name = "closes-copy",
	  .variant = &closes_copy,
	  .caught_by = "the kernel's locks are the model's" },
	{ .name = "asks-elsewhere",
	  .variant = &asks_elsewhere,
	  .caught_by = "each answer follows from the model" },
	{ .name = "takes-no-for-yes",
	  .variant = &takes_no_for_yes,
	  .caught_by = "no two living lockers bar each other" },
	{ .name = "platform",
	  .variant = &tries,
	  .characterises = "record locks are taken, converted and given back in parts",
	  .known = known },
	{ 0 },
};

const struct sabot_scenario fcntl_model = {
	.name = "fcntl-model",
	.group = "record-locks",
	.about = "random record locks of several processes are those of a reference model",
	.tags = "lock crash model platform",
	.shared_size = sizeof(struct lockers),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.keeps_no_state = true,
	.needs_steps = true,
};
