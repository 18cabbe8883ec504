/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of a page share a lock; one that finds something to mend tries to get it alone, without
 * waiting, and reads on when others share it.
 *
 * Shows: flock(2) converts a lock by giving up the old one before it asks for the new one, so that
 * a refused conversion leaves none (flock(2), NOTES), while a refused one of fcntl(2) keeps what
 * was there. Does not show: who gets in between when a conversion waits.
 */
#include "ranges.h"

#include <sys/file.h>

enum { OUTSIDE, READING, WRITING }; /* marks */

struct variant {
	int command;   /* USE_FLOCK, or of fcntl(2) */
	bool believes; /* that it has its shared lock after a refusal */
};

static const struct variant looks = { USE_FLOCK, .believes = false };
static const struct variant believes = { USE_FLOCK, .believes = true };
static const struct variant believes_fcntl = { F_SETLK, .believes = true };

static const char *const known_flock[] = { "not so: nobody reads while one writes",
					   "the conversion is made", "the conversion is refused",
					   NULL };
static const char *const known_fcntl[] = { "the conversion is made", "the conversion is refused",
					   NULL };

static void setup(struct sabot_env *env)
{
	(void)env;
	SABOT_OK(close(ranges_make("page", 8)));
}

/* `operation` is of flock(2). */
static int lock(struct sabot_task *task, int fd, int operation)
{
	const struct variant *variant = sabot_variant(task);
	int kind = operation & ~LOCK_NB;

	if (variant->command == USE_FLOCK)
		return flock(fd, operation);
	return ranges_set(fd, operation & LOCK_NB ? F_SETLK : F_SETLKW,
			  kind == LOCK_SH   ? F_RDLCK
			  : kind == LOCK_EX ? F_WRLCK
					    : F_UNLCK,
			  0, 0);
}

static void mend(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int fd = SABOT_OK(open("page", O_RDWR));

	SABOT_OK(lock(task, fd, LOCK_SH));
	sabot_mark(task, READING);
	sabot_point(task, "reading");
	sabot_mark(task, variant->believes ? READING : OUTSIDE);
	if (lock(task, fd, LOCK_EX | LOCK_NB) == 0) {
		sabot_mark(task, WRITING);
		sabot_observe(task, "the conversion is made");
	} else {
		sabot_observe(task, "the conversion is refused");
		if (!variant->believes)
			SABOT_OK(lock(task, fd, LOCK_SH));
		sabot_mark(task, READING);
	}
	sabot_point(task, "at work");
	sabot_mark(task, OUTSIDE);
	SABOT_OK(lock(task, fd, LOCK_UN));
	SABOT_OK(close(fd));
}

static void nobody_reads_meanwhile(struct sabot_check *check)
{
	unsigned readers = sabot_alive(check, READING), writers = sabot_alive(check, WRITING);

	sabot_require(check, writers == 0 || (writers == 1 && readers == 0), "%u write and %u read",
		      writers, readers);
}

static const struct sabot_role roles[] = { { "reader", 3, mend }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "nobody reads while one writes", SABOT_WHEN_ALWAYS, nobody_reads_meanwhile },
	{ 0 },
};

static const char *const points[] = { "reading", "at work", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &looks },
	{ .name = "kill-anywhere", .variant = &looks, .fault = { .kind = SABOT_KILL } },
	{ .name = "fcntl-believes", .variant = &believes_fcntl, .fault = { .kind = SABOT_KILL } },
	{ .name = "believes", .variant = &believes, .caught_by = "nobody reads while one writes" },
	{ .name = "platform-flock",
	  .variant = &believes,
	  .characterises = "a shared flock is to become exclusive, and others share it",
	  .known = known_flock },
	{ .name = "platform-fcntl",
	  .variant = &believes_fcntl,
	  .characterises = "a read lock of fcntl is to become a write lock, and others share it",
	  .known = known_fcntl },
	{ 0 },
};

const struct sabot_scenario flock_upgrade = {
	.name = "flock-upgrade",
	.group = "record-locks",
	.about = "a refused conversion of flock loses the shared lock, one of fcntl keeps it",
	.tags = "lock platform",
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
