/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes queue for a lock, each waiting at a node of its own until its predecessor hands
 * the lock over (Mellor-Crummey and Scott, ACM TOCS 9, 1991, 2.4).
 *
 * Shows: mutual exclusion in the order of the queue, with an acquire-release exchange of the tail,
 * and release stores that acquire loads see. Whoever dies in the queue stops all behind it: found
 * as a livelock. A node that begins to wait only when its predecessor knows it may wait for ever,
 * and who gives up the tail without a look loses its successor. Does not show: nodes that are used
 * again.
 */
#include "section.h"

#include <stdatomic.h>

struct node {
	atomic_uint next; /* a ticket, or 0 */
	atomic_bool waits;
};

struct shared {
	struct section section;
	atomic_uint tail; /* a ticket, or 0 */
	struct node nodes[SECTION_LOG + 1];
};

struct variant {
	memory_order queue, link, hand_over;
	bool waits_late;    /* says that it waits after it has linked its node */
	bool gives_up_tail; /* without a look at who has queued meanwhile */
};

static const struct variant good = { memory_order_acq_rel, memory_order_release,
				     memory_order_release, false, false };
static const struct variant relaxed = { memory_order_acq_rel, memory_order_release,
					memory_order_relaxed, false, false };
static const struct variant released = { memory_order_release, memory_order_release,
					 memory_order_release, false, false };
static const struct variant late = { memory_order_acq_rel, memory_order_release,
				     memory_order_release, true, false };
static const struct variant gives_up = { memory_order_acq_rel, memory_order_release,
					 memory_order_release, false, true };

static void begin_to_wait(struct node *node)
{
	atomic_store_explicit(&node->waits, true, memory_order_relaxed);
}

/* Returns whom it has queued behind, or 0. */
static unsigned enter(struct shared *shared, const struct variant *variant, unsigned ticket)
{
	struct node *node = &shared->nodes[ticket];
	unsigned before;

	if (!variant->waits_late)
		begin_to_wait(node);
	/* Acquire pairs with the exchange in leave(), if nobody is before it. */
	before = atomic_exchange_explicit(&shared->tail, ticket, variant->queue);
	if (!before)
		return 0;
	/* Pairs with the loads in leave(): who hands over stores after begin_to_wait(). */
	atomic_store_explicit(&shared->nodes[before].next, ticket, variant->link);
	if (variant->waits_late)
		begin_to_wait(node);
	while (atomic_load_explicit(&node->waits, memory_order_acquire))
		continue;
	return before;
}

static void leave(struct shared *shared, const struct variant *variant, unsigned ticket)
{
	struct node *node = &shared->nodes[ticket];
	unsigned next = atomic_load_explicit(&node->next, memory_order_acquire), tail = ticket;

	if (!next && variant->gives_up_tail)
		atomic_store_explicit(&shared->tail, 0, memory_order_release);
	if (!next && (variant->gives_up_tail ||
		      atomic_compare_exchange_strong_explicit(
			      &shared->tail, &tail, 0, memory_order_release, memory_order_relaxed)))
		return;
	while (!next)
		next = atomic_load_explicit(&node->next, memory_order_acquire);
	/* Pairs with the load in enter(). */
	atomic_store_explicit(&shared->nodes[next].waits, false, variant->hand_over);
}

static void work(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned i;

	for (i = 0; i < SECTION_PASSES; i++) {
		unsigned ticket = sabot_index(task) * SECTION_PASSES + i + 1;
		unsigned before = enter(shared, variant, ticket);

		section_pass(task, (struct pass){ .ticket = ticket, .after = before });
		leave(shared, variant, ticket);
		section_leave(task);
	}
}

static const struct sabot_role roles[] = { { "process", SECTION_TASKS_MAX, work }, { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "pso", .variant = &good, .memory = SABOT_PSO },
	{ .name = "kill-outside",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_OUTSIDE } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "relaxed-hand-over", .variant = &relaxed, .caught_by = "data race" },
	{ .name = "release-queue", .variant = &released, .caught_by = "data race" },
	{ .name = "waits-late", .variant = &late, .caught_by = "livelock" },
	{ .name = "gives-up-the-tail", .variant = &gives_up, .caught_by = "livelock" },
	{ .name = "dead-in-the-queue",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL },
	  .caught_by = "livelock" },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_POINT },
	  .characterises = "the holder of an MCS lock is killed",
	  .known = (const char *const[]){ "process runs for ever", NULL } },
	{ 0 },
};

const struct sabot_scenario mcs_lock = {
	.name = "mcs-lock",
	.group = "atomics",
	.about = "each waits at a node of its own until its predecessor hands the lock over",
	.tags = "lock-free memory-order crash livelock platform",
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.invariants = section_queue_invariants,
	.cases = cases,
	.points = section_points,
	.limit_steps = SECTION_LIMIT_STEPS,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
