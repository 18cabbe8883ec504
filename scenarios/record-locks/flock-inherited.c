/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A daemon holds a lock on its lock file and forks a helper; when the daemon dies, its successor
 * takes the lock, while the helper still waits for work from whoever is the daemon.
 *
 * Shows: locks of flock(2) and of open file descriptions belong to the description, so that a
 * forked child's copy of the descriptor keeps a dead daemon's lock, and its LOCK_UN gives back a
 * living one's (flock(2), fcntl(2)). Does not show: descriptions that travel through a socket.
 */
#include "ranges.h"

#include <sys/file.h>
#include <sys/wait.h>

enum { OUTSIDE, INSIDE }; /* marks */
enum { USE_FLOCK = -1 };

struct shared {
	int work[2]; /* a pipe to the helper; no work comes, but its end */
};

struct variant {
	int command; /* USE_FLOCK, or of fcntl(2) */
	bool helper_keeps, helper_unlocks;
};

static const struct variant flocked = { .command = USE_FLOCK };
static const struct variant ofd = { .command = F_OFD_SETLKW };
static const struct variant flock_kept = { USE_FLOCK, .helper_keeps = true };
static const struct variant ofd_kept = { F_OFD_SETLKW, .helper_keeps = true };
static const struct variant flock_unlocked = { USE_FLOCK, .helper_unlocks = true };
static const struct variant ofd_unlocked = { F_OFD_SETLKW, .helper_unlocks = true };

static const char *const known_kept_flock[] = { "daemon blocks for ever in read",
						"successor blocks for ever in flock", NULL };
static const char *const known_kept_ofd[] = { "daemon blocks for ever in read",
					      "successor blocks for ever in fcntl(F_OFD_SETLKW)",
					      NULL };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	SABOT_OK(close(ranges_make("lock", 1)));
	SABOT_OK(pipe(shared->work));
}

static void lock(struct sabot_task *task, int fd, bool on)
{
	const struct variant *variant = sabot_variant(task);

	if (variant->command == USE_FLOCK)
		SABOT_OK(flock(fd, on ? LOCK_EX : LOCK_UN));
	else
		SABOT_OK(ranges_set(fd, variant->command, on ? F_WRLCK : F_UNLCK, 0, 1));
}

static void help(struct sabot_task *task, int fd)
{
	const struct variant *variant = sabot_variant(task);
	const struct shared *shared = sabot_shared(task);
	char byte;

	SABOT_OK(close(shared->work[1]));
	if (variant->helper_unlocks) /* what it does not need, it thinks */
		lock(task, fd, false);
	if (!variant->helper_keeps)
		SABOT_OK(close(fd));
	SABOT_OK(read(shared->work[0], &byte, 1)); /* the end of file: no daemon is left */
	SABOT_OK(close(shared->work[0]));
	if (variant->helper_keeps)
		SABOT_OK(close(fd));
}

static void serve(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	int fd = SABOT_OK(open("lock", O_RDWR));
	pid_t helper;

	lock(task, fd, true);
	sabot_mark(task, INSIDE);
	helper = SABOT_OK(fork());
	if (helper == 0) {
		help(task, fd);
		_exit(0);
	}
	sabot_point(task, "serving");
	sabot_mark(task, OUTSIDE);
	lock(task, fd, false);
	SABOT_OK(close(fd));
	SABOT_OK(close(shared->work[0]));
	SABOT_OK(close(shared->work[1]));
	SABOT_OK(waitpid(helper, NULL, 0));
}

static void succeed(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	int fd = SABOT_OK(open("lock", O_RDWR));

	lock(task, fd, true);
	sabot_mark(task, INSIDE);
	sabot_point(task, "serving");
	sabot_mark(task, OUTSIDE);
	lock(task, fd, false);
	SABOT_OK(close(fd));
	SABOT_OK(close(shared->work[0]));
	SABOT_OK(close(shared->work[1]));
}

static void one_serves(struct sabot_check *check)
{
	sabot_require(check, sabot_alive(check, INSIDE) <= 1, "%u daemons serve",
		      sabot_alive(check, INSIDE));
}

static const struct sabot_role roles[] = {
	{ "daemon", 1, serve },
	{ "successor", 1, succeed },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "at most one daemon serves", SABOT_WHEN_ALWAYS, one_serves },
	{ 0 },
};

static const char *const points[] = { "serving", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &flocked },
	{ .name = "kill-anywhere", .variant = &flocked, .fault = { .kind = SABOT_KILL } },
	{ .name = "ofd-kill-anywhere", .variant = &ofd, .fault = { .kind = SABOT_KILL } },
	{ .name = "helper-keeps",
	  .variant = &flock_kept,
	  .fault = { .kind = SABOT_KILL, .who = "daemon#0" },
	  .caught_by = "deadlock" },
	{ .name = "ofd-helper-keeps",
	  .variant = &ofd_kept,
	  .fault = { .kind = SABOT_KILL, .who = "daemon#0" },
	  .caught_by = "deadlock" },
	{ .name = "helper-unlocks",
	  .variant = &flock_unlocked,
	  .caught_by = "at most one daemon serves" },
	{ .name = "ofd-helper-unlocks",
	  .variant = &ofd_unlocked,
	  .caught_by = "at most one daemon serves" },
	{ .name = "platform-flock",
	  .variant = &flock_kept,
	  .fault = { .kind = SABOT_KILL, .who = "daemon#0", .point = "serving" },
	  .characterises = "a holder of flock is killed, and its child has the descriptor",
	  .known = known_kept_flock },
	{ .name = "platform-ofd",
	  .variant = &ofd_kept,
	  .fault = { .kind = SABOT_KILL, .who = "daemon#0", .point = "serving" },
	  .characterises = "a holder of an OFD lock is killed, and its child has the descriptor",
	  .known = known_kept_ofd },
	{ 0 },
};

const struct sabot_scenario flock_inherited = {
	.name = "flock-inherited",
	.group = "record-locks",
	.about = "a dead daemon's child keeps its flock, and bars the successor",
	.tags = "lock crash leak platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
