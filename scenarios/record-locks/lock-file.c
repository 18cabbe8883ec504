/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writers count up in a file as git(1) changes its files: make FILE.lock with O_EXCL, write there
 * what is new, rename it to FILE. Readers open the file at any time.
 *
 * Shows: of several that make a file with O_EXCL one succeeds (open(2)), and rename(2) replaces the
 * old file at once, so whoever opens it finds the old or the new one, whole, whoever is killed; and
 * the lock file stays when its maker dies, so who waits for it without giving up waits for ever.
 * The janitor removes it when all others are gone, and it alone is not killed. Does not show: whose
 * lock file it is (see pidfile); loss of power, for which fsync(2) is.
 */
#include <sabot/sabot.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum { UPDATES = 2, TRIES = 6, LOOKS = 3 };

#define NAME "state"
#define LOCK NAME ".lock"

struct state {
	int number, check;
};

struct shared {
	int lives[2]; /* a pipe: its end is that of all the others */
	int updates;  /* no point lies between a rename and the note of it: exact */
};

struct variant {
	bool in_place; /* under the lock, but into the file itself */
	bool never_gives_up;
};

static const struct variant good;
static const struct variant in_place = { .in_place = true };
static const struct variant never_gives_up = { .never_gives_up = true };

static void put(int fd, int number)
{
	int check = ~number;

	SABOT_OK(write(fd, &number, sizeof(number)));
	SABOT_OK(write(fd, &check, sizeof(check)));
	SABOT_OK(close(fd));
}

static bool get(struct state *state)
{
	int fd = open(NAME, O_RDONLY);
	bool whole = read(fd, state, sizeof(*state)) == sizeof(*state);

	(void)close(fd);
	return whole && state->check == ~state->number;
}

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	SABOT_OK(pipe(shared->lives));
	put(SABOT_OK(open(NAME, O_WRONLY | O_CREAT, 0600)), 0);
}

/* Returns the new file, or -1 if somebody else has the lock, or had it when it died. */
static int lock(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int tries, fd;

	for (tries = 0; tries < TRIES || variant->never_gives_up; tries++) {
		fd = open(LOCK, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd >= 0)
			return fd;
		sabot_assert(task, errno == EEXIST, "the lock file: errno %d", errno);
		(void)sched_yield();
	}
	return -1;
}

static void count_up(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct state state;
	int fd, i;

	for (i = 0; i < UPDATES && (fd = lock(task)) >= 0; i++) {
		sabot_assert(task, get(&state), "the file is not whole under the lock");
		if (variant->in_place) {
			SABOT_OK(close(fd));
			fd = SABOT_OK(open(NAME, O_WRONLY));
		}
		put(fd, state.number + 1);
		if (variant->in_place)
			SABOT_OK(unlink(LOCK));
		else
			sabot_assert(task, rename(LOCK, NAME) == 0,
				     "a writer's lock file is gone, errno %d", errno);
		shared->updates++;
	}
}

static void look(struct sabot_task *task)
{
	struct state state;
	int i, last = 0;

	for (i = 0; i < LOOKS; i++) {
		sabot_assert(task, get(&state), "the file has number %d, check %d", state.number,
			     state.check);
		sabot_assert(task, state.number >= last, "%d follows %d", state.number, last);
		last = state.number;
	}
}

/* When nobody else is left, the lock is the dead's. */
static void clean(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	char byte;

	SABOT_OK(close(shared->lives[1]));
	SABOT_OK(read(shared->lives[0], &byte, 1));
	(void)unlink(LOCK);
}

static void file_has_all(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	struct state state = { -1, -1 };
	bool whole = get(&state);

	sabot_require(check, whole, "the file has number %d, check %d", state.number, state.check);
	sabot_require(check, state.number == shared->updates, "%d updates, the file has %d",
		      shared->updates, state.number);
}

static const struct sabot_role roles[] = {
	{ "writer", 2, count_up },
	{ "reader", 1, look },
	{ "janitor", 1, clean },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the file is whole, and has every update", SABOT_WHEN_ALWAYS, file_has_all },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-writer", .variant = &good, .fault = { SABOT_KILL, .role = "writer" } },
	{ .name = "kill-reader", .variant = &good, .fault = { SABOT_KILL, .role = "reader" } },
	{ .name = "in-place",
	  .variant = &in_place,
	  .caught_by = "the file is whole, and has every update" },
	{ .name = "waits-for-the-dead",
	  .variant = &never_gives_up,
	  .fault = { SABOT_KILL, .role = "writer" },
	  .caught_by = "livelock" },
	{ .name = "nobody-cleans",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "writer" },
	  .second = { SABOT_KILL, .role = "janitor" },
	  .caught_by = "leak" },
	{ 0 },
};

const struct sabot_scenario lock_file = {
	.name = "lock-file",
	.group = "record-locks",
	.about = "a file is replaced as a whole by whoever made its lock file",
	.tags = "lock crash livelock",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
