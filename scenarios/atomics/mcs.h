/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lock whose waiters queue, each at a node of its own, until its predecessor hands the lock over
 * (Mellor-Crummey and Scott, ACM TOCS 9, 1991, 2.4). Nodes are named by tickets, from 1.
 */
#ifndef SCENARIOS_ATOMICS_MCS_H
#define SCENARIOS_ATOMICS_MCS_H

#include <stdatomic.h>
#include <stdbool.h>

enum { MCS_NODES = 6 };

struct mcs_node {
	atomic_uint next; /* a ticket, or 0 */
	atomic_bool waits;
};

struct mcs {
	atomic_uint tail; /* a ticket, or 0 */
	struct mcs_node nodes[MCS_NODES + 1];
};

struct mcs_way {
	memory_order queue, link, hand_over;
	bool waits_late;    /* says that it waits after it has linked its node */
	bool gives_up_tail; /* without a look at who has queued meanwhile */
};

static inline void mcs_begin_to_wait(struct mcs_node *node)
{
	atomic_store_explicit(&node->waits, true, memory_order_relaxed);
}

/* Returns whom it has queued behind, or 0. */
static inline unsigned mcs_enter(struct mcs *mcs, const struct mcs_way *way, unsigned ticket)
{
	struct mcs_node *node = &mcs->nodes[ticket];
	unsigned before;

	if (!way->waits_late)
		mcs_begin_to_wait(node);
	/* Acquire pairs with the exchange in mcs_leave(), if nobody is before it. */
	before = atomic_exchange_explicit(&mcs->tail, ticket, way->queue);
	if (!before)
		return 0;
	/* Pairs with the loads in mcs_leave(): who hands over stores after mcs_begin_to_wait(). */
	atomic_store_explicit(&mcs->nodes[before].next, ticket, way->link);
	if (way->waits_late)
		mcs_begin_to_wait(node);
	while (atomic_load_explicit(&node->waits, memory_order_acquire))
		continue;
	return before;
}

static inline void mcs_leave(struct mcs *mcs, const struct mcs_way *way, unsigned ticket)
{
	struct mcs_node *node = &mcs->nodes[ticket];
	unsigned next = atomic_load_explicit(&node->next, memory_order_acquire), tail = ticket;

	if (!next && way->gives_up_tail)
		atomic_store_explicit(&mcs->tail, 0, memory_order_release);
	if (!next && (way->gives_up_tail ||
		      atomic_compare_exchange_strong_explicit(
			      &mcs->tail, &tail, 0, memory_order_release, memory_order_relaxed)))
		return;
	while (!next)
		next = atomic_load_explicit(&node->next, memory_order_acquire);
	/* Pairs with the load in mcs_enter(). */
	atomic_store_explicit(&mcs->nodes[next].waits, false, way->hand_over);
}

#endif
