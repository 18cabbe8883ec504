/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes write records into one pipe that holds a page, and are killed anywhere.
 *
 * Shows: a write of up to PIPE_BUF bytes is one piece, whoever else writes and whenever its writer
 * dies (pipe(7)); a longer one mixes with others, and what a killed writer has moved of it stays.
 * Does not show: that a record whose write did not return is there or not; both are right.
 */
#include "ends.h"

#include <limits.h>
#include <signal.h>
#include <string.h>

enum { WRITERS = 2, RECORDS = 2, SIZE_MAX_ = 3 * PIPE_ROOM };

struct record {
	int writer, number;
	char body[]; /* each byte says whose it is, and which */
};

struct shared {
	int pipe[2];
	int written[WRITERS]; /* records whose write returned */
	unsigned count;
	struct {
		int writer, number;
		size_t foreign, size; /* bytes that are not of this record; all that were read */
	} log[WRITERS * RECORDS + 1];
};

struct variant {
	size_t size;
	bool alone; /* one writer only */
};

static const struct variant small = { .size = 1500 };
static const struct variant page = { .size = PIPE_BUF };
static const struct variant large = { .size = SIZE_MAX_ };
static const struct variant large_alone = { .size = SIZE_MAX_, .alone = true };

static const char *const known_small[] = { "a record is whole", NULL };
static const char *const known_large[] = { "a record is whole",
					   "bytes of another writer stand in a record",
					   "the record of a killed writer is cut short",
					   "not so: each record is of one writer",
					   "not so: each record is whole",
					   NULL };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	ends_make(shared->pipe);
}

static char mark_of(int writer, int number)
{
	return (char)('a' + writer * RECORDS + number);
}

static void produce(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	static _Alignas(struct record) char buffer[SIZE_MAX_];
	struct record *record = (struct record *)(void *)buffer;
	int fd = ends_keep(shared->pipe, WRITE_END);
	bool silent = variant->alone && sabot_index(task) > 0;

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	record->writer = (int)sabot_index(task);
	for (record->number = silent ? RECORDS : 0; record->number < RECORDS; record->number++) {
		memset(record->body, mark_of(record->writer, record->number),
		       variant->size - sizeof(*record));
		if (write(fd, record, variant->size) != (ssize_t)variant->size)
			break; /* EPIPE: the reader is dead */
		shared->written[record->writer]++;
	}
	SABOT_OK(close(fd));
}

static void log_record(struct sabot_task *task, const struct record *record, size_t size)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned at = shared->count;
	size_t i;

	shared->log[at].writer = record->writer;
	shared->log[at].number = record->number;
	shared->log[at].size = size;
	if (record->writer < 0 || record->writer >= WRITERS) {
		shared->log[at].writer = 0; /* the middle of another's record stands there */
		shared->log[at].foreign = sizeof(*record);
	}
	for (i = 0; i + sizeof(*record) < size; i++)
		if (record->body[i] != mark_of(record->writer, record->number))
			shared->log[at].foreign++;
	shared->count++;
	if (size < variant->size)
		sabot_observe(task, "the record of a killed writer is cut short");
	else if (shared->log[at].foreign)
		sabot_observe(task, "bytes of another writer stand in a record");
	else
		sabot_observe(task, "a record is whole");
}

static void consume(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	static _Alignas(struct record) char buffer[SIZE_MAX_];
	int fd = ends_keep(shared->pipe, READ_END);
	size_t size;

	while ((size = ends_read_all(fd, buffer, variant->size)) > 0)
		log_record(task, (struct record *)(void *)buffer, size);
	SABOT_OK(close(fd));
}

static void records_are_whole(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	const struct variant *variant = sabot_check_variant(check);
	unsigned i;

	for (i = 0; i < shared->count; i++)
		sabot_require(check, shared->log[i].size == variant->size,
			      "record %u has %zu bytes of %zu", i, shared->log[i].size,
			      variant->size);
}

static void records_are_pure(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned i;

	for (i = 0; i < shared->count; i++)
		sabot_require(check, !shared->log[i].foreign,
			      "of record %u, %zu bytes of %zu are another's", i,
			      shared->log[i].foreign, shared->log[i].size);
}

static void records_are_in_order(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int next[WRITERS] = { 0 }, writer;
	unsigned i;

	for (i = 0; i < shared->count; i++) {
		writer = shared->log[i].writer;
		sabot_require(check, shared->log[i].number == next[writer],
			      "record %d of writer %d is read, number %d is next",
			      shared->log[i].number, writer, next[writer]);
		next[writer]++;
	}
	for (writer = 0; writer < WRITERS; writer++)
		sabot_require(check, next[writer] <= shared->written[writer] + 1,
			      "%d records of writer %d are read, it wrote %d", next[writer], writer,
			      shared->written[writer]);
}

static void all_written_are_read(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int left[WRITERS], writer;
	unsigned i;

	for (writer = 0; writer < WRITERS; writer++)
		left[writer] = shared->written[writer];
	for (i = 0; i < shared->count; i++)
		left[shared->log[i].writer]--;
	for (writer = 0; writer < WRITERS; writer++)
		sabot_require(check, left[writer] <= 0 || sabot_killed(check, "reader"),
			      "writer %d wrote %d records that nobody has read", writer,
			      left[writer]);
}

static const struct sabot_role roles[] = {
	{ "writer", WRITERS, produce },
	{ "reader", 1, consume },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each record is whole", SABOT_WHEN_SETTLED, records_are_whole },
	{ "each record is of one writer", SABOT_WHEN_SETTLED, records_are_pure },
	{ "the records of a writer come once, in order", SABOT_WHEN_SETTLED, records_are_in_order },
	{ "a record whose write returned is read", SABOT_AT_END, all_written_are_read },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
