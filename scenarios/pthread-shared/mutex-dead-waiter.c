/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that waits for a mutex in shared memory is killed after the unlocker has woken it and
 * before it runs. It owned nothing; and yet, with a mutex that is not robust, the wake-up dies with
 * it: the mutex is free, and the next waiter sleeps on until somebody else contends.
 *
 * Shows: robust mutexes are worth having even where owners never die, since the kernel wakes the
 * next waiter for whoever had begun to wait (the comment on handle_futex_death() in
 * kernel/futex/core.c names this race). Does not show: owners that die; robust-ledger does.
 */
#include "../section.h"
#include "pshared.h"

enum { STAYS = 8 }; /* points inside: the others come to sleep meanwhile */

struct shared {
	pthread_mutex_t mutex;
};

struct variant {
	int robust;
};

static const struct variant robust = { PTHREAD_MUTEX_ROBUST };
static const struct variant stalled = { PTHREAD_MUTEX_STALLED };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);

	pshared_mutex_init(&shared->mutex, variant->robust);
}

static void pass(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	(void)pshared_mutex_has(&shared->mutex, pthread_mutex_lock(&shared->mutex));
	section_stay(task, STAYS);
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	sabot_observe(task, "a waiter that lives gets the mutex");
}

static const struct sabot_role roles[] = { { "taker", 3, pass }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one is inside", SABOT_WHEN_SETTLED, section_one_is_inside },
	{ 0 },
};

static const char *const lost[] = { "taker blocks for ever in pthread_mutex_lock",
				    "a waiter that lives gets the mutex", NULL };
static const char *const mended[] = { "a waiter that lives gets the mutex", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &stalled },
	{ .name = "kill-anywhere", .variant = &robust, .fault = { .kind = SABOT_KILL } },
	{ .name = "not-robust",
	  .variant = &stalled,
	  .fault = { .kind = SABOT_KILL, .where = SABOT_WOKEN },
	  .caught_by = "lost wake-up" },
	{ .name = "platform",
	  .variant = &stalled,
	  .fault = { .kind = SABOT_KILL, .where = SABOT_WOKEN },
	  .characterises = "a waiter for a mutex is killed after it was woken",
	  .known = lost },
	{ .name = "platform-robust",
	  .variant = &robust,
	  .fault = { .kind = SABOT_KILL, .where = SABOT_WOKEN },
	  .characterises = "a waiter for a robust mutex is killed after it was woken",
	  .known = mended },
	{ 0 },
};

const struct sabot_scenario mutex_dead_waiter = {
	.name = "mutex-dead-waiter",
	.group = "pthread-shared",
	.about = "a woken waiter is killed before it runs: who wakes the next one",
	.tags = "crash lock platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = section_points,
	.keeps_no_state = true,
};
