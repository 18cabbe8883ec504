/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded buffer under a robust mutex with two condition variables, in processes or in threads.
 *
 * Shows: each item is taken once, whole and in order, if each wait stands in a loop over its
 * predicate and each change is signalled to those who wait for it (pthread_cond_wait(3p)). Nobody
 * is told of the death of a party that owed a signal: who may wait for one must look again after a
 * time, and finds the owner dead then. Does not show: the death of somebody inside of a wait, which
 * breaks the condition variable itself; cond-dead-waiter does.
 */
#include "cond_ring.h"

static const struct cond_ring_way good = { 0 };
static const struct cond_ring_way in_threads = { .threads = true };
static const struct cond_ring_way looks_again = { .looks_again = true };
static const struct cond_ring_way looks_once = { .looks_once = true };
static const struct cond_ring_way waits_first = { .waits_first = true };
static const struct cond_ring_way signals_last = { .signals_last = true, .one_slot = true };
static const struct cond_ring_way looks_last = { .signals_last = true, .looks_again = true };
static const struct cond_ring_way one_cond = { .one_slot = true, .one_cond = true };
static const struct cond_ring_way one_cond_threads = { .threads = true,
						       .one_slot = true,
						       .one_cond = true };

static void setup(struct sabot_env *env)
{
	const struct cond_ring_way *variant = sabot_env_variant(env);
	struct cond_ring *shared = sabot_env_shared(env);

	shared->ring.room = variant->one_slot ? 1 : 2;
	pshared_mutex_init(&shared->mutex, PTHREAD_MUTEX_ROBUST);
	pshared_cond_init(&shared->not_empty);
	pshared_cond_init(&shared->not_full);
}

static void produce(struct sabot_task *task, unsigned number)
{
	(void)number;
	while (cond_ring_step(task, false))
		;
}

static void consume(struct sabot_task *task, unsigned number)
{
	(void)number;
	while (cond_ring_step(task, true))
		;
}

static void be_producer(struct sabot_task *task)
{
	static const struct party_kind all[] = { { produce, 2 }, { consume, 2 }, { 0 } };
	const struct cond_ring_way *variant = sabot_variant(task);

	if (!variant->threads)
		produce(task, sabot_index(task));
	else if (sabot_index(task) == 0)
		parties_run(task, all);
}

static void be_consumer(struct sabot_task *task)
{
	const struct cond_ring_way *variant = sabot_variant(task);

	if (variant->threads)
		sabot_point(task, "has no part");
	else
		consume(task, sabot_index(task));
}

static const struct sabot_role roles[] = {
	{ "producer", 2, be_producer },
	{ "consumer", 2, be_consumer },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "threads", .variant = &in_threads },
	{ .name = "kill-outside-waits",
	  .variant = &looks_again,
	  .fault = { SABOT_KILL, .where = SABOT_AT_POINT } },
	{ .name = "kill-before-signals",
	  .variant = &looks_last,
	  .fault = { SABOT_KILL, .where = SABOT_AT_POINT } },
	{ .name = "if-for-while", .variant = &looks_once, .caught_by = RING_IS_WHOLE },
	{ .name = "signal-for-broadcast", .variant = &one_cond, .caught_by = "deadlock" },
	{ .name = "signal-in-threads", .variant = &one_cond_threads, .caught_by = "deadlock" },
	{ .name = "no-predicate", .variant = &waits_first, .caught_by = "lost wake-up" },
	{ .name = "signal-owed",
	  .variant = &signals_last,
	  .fault = { SABOT_KILL, .where = SABOT_AT_POINT },
	  .caught_by = "deadlock",
	  .about = "who owed a signal is dead, and nobody looks again" },
	{ 0 },
};

static const char *const points[] = { RING_POINT, "has no part", NULL };

const struct sabot_scenario cond_buffer = {
	.name = "cond-buffer",
	.group = "pthread-shared",
	.about = "a bounded buffer with condition variables: what a wait and a signal must do",
	.tags = "producer-consumer condition crash recovery robust threads time",
	.shared_size = sizeof(struct cond_ring),
	.setup = setup,
	.roles = roles,
	.invariants = ring_invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
