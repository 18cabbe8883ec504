/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a bounded buffer was put into it and taken out, kept by the tasks beside it, and whether
 * that is what ring and semaphores say.
 */
#ifndef SCENARIOS_SYSV_SEM_BUFFER_LOG_H
#define SCENARIOS_SYSV_SEM_BUFFER_LOG_H

#include "buffer.h"

enum { BUFFER_ITEMS = 4 };

struct logged_buffer {
	struct buffer buffer;
	unsigned made, taken; /* no point lies between a commit and the note of it: exact */
	struct item log[BUFFER_ITEMS];
};

static inline void buffer_log_taken(struct logged_buffer *shared, struct item item)
{
	shared->log[shared->taken++ % BUFFER_ITEMS] = item;
}

static inline void buffer_counters_count(struct sabot_check *check)
{
	const struct logged_buffer *shared = sabot_check_shared(check);
	int used = (int)(shared->made - shared->taken), done = shared->taken == BUFFER_ITEMS;
	int slots = BUFFER_SLOTS - used - (int)sabot_alive(check, BUFFER_PUTTING);
	int items = used + done - (int)sabot_alive(check, BUFFER_TAKING);
	int empty = semctl(shared->buffer.semid, BUFFER_EMPTY, GETVAL);
	int full = semctl(shared->buffer.semid, BUFFER_FULL, GETVAL);

	sabot_require(check, empty == slots, "empty is %d, for %d free slots", empty, slots);
	sabot_require(check, full == items, "full is %d, for %d items", full, items);
}

static inline void buffer_items_are_whole(struct sabot_check *check)
{
	struct logged_buffer *shared = sabot_check_shared(check);
	const struct ring *ring = shared->buffer.ring;
	unsigned i;

	sabot_require(check, ring_valid(ring), "head %u, tail %u", ring->head, ring->tail);
	for (i = 0; i < shared->made; i++) {
		const struct item *item = i < shared->taken ? &shared->log[i % BUFFER_ITEMS]
							    : buffer_slot(&shared->buffer, i);

		sabot_require(check, item_valid(item, i),
			      "for item %u there is number %u, check %#x", i, item->number,
			      item->check);
	}
}

static inline void buffer_all_were_taken(struct sabot_check *check)
{
	const struct logged_buffer *shared = sabot_check_shared(check);

	sabot_require(check, shared->made == BUFFER_ITEMS && shared->taken == BUFFER_ITEMS,
		      "of %d items %u were made and %u taken", BUFFER_ITEMS, shared->made,
		      shared->taken);
}

#endif
