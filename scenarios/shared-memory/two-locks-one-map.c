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

struct shared {
	struct queue *queue; /* as setup has mapped it */
	int made[QUEUE_NODES], taken[QUEUE_NODES];
	unsigned made_count, taken_count; /* no point lies between a step and its note: exact */
};

struct variant {
	bool by_pointer, no_repair;
};

static const struct variant good = { false, false };
static const struct variant by_pointer = { true, false };
static const struct variant no_repair = { false, true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->queue = queue_map(0, O_RDWR | O_CREAT | O_EXCL);
	queue_lock_init(&shared->queue->head_lock);
	queue_lock_init(&shared->queue->tail_lock);
}

static void put(struct sabot_task *task, struct queue *queue, int item)
{
	struct shared *shared = sabot_shared(task);
	struct node *last, *node;

	last = &queue->nodes[queue->tail];
	node = &queue->nodes[queue->tail + 1];
	node->item = item;
	sabot_point(task, "written");
	last->link = node;
	atomic_store_explicit(&last->next, queue->tail + 1, memory_order_release);
	shared->made[shared->made_count++] = item;
	sabot_point(task, "linked");
	queue->tail++;
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
		put(task, queue, 10 * (int)(index + 1) + i);
		SABOT_ZERO(pthread_mutex_unlock(&queue->tail_lock));
	}
	SABOT_OK(munmap(queue, sizeof(*queue)));
}

/* False if there is none. With the head's lock. */
static bool take(struct sabot_task *task, struct queue *queue)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct node *head = &queue->nodes[queue->head];
	unsigned next = atomic_load_explicit(&head->next, memory_order_acquire);
	struct node *node = variant->by_pointer ? head->link : &queue->nodes[next];

	if (!next)
		return false;
	sabot_point(task, "seen");
	queue->head = next;
	shared->taken[shared->taken_count++] = node->item;
	return true;
}

static void consume(struct sabot_task *task)
{
	struct queue *queue = queue_map(1 + PRODUCERS + sabot_index(task), O_RDWR);
	unsigned looks = 0;

	while (looks < LOOKS) {
		(void)queue_lock(&queue->head_lock);
		looks += !take(task, queue);
		SABOT_ZERO(pthread_mutex_unlock(&queue->head_lock));
		sched_yield();
	}
	SABOT_OK(munmap(queue, sizeof(*queue)));
}

static void all_in_order(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	const struct queue *queue = shared->queue;
	unsigned i, at = queue->head;

	for (i = 0; i < shared->made_count; i++) {
		int item = shared->taken[i];

		if (i >= shared->taken_count) {
			at = queue->nodes[at].next;
			item = at ? queue->nodes[at].item : 0;
		}
		sabot_require(check, item == shared->made[i], "item %u was put as %d and is %d", i,
			      shared->made[i], item);
	}
	sabot_require(check, shared->taken_count <= shared->made_count && !queue->nodes[at].next,
		      "more is linked, or taken, than the %u that were put", shared->made_count);
}

static const struct sabot_role roles[] = {
	{ "producer", PRODUCERS, produce },
	{ "consumer", CONSUMERS, consume },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each item is there once, in order", SABOT_WHEN_ALWAYS, all_in_order },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { SABOT_KILL } },
	{ .name = "kill-two",
	  .variant = &good,
	  .fault = { SABOT_KILL, "producer" },
	  .second = { SABOT_KILL, "producer" } },
	{ .name = "by-pointer", .variant = &by_pointer, .caught_by = "crash" },
	{ .name = "without-repair",
	  .variant = &no_repair,
	  .fault = { SABOT_KILL, "producer" },
	  .caught_by = "each item is there once, in order" },
	{ 0 },
};

static const char *const points[] = { "written", "linked", "seen", NULL };

const struct sabot_scenario two_locks_one_map = {
	.name = "two-locks-one-map",
	.group = "shared-memory",
	.about = "a queue at another address in each process: links are indices, locks are found",
	.tags = "crash recovery lock producer-consumer",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
