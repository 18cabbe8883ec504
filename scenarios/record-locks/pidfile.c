/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several daemons want to be the one whose number stands in a pid file; one that is killed or ends
 * is followed by another. The file is there from a daemon of yesterday.
 *
 * Shows: a lock on the file, which the kernel gives back, finds who is alive, while the file itself
 * says nothing once its maker is dead; and whoever removes the name may lock out nobody, since
 * who waits for the old file gets a lock that bars no one from a new one: after the lock, the name
 * must be looked at again. Does not show: pids that were given anew.
 */
#include "ranges.h"

#include <sched.h>
#include <sys/stat.h>

enum { OUTSIDE, SERVING }; /* marks */
enum { DAEMONS = 3, TRIES = 5 };

struct shared {
	bool gave_up[DAEMONS];
};

struct variant {
	bool by_existence; /* O_EXCL instead of a lock */
	bool looks_again;  /* whether what it has locked still has the name */
};

static const struct variant good = { .looks_again = true };
static const struct variant by_existence = { .by_existence = true };
static const struct variant trusts_name = { .looks_again = false };

static const char *const known_unlinked[] = { "not so: at most one daemon serves", NULL };

static void setup(struct sabot_env *env)
{
	(void)env;
	SABOT_OK(close(ranges_make("pid", 4)));
}

static bool has_name(int fd)
{
	struct stat own, named;

	SABOT_OK(fstat(fd, &own));
	return stat("pid", &named) == 0 && named.st_ino == own.st_ino && named.st_dev == own.st_dev;
}

/* Waits until it is the one. Returns the file. */
static int become_by_lock(const struct variant *variant)
{
	for (;;) {
		int fd = SABOT_OK(open("pid", O_RDWR | O_CREAT, 0600));

		SABOT_OK(ranges_set(fd, F_SETLKW, F_WRLCK, 0, 0));
		if (!variant->looks_again || has_name(fd))
			return fd;
		SABOT_OK(close(fd));
	}
}

/* Returns -1 if somebody else seems to be it. */
static int become_by_existence(void)
{
	int fd = -1, i;

	for (i = 0; i < TRIES && fd < 0; i++) {
		fd = open("pid", O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd < 0)
			SABOT_OK(sched_yield());
	}
	return fd;
}

static void serve(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int fd = variant->by_existence ? become_by_existence() : become_by_lock(variant);
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

static void one_serves(struct sabot_check *check)
{
	sabot_require(check, sabot_alive(check, SERVING) <= 1, "%u daemons serve",
		      sabot_alive(check, SERVING));
}

static void nobody_gave_up(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned i;

	for (i = 0; i < DAEMONS; i++)
		sabot_require(check, !shared->gave_up[i], "daemon %u gave up, and %u others live",
			      i, sabot_alive(check, SERVING));
}

static void file_is_gone(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	struct stat status;

	if (!sabot_killed(check, NULL) && !variant->by_existence)
		sabot_require(check, stat("pid", &status) != 0,
			      "the file is there, and nobody serves");
}

static const struct sabot_role roles[] = { { "daemon", DAEMONS, serve }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one daemon serves", SABOT_WHEN_ALWAYS, one_serves },
	{ "who is not killed comes to serve", SABOT_WHEN_SETTLED, nobody_gave_up },
	{ "who ends removes the file", SABOT_AT_END, file_is_gone },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
