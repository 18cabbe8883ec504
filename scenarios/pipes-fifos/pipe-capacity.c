/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process puts all of its records into a pipe before it lets the reader begin, since together
 * they are fewer bytes than the pipe holds.
 *
 * Shows: a pipe holds pages, not bytes: a record begins a new page unless all of it fits into the
 * rest of the last one, so that fewer bytes than F_GETPIPE_SZ says may fill it (Linux fs/pipe.c).
 * Does not show: packet mode.
 */
#include "ends.h"

#include <signal.h>

enum { ROOM = 4 * PIPE_ROOM, RECORD_MAX = PIPE_ROOM };

struct shared {
	int pipe[2], go[2];
	int written, read;
};

struct variant {
	size_t size;
	int count;  /* count * size is less than ROOM */
	bool fills; /* as many as the pipe takes, and says how many */
};

static const struct variant fits = { .size = 1000, .count = 14 };
static const struct variant half_pages = { .size = PIPE_ROOM / 2 + 1, .count = 7 };
static const struct variant fills_small = { .size = 1024, .fills = true };
static const struct variant fills_half = { .size = PIPE_ROOM / 2 + 1, .fills = true };

static const char *const known_small[] = { "16 records of 1024 bytes fit into 16384", NULL };
static const char *const known_half[] = { "4 records of 2049 bytes fit into 16384", NULL };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);

	ends_make(shared->pipe);
	ends_make(shared->go);
	SABOT_OK(fcntl(shared->pipe[WRITE_END], F_SETPIPE_SZ, ROOM));
	if (variant->fills)
		SABOT_OK(fcntl(shared->pipe[WRITE_END], F_SETFL, O_NONBLOCK));
}

static void prepare(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int fd = ends_keep(shared->pipe, WRITE_END), go = ends_keep(shared->go, WRITE_END);
	static char record[RECORD_MAX];

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	while ((variant->fills || shared->written < variant->count) &&
	       write(fd, record, variant->size) > 0)
		shared->written++;
	if (variant->fills)
		sabot_observe(task, "%d records of %zu bytes fit into %d", shared->written,
			      variant->size, ROOM);
	SABOT_OK(close(go));
	SABOT_OK(close(fd));
}

static void work(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int fd = ends_keep(shared->pipe, READ_END), go = ends_keep(shared->go, READ_END);
	static char record[RECORD_MAX];

	SABOT_OK(read(go, record, 1));
	while (ends_read_all(fd, record, variant->size) == variant->size)
		shared->read++;
	SABOT_OK(close(go));
	SABOT_OK(close(fd));
}

static void all_written_are_read(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int spare = (int)sabot_killed(check, "writer"); /* it may have died before it counted */

	sabot_require(check,
		      sabot_killed(check, "reader") || (shared->read >= shared->written &&
							shared->read <= shared->written + spare),
		      "%d records were written, %d were read", shared->written, shared->read);
}

static const struct sabot_role roles[] = {
	{ "writer", 1, prepare },
	{ "reader", 1, work },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "what was written is read", SABOT_AT_END, all_written_are_read },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &fits },
	{ .name = "kill-anywhere", .variant = &fits, .fault = { .kind = SABOT_KILL } },
	{ .name = "fewer-bytes-than-room", .variant = &half_pages, .caught_by = "deadlock" },
	{ .name = "platform-small",
	  .variant = &fills_small,
	  .characterises = "a pipe is filled with records that share pages",
	  .known = known_small },
	{ .name = "platform-half-pages",
	  .variant = &fills_half,
	  .characterises = "a pipe is filled with records of half a page and one byte",
	  .known = known_half },
	{ 0 },
};

const struct sabot_scenario pipe_capacity = {
	.name = "pipe-capacity",
	.group = "pipes-fifos",
	.about = "fewer bytes than a pipe holds may fill it; who counts on them waits for ever",
	.tags = "deadlock producer-consumer platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
