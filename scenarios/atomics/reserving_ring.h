/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring for any number of producers and consumers who first reserve a slot, then use it, and then
 * commit it, in the order of the reservations (as rte_ring of DPDK does). Whoever dies in between
 * holds up all that reserve later.
 */
#ifndef SCENARIOS_ATOMICS_RESERVING_RING_H
#define SCENARIOS_ATOMICS_RESERVING_RING_H

#include <stdatomic.h>
#include <stdbool.h>

enum { RESERVING_RING_ROOM = 2 };

/* Reserved up to `reserved`, committed up to `committed`. */
struct reserving_side {
	atomic_uint reserved, committed;
};

struct reserving_ring {
	struct reserving_side put, take;
	atomic_uint slots[RESERVING_RING_ROOM];
};

struct reserving_orders {
	memory_order wait, commit;
};

/* Pairs with the loads of `committed`, here and on the other side. */
static inline void reserving_commit(struct reserving_side *side, unsigned index,
				    const struct reserving_orders *orders)
{
	while (atomic_load_explicit(&side->committed, orders->wait) != index)
		continue;
	atomic_store_explicit(&side->committed, index + 1, orders->commit);
}

/* Reserves an index, unless the other side has come to the one that is `apart` before it. */
static inline bool reserving_reserve(struct reserving_side *side, struct reserving_side *other,
				     unsigned apart, unsigned *index)
{
	*index = atomic_load_explicit(&side->reserved, memory_order_relaxed);
	do
		if (*index - atomic_load_explicit(&other->committed, memory_order_acquire) == apart)
			return false;
	while (!atomic_compare_exchange_weak_explicit(&side->reserved, index, *index + 1,
						      memory_order_relaxed, memory_order_relaxed));
	return true;
}

/* False: it is full. */
static inline bool reserving_put(struct reserving_ring *ring, unsigned item,
				 const struct reserving_orders *orders)
{
	unsigned index;

	if (!reserving_reserve(&ring->put, &ring->take, RESERVING_RING_ROOM, &index))
		return false;
	atomic_store_explicit(&ring->slots[index % RESERVING_RING_ROOM], item,
			      memory_order_relaxed);
	reserving_commit(&ring->put, index, orders);
	return true;
}

/* False: it is empty. */
static inline bool reserving_take(struct reserving_ring *ring, unsigned *item,
				  const struct reserving_orders *orders)
{
	unsigned index;

	if (!reserving_reserve(&ring->take, &ring->put, 0, &index))
		return false;
	*item = atomic_load_explicit(&ring->slots[index % RESERVING_RING_ROOM],
				     memory_order_relaxed);
	reserving_commit(&ring->take, index, orders);
	return true;
}

#endif
