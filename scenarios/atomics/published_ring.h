/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring for one producer and one consumer: each stores one index, and reads the other's (Lamport,
 * ACM TOPLAS 5, 1983). Whoever dies has published its item, or given back its slot, or has not.
 */
#ifndef SCENARIOS_ATOMICS_PUBLISHED_RING_H
#define SCENARIOS_ATOMICS_PUBLISHED_RING_H

#include <stdatomic.h>
#include <stdbool.h>

enum { PUBLISHED_RING_ROOM = 2 };

struct published_slot {
	unsigned item;
	atomic_uint relaxed_item; /* the same, for those that are no data race */
};

struct published_ring {
	atomic_uint head, tail; /* the next to take, and to put; stored by one each */
	struct published_slot slots[PUBLISHED_RING_ROOM];
};

struct published_orders {
	memory_order publish, give_back;
	bool relaxed_item, index_first;
	bool fences; /* has a store arrive before it looks again: of the two sides one finds it */
};

/* Pairs with the other side's. */
static inline void published_fence(const struct published_orders *orders)
{
	if (orders->fences)
		atomic_thread_fence(memory_order_seq_cst);
}

static inline bool published_try_put(struct published_ring *ring, unsigned item,
				     const struct published_orders *orders)
{
	unsigned tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	struct published_slot *slot = &ring->slots[tail % PUBLISHED_RING_ROOM];

	/* Pairs with the store in published_try_take(): the consumer is done with the slot. */
	if (tail - atomic_load_explicit(&ring->head, memory_order_acquire) == PUBLISHED_RING_ROOM)
		return false;
	if (orders->index_first)
		atomic_store_explicit(&ring->tail, tail + 1, orders->publish);
	if (orders->relaxed_item)
		atomic_store_explicit(&slot->relaxed_item, item, memory_order_relaxed);
	else
		slot->item = item;
	if (!orders->index_first)
		atomic_store_explicit(&ring->tail, tail + 1, orders->publish);
	return true;
}

static inline bool published_try_take(struct published_ring *ring, unsigned *item,
				      const struct published_orders *orders)
{
	unsigned head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	struct published_slot *slot = &ring->slots[head % PUBLISHED_RING_ROOM];

	/* Pairs with the store in published_try_put(): the item is in the slot. */
	if (atomic_load_explicit(&ring->tail, memory_order_acquire) == head)
		return false;
	*item = orders->relaxed_item
			? atomic_load_explicit(&slot->relaxed_item, memory_order_relaxed)
			: slot->item;
	atomic_store_explicit(&ring->head, head + 1, orders->give_back);
	return true;
}

/* False: it is full. */
static inline bool published_put(struct published_ring *ring, unsigned item,
				 const struct published_orders *orders)
{
	bool done = published_try_put(ring, item, orders);

	published_fence(orders);
	return done;
}

/* False: it is empty. */
static inline bool published_take(struct published_ring *ring, unsigned *item,
				  const struct published_orders *orders)
{
	bool done = published_try_take(ring, item, orders);

	published_fence(orders);
	return done;
}

#endif
