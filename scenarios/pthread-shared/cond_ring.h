/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring under a robust mutex, with two condition variables: the way to wait for items or room, and
 * ways to do it wrong.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_COND_RING_H
#define SCENARIOS_PTHREAD_SHARED_COND_RING_H

#include "parties.h"
#include "pshared.h"
#include "ring.h"

struct cond_ring {
	struct ring ring;
	pthread_mutex_t mutex;
	pthread_cond_t not_empty, not_full;
	bool changing; /* somebody changes the ring, or died in it */
};

struct cond_ring_way {
	bool threads, looks_again, looks_once, waits_first, signals_last, one_slot, one_cond;
};

/* The dead may have owed signals, and have left nothing half done that counts. */
static inline void cond_ring_own(struct cond_ring *shared, int error)
{
	if (error == EOWNERDEAD) {
		shared->changing = false;
		error = pthread_mutex_consistent(&shared->mutex);
		SABOT_ZERO(pthread_cond_broadcast(&shared->not_empty));
		SABOT_ZERO(pthread_cond_broadcast(&shared->not_full));
	}
	SABOT_ZERO(error == ETIMEDOUT ? 0 : error);
}

static inline void cond_ring_wait_while(struct sabot_task *task,
					bool (*holds)(const struct ring *ring),
					pthread_cond_t *cond)
{
	const struct cond_ring_way *variant = sabot_variant(task);
	struct cond_ring *shared = sabot_shared(task);
	bool waits = variant->waits_first && cond == &shared->not_empty;

	while (waits || holds(&shared->ring)) {
		struct timespec soon = pshared_soon();

		cond_ring_own(shared, variant->looks_again
					      ? pthread_cond_timedwait(cond, &shared->mutex, &soon)
					      : pthread_cond_wait(cond, &shared->mutex));
		waits = false;
		if (variant->looks_once)
			break;
	}
}

static inline bool cond_ring_nothing_to_take(const struct ring *ring)
{
	return ring_is_empty(ring) && ring->head < RING_ITEMS;
}

static inline bool cond_ring_no_room(const struct ring *ring)
{
	return ring_is_full(ring) && ring->tail < RING_ITEMS;
}

static inline pthread_cond_t *cond_ring_cond_of(struct sabot_task *task, bool takes)
{
	const struct cond_ring_way *variant = sabot_variant(task);
	struct cond_ring *shared = sabot_shared(task);

	return takes || variant->one_cond ? &shared->not_empty : &shared->not_full;
}

/* One item, or the end of them, which all others are told. */
static inline bool cond_ring_step(struct sabot_task *task, bool takes)
{
	const struct cond_ring_way *variant = sabot_variant(task);
	struct cond_ring *shared = sabot_shared(task);
	struct ring *ring = &shared->ring;
	const unsigned *count = takes ? &ring->head : &ring->tail;
	bool goes_on;

	cond_ring_own(shared, pthread_mutex_lock(&shared->mutex));
	cond_ring_wait_while(task, takes ? cond_ring_nothing_to_take : cond_ring_no_room,
			     cond_ring_cond_of(task, takes));
	sabot_assert(task, !shared->changing,
		     "a change is half done, and whoever comes next was not told");
	shared->changing = true;
	if (*count < RING_ITEMS && takes)
		ring_take(ring);
	else if (*count < RING_ITEMS)
		ring_put(task, ring);
	shared->changing = false;
	goes_on = *count < RING_ITEMS;
	if (variant->signals_last)
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	SABOT_ZERO(goes_on ? 0 : pthread_cond_broadcast(cond_ring_cond_of(task, takes)));
	SABOT_ZERO(pthread_cond_signal(cond_ring_cond_of(task, !takes)));
	if (!variant->signals_last)
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	return goes_on;
}

#endif
