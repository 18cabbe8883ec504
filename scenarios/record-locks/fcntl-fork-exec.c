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
#include "ranges.h"

#include <sys/wait.h>

enum { OUTSIDE, INSIDE }; /* marks */

struct shared {
	bool lost; /* a program runs without the lock of who executed it */
};

struct variant {
	bool assumes;	  /* that the child has its parent's lock */
	bool executes;	  /* the child locks, and becomes a program */
	bool closes_copy; /* in becoming one it closes another descriptor of the file */
};

static const struct variant forks;
static const struct variant assumes = { .assumes = true };
static const struct variant executes = { .executes = true };
static const struct variant closes_copy = { .executes = true, .closes_copy = true };

static const char *const known_fork[] = { "the child has no lock", NULL };
static const char *const known_exec[] = { "the program has the lock", NULL };
static const char *const known_copy[] = { "not so: a program has the lock of who executed it",
					  "nobody has the lock", "the rival has the lock", NULL };

static void setup(struct sabot_env *env)
{
	(void)env;
	SABOT_OK(close(ranges_make("data", 1)));
}

static void lock(int fd, bool on)
{
	SABOT_OK(ranges_set(fd, F_SETLKW, on ? F_WRLCK : F_UNLCK, 0, 1));
}

static void use(struct sabot_task *task)
{
	int fd = SABOT_OK(open("data", O_RDWR));

	lock(fd, true);
	sabot_mark(task, INSIDE);
	sabot_point(task, "inside");
	sabot_mark(task, OUTSIDE);
	lock(fd, false);
	SABOT_OK(close(fd));
}

static void be_child(struct sabot_task *task, int fd)
{
	const struct variant *variant = sabot_variant(task);

	if (variant->assumes) {
		sabot_mark(task, INSIDE);
		sabot_point(task, "inside");
		sabot_mark(task, OUTSIDE);
		return;
	}
	if (ranges_set(fd, F_SETLK, F_WRLCK, 0, 1) != 0)
		sabot_observe(task, "the child has no lock");
	SABOT_OK(close(fd));
	use(task);
}

static void fork_with_lock(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int fd = SABOT_OK(open("data", O_RDWR));
	pid_t child;

	lock(fd, true);
	sabot_mark(task, variant->assumes ? OUTSIDE : INSIDE);
	child = SABOT_OK(fork());
	if (child == 0) {
		be_child(task, fd);
		_exit(0);
	}
	sabot_mark(task, OUTSIDE);
	if (variant->assumes)
		SABOT_OK(close(fd)); /* the child sees to it from here */
	else
		lock(fd, false);
	SABOT_OK(waitpid(child, NULL, 0));
	if (!variant->assumes)
		SABOT_OK(close(fd));
}

/* `input` is what the program reads; `begun` closes by itself when it begins. */
static void become_program(struct sabot_task *task, int input)
{
	const struct variant *variant = sabot_variant(task);
	int fd = SABOT_OK(open("data", O_RDWR));

	if (variant->closes_copy)
		SABOT_OK(open("data", O_RDONLY | O_CLOEXEC));
	lock(fd, true);
	SABOT_OK(dup2(input, STDIN_FILENO));
	SABOT_OK(execl("/bin/cat", "cat", (char *)NULL));
}

static void look_at_lock(struct sabot_task *task, pid_t child)
{
	struct shared *shared = sabot_shared(task);
	struct flock held = { .l_type = F_WRLCK, .l_len = 1 };
	int fd = SABOT_OK(open("data", O_RDWR)), status;

	SABOT_OK(fcntl(fd, F_GETLK, &held));
	SABOT_OK(close(fd));
	if (waitpid(child, &status, WNOHANG) != 0) {
		sabot_assert(task, WIFSIGNALED(status), "the program ends before its input does");
		return;
	}
	sabot_observe(task, held.l_type == F_UNLCK ? "nobody has the lock"
			    : held.l_pid == child  ? "the program has the lock"
						   : "the rival has the lock");
	shared->lost = held.l_type == F_UNLCK || held.l_pid != child;
}

static void start_program(struct sabot_task *task)
{
	int input[2], begun[2];
	pid_t child;
	char byte;

	SABOT_OK(pipe2(input, O_CLOEXEC));
	SABOT_OK(pipe2(begun, O_CLOEXEC));
	child = SABOT_OK(fork());
	if (child == 0)
		become_program(task, input[0]);
	SABOT_OK(close(input[0]));
	SABOT_OK(close(begun[1]));
	SABOT_OK(read(begun[0], &byte, 1)); /* its end: the program runs, or the child is dead */
	SABOT_OK(close(begun[0]));
	look_at_lock(task, child);
	SABOT_OK(close(input[1]));
	(void)waitpid(child, NULL, 0);
}

static void be_parent(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	if (variant->executes)
		start_program(task);
	else
		fork_with_lock(task);
}

static void one_is_inside(struct sabot_check *check)
{
	sabot_require(check, sabot_alive(check, INSIDE) <= 1, "%u are inside",
		      sabot_alive(check, INSIDE));
}

static void program_has_lock(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, !shared->lost, "the program runs, and somebody else could lock");
}

static const struct sabot_role roles[] = {
	{ "parent", 1, be_parent },
	{ "rival", 1, use },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "at most one is inside", SABOT_WHEN_ALWAYS, one_is_inside },
	{ "a program has the lock of who executed it", SABOT_WHEN_SETTLED, program_has_lock },
	{ 0 },
};

static const char *const points[] = { "inside", NULL };

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
	  .known = known_fork },
	{ .name = "platform-exec",
	  .variant = &executes,
	  .characterises = "the holder of a record lock executes a program",
	  .known = known_exec },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
