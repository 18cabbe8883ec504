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
	unsigned left, right;	/* equal, outside of a write */
	uint64_t seen[READERS]; /* by each: left << 32 | right */
};

/*
 * The caller marks what it is, after it has locked and after it has unlocked. Accesses that are
 * relaxed atomic ones are no data race, whoever is about; they do not make two of them one.
 */
static inline void record_read(struct sabot_task *task, struct record *record, unsigned reader,
			       bool relaxed)
{
	uint64_t left, right;

	left = relaxed ? __atomic_load_n(&record->left, __ATOMIC_RELAXED) : record->left;
	sabot_point(task, HALF_READ);
	right = relaxed ? __atomic_load_n(&record->right, __ATOMIC_RELAXED) : record->right;
	record->seen[reader] = left << 32 | right;
}

static inline void record_add(unsigned *half, bool relaxed)
{
	if (relaxed)
		__atomic_fetch_add(half, 1, __ATOMIC_RELAXED);
	else
		++*half;
}

static inline void record_write(struct sabot_task *task, struct record *record, bool relaxed)
{
	record_add(&record->left, relaxed);
	sabot_point(task, HALF_WRITTEN);
	record_add(&record->right, relaxed);
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

	for (i = 0; i < READERS; i++) {
		unsigned left = (unsigned)(record->seen[i] >> 32),
			 right = (unsigned)record->seen[i];

		sabot_require(check, left == right, "reader#%d saw %u and %u", i, left, right);
	}
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
