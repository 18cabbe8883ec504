/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writers lock a file while they change it; meanwhile each calls a library that opens, reads and
 * closes the same file by itself.
 *
 * Shows: a process's record locks go with the first descriptor of the file that it closes, whoever
 * opened it (fcntl(2)), so the lock's holder is alone no more; locks of open file descriptions and
 * of flock(2) stay. Does not show: locks over a network. Seen in the wild: a checkpointer that read
 * a database's header in passing dropped its lock, and a backup then cut the file (litestream had
 * that, pull request 93).
 */
#include "../section.h"
#include "ranges.h"

#define ONE_IS_INSIDE "at most one writer is inside"

struct variant {
	int command; /* of fcntl(2), or USE_FLOCK or USE_LOCKF */
	bool has_library;
	bool one_differs; /* the first writer uses flock(2) */
};

static const struct variant posix = { F_SETLKW, .has_library = false };
static const struct variant ofd = { F_OFD_SETLKW, .has_library = true };
static const struct variant flocked = { USE_FLOCK, .has_library = true };
static const struct variant lockf_posix = { USE_LOCKF, .has_library = false };
static const struct variant mixed = { USE_LOCKF, .one_differs = true };
static const struct variant posix_library = { F_SETLKW, .has_library = true };

static const char *const known_dropped[] = { "the lock is gone", "not so: " ONE_IS_INSIDE, NULL };
static const char *const known_kept[] = { "the lock is kept", NULL };

static void setup(struct sabot_env *env)
{
	(void)env;
	SABOT_OK(close(ranges_make("data", 8)));
}

static void lock(struct sabot_task *task, int fd, bool on)
{
	const struct variant *variant = sabot_variant(task);
	bool differs = variant->one_differs && sabot_index(task) == 0;

	ranges_lock(differs ? USE_FLOCK : variant->command, fd, on);
}

static void library_looks(void)
{
	int fd = SABOT_OK(open("data", O_RDONLY));
	char header[4];

	SABOT_OK(read(fd, header, sizeof(header)));
	SABOT_OK(close(fd));
}

/* Locks of the one kind bar the other, even of one process: so it can ask for its own. */
static void observe(struct sabot_task *task, int fd)
{
	const struct variant *variant = sabot_variant(task);
	struct flock own = { .l_type = F_WRLCK };

	if (variant->command < 0)
		return;
	SABOT_OK(fcntl(fd, variant->command == F_SETLKW ? F_OFD_GETLK : F_GETLK, &own));
	sabot_observe(task, own.l_type == F_UNLCK ? "the lock is gone" : "the lock is kept");
}

static void change(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int fd = SABOT_OK(open("data", O_RDWR));

	lock(task, fd, true);
	sabot_mark(task, INSIDE);
	if (variant->has_library)
		library_looks();
	observe(task, fd);
	section_stay(task, 1);
	lock(task, fd, false);
	SABOT_OK(close(fd));
}

static const struct sabot_role roles[] = { { "writer", 3, change }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ ONE_IS_INSIDE, SABOT_WHEN_ALWAYS, section_one_is_inside },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &posix },
	{ .name = "no-fault-ofd", .variant = &ofd },
	{ .name = "no-fault-lockf", .variant = &lockf_posix },
	{ .name = "kill-anywhere", .variant = &posix, .fault = { .kind = SABOT_KILL } },
	{ .name = "ofd-library", .variant = &ofd, .fault = { .kind = SABOT_KILL } },
	{ .name = "flock-library", .variant = &flocked, .fault = { .kind = SABOT_KILL } },
	{ .name = "lockf", .variant = &lockf_posix, .fault = { .kind = SABOT_KILL } },
	{ .name = "library", .variant = &posix_library, .caught_by = ONE_IS_INSIDE },
	{ .name = "two-mechanisms", .variant = &mixed, .caught_by = ONE_IS_INSIDE },
	{ .name = "platform-posix",
	  .variant = &posix_library,
	  .characterises = "the holder of a record lock closes another descriptor of the file",
	  .known = known_dropped },
	{ .name = "platform-ofd",
	  .variant = &ofd,
	  .characterises = "the holder of an OFD lock closes another descriptor of the file",
	  .known = known_kept },
	{ .name = "platform-killed",
	  .variant = &posix,
	  .fault = { .kind = SABOT_KILL },
	  .characterises = "a holder of a record lock, or who waits for it, is killed",
	  .known = known_kept },
	{ .name = "platform-mixed",
	  .variant = &mixed,
	  .characterises = "one process locks a file by flock, and others by lockf",
	  .known = (const char *const[]){ "not so: " ONE_IS_INSIDE, NULL } },
	{ 0 },
};

const struct sabot_scenario fcntl_close_drops = {
	.name = "fcntl-close-drops",
	.group = "record-locks",
	.about = "a library that opens and closes the file drops the record lock of its caller",
	.tags = "lock crash platform",
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.points = section_points,
	.cases = cases,
	.keeps_no_state = true,
};
