/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record of two halves that are written one after the other, for one writer at a time: who dies
 * between them leaves it torn. It stands first in a scenario's shared memory.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_PAIR_H
#define SCENARIOS_PTHREAD_SHARED_PAIR_H

#include "../section.h"

#define PAIR_POINT "half written"

struct pair {
	unsigned left, right; /* equal, while nobody writes */
};

static inline bool pair_is_whole(const struct pair *pair)
{
	return pair->left == pair->right;
}

/* By who finds an owner dead. */
static inline void pair_repair(struct pair *pair)
{
	pair->right = pair->left;
}

/* Between a lock and its unlock. */
static inline void pair_write(struct sabot_task *task, struct pair *pair)
{
	sabot_mark(task, INSIDE);
	sabot_point(task, SECTION_POINT); /* before it finds out by the pair: who else is? */
	sabot_assert(task, pair_is_whole(pair), "comes to a torn pair, %u and %u", pair->left,
		     pair->right);
	pair->left++;
	sabot_point(task, PAIR_POINT);
	pair->right++;
	sabot_mark(task, OUTSIDE);
}

static inline void pair_torn_by_the_dead(struct sabot_check *check)
{
	const struct pair *pair = sabot_check_shared(check);

	sabot_require(check, pair_is_whole(pair) || sabot_killed(check, NULL),
		      "left is %u and right is %u, and nobody was killed", pair->left, pair->right);
}

static const struct sabot_invariant pair_invariants[] = {
	{ "one at most is inside", SABOT_WHEN_SETTLED, section_one_is_inside },
	{ "only the dead tear the pair", SABOT_AT_END, pair_torn_by_the_dead },
	{ 0 },
};

static const char *const pair_points[] = { SECTION_POINT, PAIR_POINT, NULL };

#endif
