/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes write records into one pipe that holds a page, and are killed anywhere.
 *
 * Shows: a write of up to PIPE_BUF bytes is one piece, whoever else writes and whenever its writer
 * dies (pipe(7)); a longer one mixes with others, and what a killed writer has moved of it stays.
 * Does not show: that a record whose write did not return is there or not; both are right.
 */
#include "records.h"

static const struct records_way small = { .size = 1500 };
static const struct records_way page = { .size = PIPE_BUF };
static const struct records_way large = { .size = SIZE_MAX_ };
static const struct records_way large_alone = { .size = SIZE_MAX_, .alone = true };

static const char *const known_small[] = { "a record is whole", NULL };
static const char *const known_large[] = { "a record is whole",
					   "bytes of another writer stand in a record",
					   "the record of a killed writer is cut short",
					   "not so: each record is of one writer",
					   "not so: each record is whole",
					   NULL };

static void setup(struct sabot_env *env)
{
	struct records *shared = sabot_env_shared(env);

	ends_make(shared->pipe);
}

static void produce(struct sabot_task *task)
{
	const struct records_way *variant = sabot_variant(task);
	struct records *shared = sabot_shared(task);
	static _Alignas(struct record) char buffer[SIZE_MAX_];
	struct record *record = (struct record *)(void *)buffer;
	int fd = ends_keep(shared->pipe, WRITE_END);
	bool silent = variant->alone && sabot_index(task) > 0;

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	record->writer = (int)sabot_index(task);
	for (record->number = silent ? RECORDS : 0; record->number < RECORDS; record->number++) {
		memset(record->body, records_mark(record->writer, record->number),
		       variant->size - sizeof(*record));
		if (write(fd, record, variant->size) != (ssize_t)variant->size)
			break; /* EPIPE: the reader is dead */
		shared->written[record->writer]++;
	}
	SABOT_OK(close(fd));
}

static void consume(struct sabot_task *task)
{
	const struct records_way *variant = sabot_variant(task);
	struct records *shared = sabot_shared(task);
	static _Alignas(struct record) char buffer[SIZE_MAX_];
	int fd = ends_keep(shared->pipe, READ_END);
	size_t size;

	while ((size = ends_read_all(fd, buffer, variant->size)) > 0)
		records_log(task, (struct record *)(void *)buffer, size);
	SABOT_OK(close(fd));
}

static const struct sabot_role roles[] = {
	{ "writer", WRITERS, produce },
	{ "reader", 1, consume },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each record is whole", SABOT_WHEN_SETTLED, records_whole },
	{ "each record is of one writer", SABOT_WHEN_SETTLED, records_pure },
	{ "the records of a writer come once, in order", SABOT_WHEN_SETTLED, records_in_order },
	{ "a record whose write returned is read", SABOT_AT_END, records_all_read },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &small },
	{ .name = "kill-anywhere", .variant = &small, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-page", .variant = &page, .fault = { .kind = SABOT_KILL } },
	{ .name = "larger-than-pipe-buf",
	  .variant = &large,
	  .caught_by = "each record is of one writer" },
	{ .name = "cut-short",
	  .variant = &large_alone,
	  .fault = { .kind = SABOT_KILL, .role = "writer", .where = SABOT_ASLEEP },
	  .caught_by = "each record is whole" },
	{ .name = "platform-small",
	  .variant = &page,
	  .fault = { .kind = SABOT_KILL, .role = "writer" },
	  .characterises = "a writer of records of up to PIPE_BUF bytes to a pipe is killed",
	  .known = known_small },
	{ .name = "platform-large",
	  .variant = &large,
	  .fault = { .kind = SABOT_KILL, .role = "writer" },
	  .characterises = "a writer of records over PIPE_BUF to a pipe is killed",
	  .known = known_large },
	{ 0 },
};

const struct sabot_scenario pipe_atomic = {
	.name = "pipe-atomic",
	.group = "pipes-fifos",
	.about = "records of several writers to a pipe stay whole, also when a writer is killed",
	.tags = "crash producer-consumer platform",
	.shared_size = sizeof(struct records),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
