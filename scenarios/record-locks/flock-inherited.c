/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A daemon holds a lock on its lock file and forks a helper; when the daemon dies, its successor
 * takes the lock, while the helper still waits for work from whoever is the daemon.
 *
 * Shows: locks of flock(2) and of open file descriptions belong to the description, so that a
 * forked child's copy of the descriptor keeps a dead daemon's lock, and its LOCK_UN gives back a
 * living one's (flock(2), fcntl(2)). Does not show: descriptions that travel through a socket. Seen
 * in the wild: a service that does not start again as long as some child of the last one runs.
 */
#include "service.h"

static const struct service_way flocked = { .command = USE_FLOCK };
static const struct service_way ofd = { .command = F_OFD_SETLKW };
static const struct service_way flock_kept = { USE_FLOCK, .helper_keeps = true };
static const struct service_way ofd_kept = { F_OFD_SETLKW, .helper_keeps = true };
static const struct service_way flock_unlocked = { USE_FLOCK, .helper_unlocks = true };
static const struct service_way ofd_unlocked = { F_OFD_SETLKW, .helper_unlocks = true };

static const char *const known_kept_flock[] = { "daemon blocks for ever in read",
						"successor blocks for ever in flock", NULL };
static const char *const known_kept_ofd[] = { "daemon blocks for ever in read",
					      "successor blocks for ever in fcntl(F_OFD_SETLKW)",
					      NULL };

static void setup(struct sabot_env *env)
{
	struct service *shared = sabot_env_shared(env);

	SABOT_OK(close(ranges_make("lock", 1)));
	SABOT_OK(pipe(shared->work));
}

static void serve(struct sabot_task *task)
{
	const struct service *shared = sabot_shared(task);
	int fd = SABOT_OK(open("lock", O_RDWR));
	pid_t helper;

	service_lock(task, fd, true);
	sabot_mark(task, INSIDE);
	helper = SABOT_OK(fork());
	if (helper == 0) {
		service_help(task, fd);
		_exit(0);
	}
	sabot_point(task, "serving");
	sabot_mark(task, OUTSIDE);
	service_lock(task, fd, false);
	SABOT_OK(close(fd));
	SABOT_OK(close(shared->work[0]));
	SABOT_OK(close(shared->work[1]));
	SABOT_OK(waitpid(helper, NULL, 0));
}

static void succeed(struct sabot_task *task)
{
	const struct service *shared = sabot_shared(task);
	int fd = SABOT_OK(open("lock", O_RDWR));

	service_lock(task, fd, true);
	sabot_mark(task, INSIDE);
	sabot_point(task, "serving");
	sabot_mark(task, OUTSIDE);
	service_lock(task, fd, false);
	SABOT_OK(close(fd));
	SABOT_OK(close(shared->work[0]));
	SABOT_OK(close(shared->work[1]));
}

static const struct sabot_role roles[] = {
	{ "daemon", 1, serve },
	{ "successor", 1, succeed },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "at most one daemon serves", SABOT_WHEN_ALWAYS, section_one_is_inside },
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
	.shared_size = sizeof(struct service),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
