/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client sends a request to a filter, and reads the reply, over two pipes that hold a page each.
 *
 * Shows: two processes that both write more than a pipe holds before they read wait for each other
 * for ever, though none of them holds a lock; either of them may die, and the other gets end of
 * file or EPIPE; a large write that a death cuts short has moved part of its bytes, and when its
 * writer was woken, one page more than what it had moved in its sleep. Does not show: several
 * clients. Seen in the wild: whoever feeds a child's standard input and reads its output only then,
 * such as subprocess without communicate().
 */
#include "ends.h"

#include <signal.h>

enum { CHUNK = PIPE_ROOM, REQUEST = 4 * PIPE_ROOM };

struct shared {
	int request[2], reply[2];
	size_t asked, answered; /* bytes that the client wrote, and read */
	bool wrong;		/* a byte of the reply is not the request's at that place */
};

struct variant {
	bool at_once;		 /* the client writes all of it before it reads */
	bool filter_reads_first; /* all of the request, before it writes */
	bool halves;		 /* the filter takes half a chunk at a time */
	bool two_filters;
	bool one_read; /* the client takes what one read brings for the whole reply */
};

static const struct variant in_turn = { .at_once = false };
static const struct variant whole = { .at_once = true, .filter_reads_first = true };
static const struct variant both_write = { .at_once = true };
static const struct variant two_filters = { .halves = true, .two_filters = true };
static const struct variant one_read = { .halves = true, .one_read = true };

static const char *const known_asleep[] = { "1 of 4 pages arrive", "2 of 4 pages arrive",
					    "3 of 4 pages arrive", "4 of 4 pages arrive", NULL };
static const char *const known_woken[] = { "2 of 4 pages arrive", "3 of 4 pages arrive",
					   "4 of 4 pages arrive", NULL };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	ends_make(shared->request);
	ends_make(shared->reply);
}

static char byte_at(size_t at)
{
	return (char)(at + at / (CHUNK / 2) * 31);
}

/* False: the other side is dead. */
static bool write_all(int fd, const char *bytes, size_t size)
{
	size_t done = 0;
	ssize_t part;

	for (; done < size; done += (size_t)part) {
		part = write(fd, bytes + done, size - done);
		if (part < 0 && errno == EPIPE)
			return false;
		SABOT_OK(part);
	}
	return true;
}

static void read_reply(struct sabot_task *task, int fd, size_t size)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	static char bytes[REQUEST];
	size_t got, i;

	got = variant->one_read ? (size_t)SABOT_OK(read(fd, bytes, size))
				: ends_read_all(fd, bytes, size);
	for (i = 0; i < got; i++)
		if (bytes[i] != byte_at(shared->answered + i))
			shared->wrong = true;
	shared->answered += got;
}

static void ask(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	static char bytes[REQUEST];
	int to = ends_keep(shared->request, WRITE_END), from = ends_keep(shared->reply, READ_END);
	size_t size = variant->at_once ? REQUEST : CHUNK, i;

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	for (i = 0; i < REQUEST; i++)
		bytes[i] = byte_at(i);
	for (; shared->asked < REQUEST; shared->asked += size) {
		if (!write_all(to, bytes + shared->asked, size))
			break;
		if (!variant->at_once)
			read_reply(task, from, size);
	}
	SABOT_OK(close(to));
	if (!variant->one_read)
		read_reply(task, from, REQUEST - shared->answered);
	SABOT_OK(close(from));
}

static void filter(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	static char bytes[REQUEST];
	size_t size = variant->filter_reads_first ? REQUEST : variant->halves ? CHUNK / 2 : CHUNK;
	int from = ends_keep(shared->request, READ_END), to = ends_keep(shared->reply, WRITE_END);
	bool works = sabot_index(task) == 0 || variant->two_filters;
	size_t got;

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	while (works && (got = ends_read_all(from, bytes, size)) > 0) {
		sabot_observe(task, "%zu of %zu pages arrive", got / PIPE_ROOM, size / PIPE_ROOM);
		works = write_all(to, bytes, got);
	}
	SABOT_OK(close(from));
	SABOT_OK(close(to));
}

static void reply_is_request(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, !shared->wrong, "of %zu bytes of the reply, one is not the request's",
		      shared->answered);
}

static void reply_is_whole(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, shared->answered == REQUEST || sabot_killed(check, NULL),
		      "%zu bytes of the reply came, %d were asked for, and nobody died",
		      shared->answered, REQUEST);
}

static const struct sabot_role roles[] = {
	{ "client", 1, ask },
	{ "filter", 2, filter }, /* the second closes its ends, and goes */
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the reply is the request, byte by byte", SABOT_WHEN_SETTLED, reply_is_request },
	{ "a reply of the living is whole", SABOT_AT_END, reply_is_whole },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &in_turn },
	{ .name = "kill-anywhere", .variant = &in_turn, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-in-large-writes", .variant = &whole, .fault = { .kind = SABOT_KILL } },
	{ .name = "both-write-first", .variant = &both_write, .caught_by = "deadlock" },
	{ .name = "two-filters",
	  .variant = &two_filters,
	  .caught_by = "the reply is the request, byte by byte" },
	{ .name = "one-read-a-reply",
	  .variant = &one_read,
	  .caught_by = "a reply of the living is whole" },
	{ .name = "platform-asleep",
	  .variant = &whole,
	  .fault = { .kind = SABOT_KILL, .role = "client", .where = SABOT_ASLEEP },
	  .characterises = "the writer of four pages to a pipe of one is killed asleep in it",
	  .known = known_asleep },
	{ .name = "platform-woken",
	  .variant = &whole,
	  .fault = { .kind = SABOT_KILL, .role = "client", .where = SABOT_WOKEN },
	  .characterises = "the writer of four pages to a pipe of one is killed when woken in it",
	  .known = known_woken },
	{ 0 },
};

const struct sabot_scenario pipe_full_duplex = {
	.name = "pipe-full-duplex",
	.group = "pipes-fifos",
	.about = "request and reply over two pipes; both write first, and wait for each other",
	.tags = "deadlock crash",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
