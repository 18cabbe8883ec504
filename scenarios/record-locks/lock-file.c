/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writers count up in a file as git(1) changes its files: make FILE.lock with O_EXCL, write there
 * what is new, rename it to FILE. Readers open the file at any time.
 *
 * Shows: of several that make a file with O_EXCL one succeeds (open(2)), and rename(2) replaces the
 * old file at once, so whoever opens it finds the old or the new one, whole, whoever is killed; and
 * the lock file stays when its maker dies, so who waits for it without giving up waits for ever.
 * The janitor removes it when all others are gone, and is missed only if one of them died as well.
 * Does not show: whose lock file it is (see pidfile); loss of power, for which fsync(2) is.
 */
#include "state_file.h"

static const struct state_file_way good;
static const struct state_file_way in_place = { .in_place = true };
static const struct state_file_way never_gives_up = { .never_gives_up = true };

static void setup(struct sabot_env *env)
{
	struct state_file *shared = sabot_env_shared(env);

	SABOT_OK(pipe(shared->lives));
	state_put(SABOT_OK(open(NAME, O_WRONLY | O_CREAT, 0600)), 0);
}

static void count_up(struct sabot_task *task)
{
	const struct state_file_way *variant = sabot_variant(task);
	struct state_file *shared = sabot_shared(task);
	struct state state;
	int fd, i;

	for (i = 0; i < UPDATES && (fd = state_lock(task)) >= 0; i++) {
		sabot_assert(task, state_get(&state), "the file is not whole under the lock");
		if (variant->in_place) {
			SABOT_OK(close(fd));
			fd = SABOT_OK(open(NAME, O_WRONLY));
		}
		state_put(fd, state.number + 1);
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
		sabot_assert(task, state_get(&state), "the file has number %d, check %d",
			     state.number, state.check);
		sabot_assert(task, state.number >= last, "%d follows %d", state.number, last);
		last = state.number;
	}
}

/* When nobody else is left, the lock is the dead's. */
static void clean(struct sabot_task *task)
{
	const struct state_file *shared = sabot_shared(task);
	char byte;

	SABOT_OK(close(shared->lives[1]));
	SABOT_OK(read(shared->lives[0], &byte, 1));
	(void)unlink(LOCK);
}

static const struct sabot_role roles[] = {
	{ "writer", 2, count_up },
	{ "reader", 1, look },
	{ "janitor", 1, clean },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the file is whole, and has every update", SABOT_WHEN_ALWAYS, state_file_has_all },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
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
	.shared_size = sizeof(struct state_file),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.keeps_no_state = true,
};
