/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One producer and one consumer share a ring: each stores one index, and reads the other's
 * (Lamport, ACM TOPLAS 5, 1983).
 *
 * Shows: a FIFO queue with a release store of each index and an acquire load of the other's. A
 * producer that dies with an item in a slot has not published it; a consumer that dies before it
 * has stored its index has taken nothing; the other goes on, with no loop to be held up in. An
 * index that is published by a relaxed store is a data race, and where stores arrive out of order
 * the consumer finds the slot's old content; an index that is published first is wrong everywhere.
 * Does not show: loads that are done early.
 */
#include <sabot/sabot.h>

#include <stdatomic.h>

enum { ROOM = 2, ITEMS = 4, LOOKS = 6 };
enum { RING };

struct slot {
	unsigned item;
	atomic_uint relaxed_item; /* the same, for those that are no data race */
};

struct shared {
	atomic_uint head, tail; /* the next to take, and to put; stored by one each */
	struct slot slots[ROOM];
};

struct variant {
	memory_order publish, give_back;
	bool relaxed_items, index_first;
	bool patient; /* tries again until it works */
};

static const struct variant good = { memory_order_release, memory_order_release, .patient = false };
static const struct variant patient = { memory_order_release, memory_order_release,
					.patient = true };
static const struct variant relaxed_tail = { memory_order_relaxed, memory_order_release,
					     .patient = true };
static const struct variant relaxed_head = { memory_order_release, memory_order_relaxed,
					     .patient = true };
static const struct variant late_items = { memory_order_relaxed, memory_order_release,
					   .relaxed_items = true, .patient = true };
static const struct variant index_first = { memory_order_release, memory_order_release,
					    .relaxed_items = true, .index_first = true };

static bool try_put(struct shared *shared, const struct variant *variant, unsigned item)
{
	unsigned tail = atomic_load_explicit(&shared->tail, memory_order_relaxed);
	struct slot *slot = &shared->slots[tail % ROOM];

	/* Pairs with the store in try_take(): the consumer is done with the slot. */
	if (tail - atomic_load_explicit(&shared->head, memory_order_acquire) == ROOM)
		return false;
	if (variant->index_first)
		atomic_store_explicit(&shared->tail, tail + 1, variant->publish);
	if (variant->relaxed_items)
		atomic_store_explicit(&slot->relaxed_item, item, memory_order_relaxed);
	else
		slot->item = item;
	if (!variant->index_first)
		atomic_store_explicit(&shared->tail, tail + 1, variant->publish);
	return true;
}

static bool try_take(struct shared *shared, const struct variant *variant, unsigned *item)
{
	unsigned head = atomic_load_explicit(&shared->head, memory_order_relaxed);
	struct slot *slot = &shared->slots[head % ROOM];

	/* Pairs with the store in try_put(): the item is in the slot. */
	if (atomic_load_explicit(&shared->tail, memory_order_acquire) == head)
		return false;
	*item = variant->relaxed_items
			? atomic_load_explicit(&slot->relaxed_item, memory_order_relaxed)
			: slot->item;
	atomic_store_explicit(&shared->head, head + 1, variant->give_back);
	return true;
}

static void produce(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	unsigned item;
	bool done;

	for (item = 1; item <= ITEMS; item++) {
		sabot_call(task, RING, SABOT_ENQUEUE, item);
		do
			done = try_put(sabot_shared(task), variant, item);
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
			done = try_take(sabot_shared(task), variant, &item);
		while (!done && variant->patient);
		sabot_return(task, done ? item : SABOT_EMPTY);
	}
}

static void tell_of_slot(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned next = shared->slots[shared->tail % ROOM].item;

	if (sabot_killed(check, "producer") && next == shared->tail + 1)
		sabot_check_observe(check, "what it wrote is in the slot, and nobody is told");
}

static const struct sabot_role roles[] = { { "producer", 1, produce },
					   { "consumer", 1, consume },
					   { 0 } };

#define IS_A_QUEUE "the ring is a FIFO queue"

static const struct sabot_history histories[] = { { IS_A_QUEUE, &sabot_fifo_queue, ROOM }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "a slot that is not published may have been written", SABOT_AT_END, tell_of_slot },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "patient", .variant = &patient },
	{ .name = "pso", .variant = &patient, .memory = SABOT_PSO },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "relaxed-publication", .variant = &relaxed_tail, .caught_by = "data race" },
	{ .name = "relaxed-slot", .variant = &relaxed_head, .caught_by = "data race" },
	{ .name = "late-item",
	  .variant = &late_items,
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
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.invariants = invariants,
	.histories = histories,
	.cases = cases,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
