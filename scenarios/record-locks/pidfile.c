/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several daemons want to be the one whose number stands in a pid file; one that is killed or ends
 * is followed by another. The file is there from a daemon of yesterday.
 *
 * Shows: a lock on the file, which the kernel gives back (fcntl(2)), finds who is alive, while the
 * file itself says nothing once its maker is dead; and whoever removes the name may lock out
 * nobody, since who waits for the old file gets a lock that bars no one from a new one: after the
 * lock, the name must be looked at again. Does not show: pids that were given anew. Seen in the
 * wild: lock files of Fast-DDS, removed by one process while another had just locked them (issue
 * 2975).
 */
#include "pid_file.h"

static const struct pid_file_way good = { .looks_again = true };
static const struct pid_file_way by_existence = { .by_existence = true };
static const struct pid_file_way trusts_name = { .looks_again = false };

static const char *const known_unlinked[] = { "not so: at most one daemon serves", NULL };

static void setup(struct sabot_env *env)
{
	(void)env;
	SABOT_OK(close(ranges_make("pid", 4)));
}

static void serve(struct sabot_task *task)
{
	const struct pid_file_way *variant = sabot_variant(task);
	struct pid_file *shared = sabot_shared(task);
	int fd = variant->by_existence ? pid_file_become_by_existence()
				       : pid_file_become_by_lock(variant);
	int own = (int)sabot_index(task), found = -1;

	shared->gave_up[own] = fd < 0;
	if (fd < 0)
		return;
	sabot_mark(task, SERVING);
	SABOT_OK(pwrite(fd, &own, sizeof(own), 0));
	sabot_point(task, "serving");
	SABOT_OK(pread(fd, &found, sizeof(found), 0));
	sabot_assert(task, found == own, "daemon %d stands in the file of daemon %d", found, own);
	sabot_mark(task, OUTSIDE);
	/* While it has the lock. */
	sabot_assert(task, unlink("pid") == 0 || !variant->looks_again,
		     "the file of the daemon that serves is gone");
	SABOT_OK(close(fd));
}

static const struct sabot_role roles[] = { { "daemon", DAEMONS, serve }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one daemon serves", SABOT_WHEN_ALWAYS, pid_file_one_serves },
	{ "who is not killed comes to serve", SABOT_WHEN_SETTLED, pid_file_nobody_gave_up },
	{ "who ends removes the file", SABOT_AT_END, pid_file_file_is_gone },
	{ 0 },
};

static const char *const points[] = { "serving", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-two",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL },
	  .second = { .kind = SABOT_KILL } },
	{ .name = "stale-file",
	  .variant = &by_existence,
	  .caught_by = "who is not killed comes to serve" },
	{ .name = "unlink-race",
	  .variant = &trusts_name,
	  .caught_by = "at most one daemon serves" },
	{ .name = "platform-unlinked",
	  .variant = &trusts_name,
	  .characterises = "the holder of a lock removes the file's name while others wait",
	  .known = known_unlinked },
	{ 0 },
};

const struct sabot_scenario pidfile = {
	.name = "pidfile",
	.group = "record-locks",
	.about = "a locked pid file has one owner, whoever is killed and whoever unlinks it",
	.tags = "lock crash recovery platform",
	.shared_size = sizeof(struct pid_file),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
