/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue lies in shared memory that each process has mapped at another address.
 *
 * Shows: links must be indices; a pointer is right only where it was made (shm_overview(7)). A
 * pthread mutex is found by the memory that it lies in, so it locks through any mapping, and a
 * robust one tells of a death through any (pthread_mutexattr_setpshared(3)). Does not show: nodes
 * that are used again; there are enough for all.
 */
#include "queue.h"

#include <sched.h>

enum { PRODUCERS = 2, CONSUMERS = 2, ITEMS = 2, LOOKS = 3 };

struct variant {
	bool by_pointer, no_repair;
	memory_order order; /* of a link: nothing else orders the two ends */
};

static const struct variant good = { .order = memory_order_release };
static const struct variant by_pointer = { .by_pointer = true, .order = memory_order_release };
static const struct variant no_repair = { .no_repair = true, .order = memory_order_release };
static const struct variant relaxed = { .order = memory_order_relaxed };

static void setup(struct sabot_env *env)
{
	struct logged_queue *shared = sabot_env_shared(env);

	shared->queue = queue_map(0, O_RDWR | O_CREAT | O_EXCL);
	queue_lock_init(&shared->queue->head_lock);
	queue_lock_init(&shared->queue->tail_lock);
}

static void produce(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	unsigned index = sabot_index(task);
	struct queue *queue = queue_map(1 + index, O_RDWR);
	int i;

	for (i = 0; i < ITEMS; i++) {
		if (queue_lock(&queue->tail_lock) && !variant->no_repair)
			queue_repair(queue);
		queue_put(task, queue, 10 * (int)(index + 1) + i, variant->order);
		SABOT_ZERO(pthread_mutex_unlock(&queue->tail_lock));
	}
	SABOT_OK(munmap(queue, sizeof(*queue)));
}

static void consume(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct queue *queue = queue_map(1 + PRODUCERS + sabot_index(task), O_RDWR);
	unsigned looks = 0;

	while (looks < LOOKS) {
		(void)queue_lock(&queue->head_lock);
		looks += !queue_take(task, queue, variant->by_pointer);
		SABOT_ZERO(pthread_mutex_unlock(&queue->head_lock));
		sched_yield();
	}
	SABOT_OK(munmap(queue, sizeof(*queue)));
}

static const struct sabot_role roles[] = {
	{ "producer", PRODUCERS, produce },
	{ "consumer", CONSUMERS, consume },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each item is there once, in order", SABOT_WHEN_ALWAYS, queue_all_in_order },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-two",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "producer" },
	  .second = { SABOT_KILL, .role = "producer" } },
	{ .name = "by-pointer", .variant = &by_pointer, .caught_by = "crash" },
	{ .name = "without-repair",
	  .variant = &no_repair,
	  .fault = { SABOT_KILL, .role = "producer" },
	  .caught_by = "each item is there once, in order" },
	{ .name = "relaxed-link", .variant = &relaxed, .caught_by = "data race" },
	{ 0 },
};

static const char *const points[] = { "written", "linked", "seen", NULL };

const struct sabot_scenario two_locks_one_map = {
	.name = "two-locks-one-map",
	.group = "shared-memory",
	.about = "a queue at another address in each process: links are indices, locks are found",
	.tags = "crash recovery lock producer-consumer",
	.shared_size = sizeof(struct logged_queue),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
