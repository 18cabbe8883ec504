/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fcntl(2) says of the record locks of one file, as a table: who holds which bytes, and how.
 * To lock bytes that one has locked replaces what was there, splits what reaches further, and
 * merges with neighbours of the same kind. It is memory only and waits for nobody: shared memory of
 * a scenario may hold it.
 */
#ifndef SCENARIOS_RECORD_LOCKS_LOCK_MODEL_H
#define SCENARIOS_RECORD_LOCKS_LOCK_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum { LOCK_MODEL_RANGES = 64 };

enum range_kind { RANGE_NONE, RANGE_READ, RANGE_WRITE };

struct lock_range {
	int owner;
	enum range_kind kind;
	int first, last; /* bytes, both included */
};

/* Sorted by owner, then by byte. */
struct lock_model {
	unsigned count;
	struct lock_range ranges[LOCK_MODEL_RANGES];
};

/* The owner has the bytes now as `range` says; RANGE_NONE: it gave them back. */
void lock_model_set(struct lock_model *model, const struct lock_range *range);

/* A range of another owner that bars this one, the next one after *at; NULL: none. Begin with 0. */
const struct lock_range *lock_model_barrier(const struct lock_model *model,
					    const struct lock_range *wanted, unsigned *at);

/* Whether the table has exactly this range. */
bool lock_model_has(const struct lock_model *model, const struct lock_range *range);

/*
 * Whether it is sorted, the ranges of each owner lie apart and could not be one, and no two of the
 * owners in `living` (bit n: owner n) bar each other.
 */
bool lock_model_valid(const struct lock_model *model, uint64_t living);

#endif
