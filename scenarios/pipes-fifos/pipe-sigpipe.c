/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer sends numbered items to a reader that acknowledges them, keeps those without
 * acknowledgement, and saves them when the reader is gone.
 *
 * Shows: with SIGPIPE ignored the reader's death is an error like others (EPIPE), and what lay in
 * the pipe was in nobody's hands (pipe(7), signal(7)); without, the writer dies too; and who has a
 * read end itself never learns. Does not show: exactly-once; an item that the reader took and did
 * not acknowledge is saved as well.
 */
#include "saved.h"

static const struct saved_way good;
static const struct saved_way default_action = { .default_action = true };
static const struct saved_way keeps_read_end = { .keeps_read_end = true };
static const struct saved_way saves_unwritten = { .saves_unwritten = true };

static void setup(struct sabot_env *env)
{
	struct saved *shared = sabot_env_shared(env);

	ends_make(shared->pipe);
	ends_make(shared->gone);
	shared->saved = ITEMS;
}

static void produce(struct sabot_task *task)
{
	const struct saved_way *variant = sabot_variant(task);
	struct saved *shared = sabot_shared(task);
	static struct item item;
	int fd = shared->pipe[WRITE_END], gone = ends_keep(shared->gone, READ_END);
	char byte;

	if (!variant->keeps_read_end)
		(void)ends_keep(shared->pipe, WRITE_END);
	if (!variant->default_action)
		SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	for (item.number = 0; item.number < ITEMS; item.number++) {
		if (write(fd, &item, sizeof(item)) == sizeof(item)) {
			shared->written++;
			continue;
		}
		sabot_assert(task, errno == EPIPE, "write fails with errno %d", errno);
		sabot_observe(task, "the writer gets EPIPE");
		break;
	}
	SABOT_OK(close(fd));
	SABOT_OK(read(gone, &byte, 1)); /* only then is it known what the reader has done */
	SABOT_OK(close(gone));
	shared->saved = variant->saves_unwritten ? item.number : shared->acknowledged;
	if (variant->keeps_read_end)
		SABOT_OK(close(shared->pipe[READ_END]));
}

static void consume(struct sabot_task *task)
{
	struct saved *shared = sabot_shared(task);
	static struct item item;
	int fd = ends_keep(shared->pipe, READ_END), gone = ends_keep(shared->gone, WRITE_END);

	while (ends_read_all(fd, &item, sizeof(item)) == sizeof(item)) {
		sabot_assert(task, item.number == shared->acknowledged,
			     "item %d comes, and %d is next", item.number, shared->acknowledged);
		sabot_point(task, "working");
		shared->acknowledged = item.number + 1;
	}
	SABOT_OK(close(fd));
	SABOT_OK(close(gone));
}

static const struct sabot_role roles[] = {
	{ "writer", 1, produce },
	{ "reader", 1, consume },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "what was written is in the pipe or came to the reader", SABOT_WHEN_SETTLED,
	  saved_is_somewhere },
	{ "each item is acknowledged or saved", SABOT_AT_END, saved_none_is_lost },
	{ 0 },
};

static const char *const points[] = { "working", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "default-action",
	  .variant = &default_action,
	  .fault = { .kind = SABOT_KILL, .role = "reader" },
	  .caught_by = "crash" },
	{ .name = "keeps-read-end",
	  .variant = &keeps_read_end,
	  .fault = { .kind = SABOT_KILL, .role = "reader" },
	  .caught_by = "self-deadlock" },
	{ .name = "saves-unwritten",
	  .variant = &saves_unwritten,
	  .fault = { .kind = SABOT_KILL, .role = "reader" },
	  .caught_by = "each item is acknowledged or saved" },
	{ .name = "platform-ignored",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "reader" },
	  .characterises = "the reader of a pipe is killed, and its writer ignores SIGPIPE",
	  .known = (const char *const[]){ "the writer gets EPIPE", NULL } },
	{ .name = "platform-default",
	  .variant = &default_action,
	  .fault = { .kind = SABOT_KILL, .role = "reader" },
	  .characterises = "the reader of a pipe is killed, with the default action of SIGPIPE",
	  .known = (const char *const[]){ "writer died of SIGPIPE in write", NULL } },
	{ .name = "platform-read-end-kept",
	  .variant = &keeps_read_end,
	  .fault = { .kind = SABOT_KILL, .role = "reader" },
	  .characterises = "the reader of a pipe is killed, and its writer has a read end itself",
	  .known = (const char *const[]){ "writer blocks for ever in write", NULL } },
	{ 0 },
};

const struct sabot_scenario pipe_sigpipe = {
	.name = "pipe-sigpipe",
	.group = "pipes-fifos",
	.about = "a writer learns by EPIPE that its reader died, and saves what nobody has",
	.tags = "crash recovery signal platform",
	.shared_size = sizeof(struct saved),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
