/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring by either of two algorithms: with one exchange an item, after which nobody holds up others
 * (indexed_ring.h), or with a reservation and a commit (reserving_ring.h).
 */
#ifndef SCENARIOS_ATOMICS_RINGS_H
#define SCENARIOS_ATOMICS_RINGS_H

#include "indexed_ring.h"
#include "reserving_ring.h"

enum { RINGS_ROOM = INDEXED_RING_ROOM };

_Static_assert((int)INDEXED_RING_ROOM == (int)RESERVING_RING_ROOM, "one history judges both");

struct rings {
	struct indexed_ring indexed;
	struct reserving_ring reserving;
};

struct rings_way {
	struct reserving_orders orders;
	memory_order publish; /* of the indexed ring */
	bool reserves;
};

/* False: it is full. */
static inline bool rings_put(struct rings *rings, unsigned item, const struct rings_way *way)
{
	return way->reserves ? reserving_put(&rings->reserving, item, &way->orders)
			     : indexed_put(&rings->indexed, item, way->publish);
}

/* False: it is empty. */
static inline bool rings_take(struct rings *rings, unsigned *item, const struct rings_way *way)
{
	return way->reserves ? reserving_take(&rings->reserving, item, &way->orders)
			     : indexed_take(&rings->indexed, item);
}

#endif
