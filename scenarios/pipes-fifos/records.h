/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that writers put into a pipe and a reader notes: each byte says whose it is. And what
 * must hold of those that were read.
 */
#ifndef SCENARIOS_PIPES_FIFOS_RECORDS_H
#define SCENARIOS_PIPES_FIFOS_RECORDS_H

#include "ends.h"

#include <limits.h>
#include <signal.h>
#include <string.h>

enum { WRITERS = 2, RECORDS = 2, SIZE_MAX_ = 3 * PIPE_ROOM };

struct record {
	int writer, number;
	char body[]; /* each byte says whose it is, and which */
};

struct records {
	int pipe[2];
	int written[WRITERS]; /* records whose write returned */
	unsigned count;
	struct {
		int writer, number;
		size_t foreign, size; /* bytes that are not of this record; all that were read */
	} log[WRITERS * RECORDS + 1];
};

struct records_way {
	size_t size;
	bool alone; /* one writer only */
};

static inline char records_mark(int writer, int number)
{
	return (char)('a' + writer * RECORDS + number);
}

static inline void records_log(struct sabot_task *task, const struct record *record, size_t size)
{
	const struct records_way *variant = sabot_variant(task);
	struct records *shared = sabot_shared(task);
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
		if (record->body[i] != records_mark(record->writer, record->number))
			shared->log[at].foreign++;
	shared->count++;
	if (size < variant->size)
		sabot_observe(task, "the record of a killed writer is cut short");
	else if (shared->log[at].foreign)
		sabot_observe(task, "bytes of another writer stand in a record");
	else
		sabot_observe(task, "a record is whole");
}

static inline void records_whole(struct sabot_check *check)
{
	const struct records *shared = sabot_check_shared(check);
	const struct records_way *variant = sabot_check_variant(check);
	unsigned i;

	for (i = 0; i < shared->count; i++)
		sabot_require(check, shared->log[i].size == variant->size,
			      "record %u has %zu bytes of %zu", i, shared->log[i].size,
			      variant->size);
}

static inline void records_pure(struct sabot_check *check)
{
	const struct records *shared = sabot_check_shared(check);
	unsigned i;

	for (i = 0; i < shared->count; i++)
		sabot_require(check, !shared->log[i].foreign,
			      "of record %u, %zu bytes of %zu are another's", i,
			      shared->log[i].foreign, shared->log[i].size);
}

static inline void records_in_order(struct sabot_check *check)
{
	const struct records *shared = sabot_check_shared(check);
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

static inline void records_all_read(struct sabot_check *check)
{
	const struct records *shared = sabot_check_shared(check);
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

#endif
