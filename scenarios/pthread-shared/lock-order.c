/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two processes need the same two mutexes: in one order they pass, in two orders they wait for each
 * other.
 *
 * Shows: the cycle of waiters, whichever schedule leads to it; and that an order keeps its promise
 * when holders die, if the mutexes are robust (pthread_mutexattr_setrobust(3)) and whoever finds an
 * owner dead makes the mutex consistent. Does not show: an order that is broken only on a path that
 * no role takes.
 */
#include "pshared.h"

enum { OUTSIDE, ONE, BOTH }; /* marks */
enum { MUTEXES = 2, ROUNDS = 2 };

struct shared {
	pthread_mutex_t mutex[MUTEXES];
};

struct variant {
	bool opposite;
};

static const struct variant same_order = { false };
static const struct variant opposite_order = { true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	int i;

	for (i = 0; i < MUTEXES; i++)
		pshared_mutex_init(&shared->mutex[i], PTHREAD_MUTEX_ROBUST);
}

static void lock(pthread_mutex_t *mutex)
{
	int error = pthread_mutex_lock(mutex);

	if (error == EOWNERDEAD)
		error = pthread_mutex_consistent(mutex); /* it guards no data */
	SABOT_ZERO(error);
}

static void take_both(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const struct variant *variant = sabot_variant(task);
	int first = variant->opposite && sabot_index(task) == 1, round;

	for (round = 0; round < ROUNDS; round++) {
		lock(&shared->mutex[first]);
		sabot_mark(task, ONE);
		lock(&shared->mutex[!first]);
		sabot_mark(task, BOTH);
		sabot_point(task, "has both");
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex[!first]));
		sabot_mark(task, ONE);
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex[first]));
		sabot_mark(task, OUTSIDE);
	}
}

static void one_has_both(struct sabot_check *check)
{
	unsigned both = sabot_alive(check, BOTH);

	sabot_require(check, both <= 1, "%u have both", both);
}

static const struct sabot_role roles[] = { { "taker", 2, take_both }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one has both", SABOT_WHEN_SETTLED, one_has_both },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &same_order },
	{ .name = "kill-anywhere",
	  .variant = &same_order,
	  .fault = { SABOT_KILL, .role = SABOT_ANY_ROLE } },
	{ .name = "opposite-order", .variant = &opposite_order, .caught_by = "deadlock" },
	{ 0 },
};

static const char *const points[] = { "has both", NULL };

const struct sabot_scenario lock_order = {
	.name = "lock-order",
	.group = "pthread-shared",
	.about = "two mutexes in one order, or in two",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
