/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring for any number of producers and consumers in which nobody can hold up others: an item is
 * in its slot, or out of it, by one exchange, and the indices follow, whoever comes first (as
 * Shann, Huang and Chen, ICPADS 2000). A slot is a lap << 32 | an item: lap 0, item 0 is an empty
 * slot of the first lap. Whoever dies has put its item, or taken it, or has not.
 */
#ifndef SCENARIOS_ATOMICS_INDEXED_RING_H
#define SCENARIOS_ATOMICS_INDEXED_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { INDEXED_RING_ROOM = 2 };

struct indexed_ring {
	atomic_uint head, tail; /* the next to take, and to put; each may be one behind */
	_Atomic uint64_t slots[INDEXED_RING_ROOM];
};

static inline uint64_t indexed_word(unsigned index, unsigned item)
{
	return (uint64_t)(index / INDEXED_RING_ROOM) << 32 | item;
}

/* The slot has moved on: so has the index, or it is to. */
static inline void indexed_help(atomic_uint *index, unsigned seen)
{
	(void)atomic_compare_exchange_strong_explicit(index, &seen, seen + 1, memory_order_relaxed,
						      memory_order_relaxed);
}

/* False: it is full. */
static inline bool indexed_put(struct indexed_ring *ring, unsigned item, memory_order publish)
{
	for (;;) {
		unsigned tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
		_Atomic uint64_t *slot = &ring->slots[tail % INDEXED_RING_ROOM];
		uint64_t empty = indexed_word(tail, 0);
		uint64_t word = atomic_load_explicit(slot, memory_order_relaxed);
		/* Pairs with the load in indexed_take(). */
		bool done = word == empty &&
			    atomic_compare_exchange_strong_explicit(slot, &word,
								    indexed_word(tail, item),
								    publish, memory_order_relaxed);

		if (word < empty)
			return false;
		indexed_help(&ring->tail, tail);
		if (done)
			return true;
	}
}

/* False: it is empty. */
static inline bool indexed_take(struct indexed_ring *ring, unsigned *item)
{
	for (;;) {
		unsigned head = atomic_load_explicit(&ring->head, memory_order_relaxed);
		_Atomic uint64_t *slot = &ring->slots[head % INDEXED_RING_ROOM];
		uint64_t next = indexed_word(head + INDEXED_RING_ROOM, 0);
		/* Pairs with the exchange in indexed_put(): who put the item has made it. */
		uint64_t word = atomic_load_explicit(slot, memory_order_acquire);
		bool done = word > indexed_word(head, 0) && word < next &&
			    atomic_compare_exchange_strong_explicit(
				    slot, &word, next, memory_order_relaxed, memory_order_relaxed);

		if (word == indexed_word(head, 0))
			return false;
		indexed_help(&ring->head, head);
		if (done) {
			*item = (unsigned)word;
			return true;
		}
	}
}

#endif
