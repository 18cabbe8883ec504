/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record that readers and writers share: what they do inside of the lock, and what must hold. It
 * stands first in a scenario's shared memory.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_RECORD_H
#define SCENARIOS_PTHREAD_SHARED_RECORD_H

#include <sabot/sabot.h>

enum { OUTSIDE, READING, WRITING }; /* marks */
enum { READERS = 2, WRITERS = 2 };

#define HALF_READ    "half read"
#define HALF_WRITTEN "half written"

struct record {
	unsigned left, right; /* equal, outside of a write */
	struct {
		unsigned left, right;
	} seen[READERS];
};

/* The caller marks what it is, after it has locked and after it has unlocked. */
static inline void record_read(struct sabot_task *task, struct record *record)
{
	unsigned left = record->left;

	sabot_point(task, HALF_READ);
	record->seen[sabot_index(task)].left = left;
	record->seen[sabot_index(task)].right = record->right;
}

static inline void record_write(struct sabot_task *task, struct record *record)
{
	record->left++;
	sabot_point(task, HALF_WRITTEN);
	record->right++;
}

static inline void record_check_exclusion(struct sabot_check *check)
{
	unsigned reading = sabot_alive(check, READING), writing = sabot_alive(check, WRITING);

	sabot_require(check, writing == 0 || (writing == 1 && reading == 0),
		      "%u are writing and %u reading at once", writing, reading);
}

static inline void record_check_reads(struct sabot_check *check)
{
	const struct record *record = sabot_check_shared(check);
	int i;

	for (i = 0; i < READERS; i++)
		sabot_require(check, record->seen[i].left == record->seen[i].right,
			      "reader#%d saw %u and %u", i, record->seen[i].left,
			      record->seen[i].right);
}

#define WRITER_EXCLUDES "a writer excludes everybody"
#define READS_ARE_WHOLE "no reader sees half a write"

static const struct sabot_invariant record_invariants[] = {
	{ WRITER_EXCLUDES, SABOT_WHEN_SETTLED, record_check_exclusion },
	{ READS_ARE_WHOLE, SABOT_WHEN_SETTLED, record_check_reads },
	{ 0 },
};

static const char *const record_points[] = { "outside", HALF_READ, HALF_WRITTEN, NULL };

#endif
