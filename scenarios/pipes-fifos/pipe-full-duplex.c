/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client sends a request to a filter, and reads the reply, over two pipes that hold a page each.
 *
 * Shows: two processes that both write more than a pipe holds before they read wait for each other
 * for ever, though none of them holds a lock; either of them may die, and the other gets end of
 * file or EPIPE (pipe(7)); a large write that a death cuts short has moved part of its bytes, and
 * when its writer was woken, one page more than what it had moved in its sleep (Linux fs/pipe.c,
 * pipe_write()). Does not show: several clients. Seen in the wild: whoever feeds a child's standard
 * input and reads its output only then, such as subprocess without communicate(). Or a pool of
 * processes whose reader was ended while its feeder wrote (CPython issue 94777).
 */
#include "exchange.h"

static const struct exchange_way in_turn = { .at_once = false };
static const struct exchange_way whole = { .at_once = true, .filter_reads_first = true };
static const struct exchange_way both_write = { .at_once = true };
static const struct exchange_way two_filters = { .halves = true, .two_filters = true };
static const struct exchange_way one_read = { .halves = true, .one_read = true };

static const char *const known_asleep[] = { "1 of 4 pages arrive", "2 of 4 pages arrive",
					    "3 of 4 pages arrive", "4 of 4 pages arrive", NULL };
static const char *const known_woken[] = { "2 of 4 pages arrive", "3 of 4 pages arrive",
					   "4 of 4 pages arrive", NULL };

static void setup(struct sabot_env *env)
{
	struct exchange *shared = sabot_env_shared(env);

	ends_make(shared->request);
	ends_make(shared->reply);
}

static void ask(struct sabot_task *task)
{
	const struct exchange_way *variant = sabot_variant(task);
	struct exchange *shared = sabot_shared(task);
	static char bytes[REQUEST];
	int to = ends_keep(shared->request, WRITE_END), from = ends_keep(shared->reply, READ_END);
	size_t size = variant->at_once ? REQUEST : CHUNK, i;

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	for (i = 0; i < REQUEST; i++)
		bytes[i] = exchange_byte_at(i);
	for (; shared->asked < REQUEST; shared->asked += size) {
		if (!exchange_write_all(to, bytes + shared->asked, size))
			break;
		if (!variant->at_once)
			exchange_read_reply(task, from, size);
	}
	SABOT_OK(close(to));
	if (!variant->one_read)
		exchange_read_reply(task, from, REQUEST - shared->answered);
	SABOT_OK(close(from));
}

static void filter(struct sabot_task *task)
{
	const struct exchange_way *variant = sabot_variant(task);
	struct exchange *shared = sabot_shared(task);
	static char bytes[REQUEST];
	size_t size = variant->filter_reads_first ? REQUEST : variant->halves ? CHUNK / 2 : CHUNK;
	int from = ends_keep(shared->request, READ_END), to = ends_keep(shared->reply, WRITE_END);
	bool works = sabot_index(task) == 0 || variant->two_filters;
	size_t got;

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	while (works && (got = ends_read_all(from, bytes, size)) > 0) {
		sabot_observe(task, "%zu of %zu pages arrive", got / PIPE_ROOM, size / PIPE_ROOM);
		works = exchange_write_all(to, bytes, got);
	}
	SABOT_OK(close(from));
	SABOT_OK(close(to));
}

static const struct sabot_role roles[] = {
	{ "client", 1, ask },
	{ "filter", 2, filter }, /* the second closes its ends, and goes */
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the reply is the request, byte by byte", SABOT_WHEN_SETTLED, exchange_reply_is_request },
	{ "a reply of the living is whole", SABOT_AT_END, exchange_reply_is_whole },
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
	.shared_size = sizeof(struct exchange),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
