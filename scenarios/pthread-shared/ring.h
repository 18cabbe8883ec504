/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbered items in a ring, for one user at a time: what was put and taken, and when. An item is
 * there as soon as `tail` says so; who dies before leaves nothing. The ring stands first in a
 * scenario's shared memory.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_RING_H
#define SCENARIOS_PTHREAD_SHARED_RING_H

#include <sabot/sabot.h>

enum { RING_SLOTS_MAX = 2, RING_ITEMS = 5 };

#define RING_POINT "half put"

struct item {
	unsigned number, check;
};

struct ring {
	unsigned room;	     /* slots that are used: set it before */
	unsigned head, tail; /* the next to take, and to put */
	struct item slots[RING_SLOTS_MAX];
	struct item taken[RING_ITEMS];
};

static inline bool ring_is_empty(const struct ring *ring)
{
	return ring->head == ring->tail;
}

static inline bool ring_is_full(const struct ring *ring)
{
	return ring->tail - ring->head == ring->room;
}

static inline void ring_put(struct sabot_task *task, struct ring *ring)
{
	struct item *slot = &ring->slots[ring->tail % ring->room];

	slot->number = ring->tail;
	sabot_point(task, RING_POINT);
	slot->check = ~ring->tail;
	ring->tail++;
}

static inline void ring_take(struct ring *ring)
{
	ring->taken[ring->head % RING_ITEMS] = ring->slots[ring->head % ring->room];
	ring->head++;
}

static inline bool ring_valid(const struct ring *ring)
{
	return ring->head <= ring->tail && ring->tail - ring->head <= ring->room &&
	       ring->tail <= RING_ITEMS;
}

/* The item with this number: taken already, or still in its slot. */
static inline const struct item *ring_item(const struct ring *ring, unsigned number)
{
	return number < ring->head ? &ring->taken[number] : &ring->slots[number % ring->room];
}

static inline void ring_check_items(struct sabot_check *check)
{
	const struct ring *ring = sabot_check_shared(check);
	unsigned i;

	sabot_require(check, ring_valid(ring), "head %u, tail %u", ring->head, ring->tail);
	for (i = 0; ring_valid(ring) && i < ring->tail; i++) {
		const struct item *item = ring_item(ring, i);

		sabot_require(check, item->number == i && item->check == ~i,
			      "for item %u there is number %u, check %#x", i, item->number,
			      item->check);
	}
}

static inline void ring_check_end(struct sabot_check *check)
{
	const struct ring *ring = sabot_check_shared(check);

	sabot_require(check, ring->head == RING_ITEMS, "%u of %d items were taken", ring->head,
		      RING_ITEMS);
}

#define RING_IS_WHOLE "each item is there once, whole and in order"

static const struct sabot_invariant ring_invariants[] = {
	{ RING_IS_WHOLE, SABOT_WHEN_SETTLED, ring_check_items },
	{ "every item was taken", SABOT_AT_END, ring_check_end },
	{ 0 },
};

#endif
