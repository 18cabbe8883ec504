/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two processes, or two threads, need the same two mutexes: in one order they pass, in two orders
 * they wait for each other.
 *
 * Shows: the cycle of waiters, whichever schedule leads to it, and the two orders even in a run in
 * which nobody had to wait; and that an order keeps its promise when holders die, if the mutexes
 * are robust (pthread_mutexattr_setrobust(3)) and whoever finds an owner dead makes the mutex
 * consistent. Two orders are good where the second lock is only tried, and the first given back if
 * that fails. Does not show: an order that is broken only on a path that no role takes.
 */
#include "parties.h"
#include "pshared.h"

#include <sched.h>

enum { OUTSIDE, ONE, BOTH }; /* marks */
enum { MUTEXES = 2, TAKERS = 2, ROUNDS = 2 };

struct shared {
	pthread_mutex_t mutex[MUTEXES];
};

struct variant {
	bool opposite, threads, backs_off;
};

static const struct variant same_order = { 0 };
static const struct variant opposite_order = { .opposite = true };
static const struct variant backs_off = { .opposite = true, .backs_off = true };
static const struct variant in_threads = { .threads = true };
static const struct variant opposite_threads = { .opposite = true, .threads = true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	int i;

	for (i = 0; i < MUTEXES; i++)
		pshared_mutex_init(&shared->mutex[i], PTHREAD_MUTEX_ROBUST);
}

static void lock_both(struct sabot_task *task, pthread_mutex_t *first, pthread_mutex_t *second)
{
	const struct variant *variant = sabot_variant(task);
	int error;

	for (;;) {
		(void)pshared_mutex_has(first, pthread_mutex_lock(first));
		sabot_mark(task, ONE);
		error = variant->backs_off ? pthread_mutex_trylock(second)
					   : pthread_mutex_lock(second);
		if (pshared_mutex_has(second, error))
			break;
		sabot_mark(task, OUTSIDE);
		SABOT_ZERO(pthread_mutex_unlock(first));
		SABOT_OK(sched_yield());
	}
	sabot_mark(task, BOTH);
}

static void take_both(struct sabot_task *task, unsigned number)
{
	struct shared *shared = sabot_shared(task);
	const struct variant *variant = sabot_variant(task);
	int first = variant->opposite && number == 1, round;

	for (round = 0; round < ROUNDS; round++) {
		lock_both(task, &shared->mutex[first], &shared->mutex[!first]);
		sabot_point(task, "has both");
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex[!first]));
		sabot_mark(task, ONE);
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex[first]));
		sabot_mark(task, OUTSIDE);
	}
}

static void take(struct sabot_task *task)
{
	static const struct party_kind takers[] = { { take_both, TAKERS }, { 0 } };
	const struct variant *variant = sabot_variant(task);

	if (!variant->threads)
		take_both(task, sabot_index(task));
	else if (sabot_index(task) == 0)
		parties_run(task, takers);
}

static void one_has_both(struct sabot_check *check)
{
	unsigned both = sabot_alive(check, BOTH);

	sabot_require(check, both <= 1, "%u have both", both);
}

static const struct sabot_role roles[] = { { "taker", TAKERS, take }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one has both", SABOT_WHEN_SETTLED, one_has_both },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &same_order },
	{ .name = "threads", .variant = &in_threads },
	{ .name = "kill-anywhere", .variant = &same_order, .fault.kind = SABOT_KILL },
	{ .name = "back-off", .variant = &backs_off, .fault.kind = SABOT_KILL },
	{ .name = "opposite-order", .variant = &opposite_order, .caught_by = "deadlock" },
	{ .name = "opposite-threads", .variant = &opposite_threads, .caught_by = "deadlock" },
	{ .name = "nobody-waited",
	  .variant = &opposite_order,
	  .caught_by = "potential deadlock",
	  .about = "found in a run in which nobody had to wait" },
	{ 0 },
};

static const char *const points[] = { "has both", NULL };

const struct sabot_scenario lock_order = {
	.name = "lock-order",
	.group = "pthread-shared",
	.about = "two mutexes in one order, or in two",
	.tags = "deadlock mutex robust threads crash",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
