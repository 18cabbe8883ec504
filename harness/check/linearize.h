/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle of histories. Verifies: the operations of one object have an order in which each of
 * them could have given its result, by the object's specification, and in which none stands before
 * one that had returned when it was called, nor before one that its caller did before. An operation
 * of which stores waited in a buffer returned when they had arrived. Does not verify: that the
 * specification is the right one; what tasks did without recording it; that pending operations take
 * effect at all.
 *
 * By the search of Wing and Gong with Lowe's list and memory: it takes the operations in every
 * order that time allows, one level a choice, and goes back where a result does not fit. What was
 * left undone from the same set of taken operations in the same state once is not tried again. (A
 * set and a state are known by a hash of 128 bits.) Pure functions: they read nothing but what they
 * are given.
 */
#ifndef SABOT_CHECK_LINEARIZE_H
#define SABOT_CHECK_LINEARIZE_H

#include "core/control.h"

#include <stdint.h>

/* Of these two operations, one comes first in every order that there may be. */
struct linearize_pair {
	uint32_t first, then;
};

/* The history of one object: its operations in the order in which they were called. */
struct linearize_history {
	const struct sabot_specification *specification;
	int64_t parameter;
	const struct history_operation *operations;
	uint32_t count;
	/* What is known of its orders besides, sorted by `then`: it saves a search its wrong ways.
	 */
	const struct linearize_pair *pairs;
	uint32_t pair_count;
};

/* What becomes of an operation in a search; one byte for each. */
enum linearize_part {
	LINEARIZE_ABSENT,   /* as if it had not been */
	LINEARIZE_OPTIONAL, /* it takes place as recorded, or not at all */
	LINEARIZE_REQUIRED, /* it took place as recorded; if it is pending, as it may */
};

enum linearize_answer {
	LINEARIZE_ORDER,    /* there is one */
	LINEARIZE_NO_ORDER, /* there is none */
	LINEARIZE_TOO_MANY, /* the limit came first */
	LINEARIZE_NO_MEMORY,
};

struct linearize_result {
	uint64_t tried; /* configurations: a set of operations taken, and the state after it */
	/* The order; if there is none, the longest beginning of one that was found. */
	uint32_t count;
	uint32_t *order; /* room for as many as the history has, or NULL: not wanted */
};

/*
 * Searches for an order of the operations, each with its part (NULL: all of them required), among
 * at most `limit` configurations. The result is filled in any case.
 */
enum linearize_answer linearize_search(const struct linearize_history *history,
				       const unsigned char *parts, uint64_t limit,
				       struct linearize_result *result);

/*
 * Judges the whole history, key by key. If it has no order, `parts` (a byte for each operation)
 * tells of which it has none: those of one key, or of a few items of it, are LINEARIZE_REQUIRED,
 * all others LINEARIZE_ABSENT. `tried` counts configurations, and may be NULL.
 */
enum linearize_answer linearize_judge(const struct linearize_history *history, unsigned char *parts,
				      uint64_t *tried);

/* Whether the specification tells the two apart as parts of the object. Deaths concern every part.
 */
bool linearize_same_key(const struct linearize_history *history, uint32_t one, uint32_t other);

/* The item that the operation is about; SABOT_EVERY_ITEM if the specification does not say. */
enum sabot_items linearize_item(const struct linearize_history *history, uint32_t at,
				int64_t *item);

static inline bool linearize_is_pending(const struct linearize_history *history, uint32_t at)
{
	return history->operations[at].returned == HISTORY_PENDING;
}

#endif
