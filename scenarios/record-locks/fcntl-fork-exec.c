/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that has a record lock forks; a child that has one becomes another program. A rival
 * wants the same lock.
 *
 * Shows: a child of fork(2) has none of its parent's locks, can close its copy of the descriptor
 * without harm, and must lock for itself; a program that is executed has those of who executed it,
 * unless a close-on-exec descriptor of the file goes with that and takes them along (fcntl(2)).
 * Does not show: what the program does; it is cat(1), which waits for its input to end.
 */
#include "programs.h"

static const struct programs_way forks;
static const struct programs_way assumes = { .assumes = true };
static const struct programs_way executes = { .executes = true };
static const struct programs_way closes_copy = { .executes = true, .closes_copy = true };

static const char *const known_copy[] = { "not so: a program has the lock of who executed it",
					  "nobody has the lock", "the rival has the lock", NULL };

static void setup(struct sabot_env *env)
{
	(void)env;
	SABOT_OK(close(ranges_make("data", 1)));
}

static void use(struct sabot_task *task)
{
	int fd = SABOT_OK(open("data", O_RDWR));

	ranges_lock(F_SETLKW, fd, true);
	section_stay(task, 1);
	ranges_lock(F_SETLKW, fd, false);
	SABOT_OK(close(fd));
}

static void be_child(struct sabot_task *task, int fd)
{
	const struct programs_way *variant = sabot_variant(task);

	if (variant->assumes) {
		section_stay(task, 1);
		return;
	}
	if (ranges_set(fd, F_SETLK, F_WRLCK, 0, 1) != 0)
		sabot_observe(task, "the child has no lock");
	SABOT_OK(close(fd));
	use(task);
}

static void fork_with_lock(struct sabot_task *task)
{
	const struct programs_way *variant = sabot_variant(task);
	int fd = SABOT_OK(open("data", O_RDWR));
	pid_t child;

	ranges_lock(F_SETLKW, fd, true);
	sabot_mark(task, variant->assumes ? OUTSIDE : INSIDE);
	child = SABOT_OK(fork());
	if (child == 0) {
		be_child(task, fd);
		_exit(0);
	}
	sabot_mark(task, OUTSIDE);
	if (!variant->assumes)
		ranges_lock(F_SETLKW, fd, false);
	SABOT_OK(close(fd)); /* who assumes leaves the lock to the child from here */
	SABOT_OK(waitpid(child, NULL, 0));
}

static void be_parent(struct sabot_task *task)
{
	const struct programs_way *variant = sabot_variant(task);

	if (variant->executes)
		programs_start(task);
	else
		fork_with_lock(task);
}

static const struct sabot_role roles[] = {
	{ "parent", 1, be_parent },
	{ "rival", 1, use },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "at most one is inside", SABOT_WHEN_ALWAYS, section_one_is_inside },
	{ "a program has the lock of who executed it", SABOT_WHEN_SETTLED, programs_has_lock },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &forks },
	{ .name = "kill-anywhere", .variant = &forks, .fault = { .kind = SABOT_KILL } },
	{ .name = "executes", .variant = &executes },
	{ .name = "kill-executes", .variant = &executes, .fault = { .kind = SABOT_KILL } },
	{ .name = "assumes", .variant = &assumes, .caught_by = "at most one is inside" },
	{ .name = "closes-copy",
	  .variant = &closes_copy,
	  .caught_by = "a program has the lock of who executed it" },
	{ .name = "platform-fork",
	  .variant = &forks,
	  .characterises = "the holder of a record lock forks",
	  .known = (const char *const[]){ "the child has no lock", NULL } },
	{ .name = "platform-exec",
	  .variant = &executes,
	  .characterises = "the holder of a record lock executes a program",
	  .known = (const char *const[]){ "the program has the lock", NULL } },
	{ .name = "platform-exec-closes",
	  .variant = &closes_copy,
	  .characterises = "the holder of a record lock executes a program, which closes a "
			   "descriptor of the file",
	  .known = known_copy },
	{ 0 },
};

const struct sabot_scenario fcntl_fork_exec = {
	.name = "fcntl-fork-exec",
	.group = "record-locks",
	.about = "a forked child has no record lock, an executed program keeps what it had",
	.tags = "lock crash platform",
	.shared_size = sizeof(struct programs),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = section_points,
	.needs_steps = true,
};
