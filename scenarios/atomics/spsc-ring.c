/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One producer and one consumer share a ring (Lamport, ACM TOPLAS 5, 1983).
 *
 * Shows: a FIFO queue, with a release store of each index and an acquire load of the other's. For
 * the ring not to be full for one and empty for the other at once, where stores reach others late
 * (as on x86), a full fence has to follow each store. A producer that dies with an item in a slot
 * has not published it; a consumer that dies before it has stored its index has taken nothing; the
 * other goes on, with no loop to be held up in. An index that is published by a relaxed store is a
 * data race, and where stores arrive out of order the consumer finds the slot's old content; an
 * index that is published first is wrong everywhere. Does not show: loads that are done early.
 */
#include "published_ring.h"

#include <sabot/sabot.h>

enum { ITEMS = 4, LOOKS = 6, ROOM = PUBLISHED_RING_ROOM };
enum { RING };

struct variant {
	unsigned items;
	bool patient; /* tries again until it works */
	struct published_orders orders;
};

#define RELEASE memory_order_release
#define RELAXED memory_order_relaxed

static const struct variant good = { ITEMS, false, { RELEASE, RELEASE, .fences = true } };
static const struct variant few = { ROOM, .orders = { RELEASE, RELEASE, .fences = false } };
static const struct variant patient = { ITEMS, true, { RELEASE, RELEASE, .fences = false } };
static const struct variant no_fence = { ITEMS, false, { RELEASE, RELEASE, .fences = false } };
static const struct variant relaxed_tail = { ITEMS, true, { RELAXED, RELEASE, .fences = false } };
static const struct variant relaxed_head = { ITEMS, true, { RELEASE, RELAXED, .fences = false } };
static const struct variant late_item = { ITEMS, true, { RELAXED, RELEASE, .relaxed_item = true } };
static const struct variant index_first = { ITEMS,
					    false,
					    { RELEASE, RELEASE, true, .index_first = true } };

static void produce(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	unsigned item;
	bool done;

	for (item = 1; item <= variant->items; item++) {
		sabot_call(task, RING, SABOT_ENQUEUE, item);
		do
			done = published_put(sabot_shared(task), item, &variant->orders);
		while (!done && variant->patient);
		sabot_return(task, done ? 0 : SABOT_FULL);
	}
}

static void consume(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	unsigned looks = variant->patient ? ITEMS : LOOKS, item, i;
	bool done;

	for (i = 0; i < looks; i++) {
		sabot_call(task, RING, SABOT_DEQUEUE, 0);
		do
			done = published_take(sabot_shared(task), &item, &variant->orders);
		while (!done && variant->patient);
		sabot_return(task, done ? item : SABOT_EMPTY);
	}
}

static void tell_of_slot(struct sabot_check *check)
{
	const struct published_ring *ring = sabot_check_shared(check);
	unsigned next = ring->slots[ring->tail % ROOM].item;

	if (sabot_killed(check, "producer") && next == ring->tail + 1)
		sabot_check_observe(check, "what it wrote is in the slot, and nobody is told");
}

static const struct sabot_role roles[] = { { "producer", 1, produce },
					   { "consumer", 1, consume },
					   { 0 } };

#define IS_A_QUEUE "the ring is a FIFO queue"

static const struct sabot_history histories[] = {
	{ IS_A_QUEUE, &sabot_fifo_queue, ROOM },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "a slot that is not published may have been written", SABOT_AT_END, tell_of_slot },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "pso", .variant = &good, .memory = SABOT_PSO },
	{ .name = "patient-pso", .variant = &patient, .memory = SABOT_PSO },
	{ .name = "never-full-pso", .variant = &few, .memory = SABOT_PSO },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "full-and-empty",
	  .variant = &no_fence,
	  .memory = SABOT_TSO,
	  .caught_by = IS_A_QUEUE },
	{ .name = "relaxed-publication", .variant = &relaxed_tail, .caught_by = "data race" },
	{ .name = "relaxed-slot", .variant = &relaxed_head, .caught_by = "data race" },
	{ .name = "late-item",
	  .variant = &late_item,
	  .memory = SABOT_PSO,
	  .caught_by = IS_A_QUEUE },
	{ .name = "index-first", .variant = &index_first, .caught_by = IS_A_QUEUE },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "producer" },
	  .characterises = "the producer of a ring is killed before it has published its item",
	  .known = (const char *const[]){ "what it wrote is in the slot, and nobody is told",
					  NULL } },
	{ 0 },
};

const struct sabot_scenario spsc_ring = {
	.name = "spsc-ring",
	.group = "atomics",
	.about = "a producer and a consumer share a ring, with an index each",
	.tags = "lock-free memory-order producer-consumer crash platform",
	.shared_size = sizeof(struct published_ring),
	.roles = roles,
	.invariants = invariants,
	.histories = histories,
	.cases = cases,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
