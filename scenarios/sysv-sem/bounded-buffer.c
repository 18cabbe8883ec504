/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded buffer in which any producer or consumer may die: an item is there once or not at all.
 *
 * Shows: one semop() takes a slot and the mutex, one gives them back, and that second one commits.
 * Until then SEM_UNDO takes everything back on death (semop(2): all operations of an array or none;
 * Linux ipc/sem.c, exit_sem(): all of a set at once). The commit cancels the counter's undo, since
 * another process gives that unit back: an undo that stays makes up a slot at the producer's exit.
 * Nobody is told of a death, so each holder first makes the ring agree with the semaphores.
 * Does not show: that a consumer which dies after its commit has worked on what it took.
 */
#include "buffer.h"

enum { OUTSIDE, PUTTING, TAKING }; /* marks */
enum { ITEMS = 4 };

struct shared {
	struct buffer buffer;
	unsigned made, taken; /* no point lies between a commit and the note of it: exact */
	struct item log[ITEMS];
};

struct variant {
	struct buffer_rules rules;
	bool full_first;
};

static const struct variant good = { { SEM_UNDO, SEM_UNDO, false }, false };
static const struct variant mutex_first = { { SEM_UNDO, SEM_UNDO, true }, false };
static const struct variant full_first = { { SEM_UNDO, SEM_UNDO, false }, true };
static const struct variant mutex_stays = { { 0, SEM_UNDO, false }, false };
static const struct variant counter_stays = { { SEM_UNDO, 0, false }, false };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	buffer_create(&shared->buffer);
}

static struct ring *enter(struct sabot_task *task, unsigned short counter)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	buffer_enter(&shared->buffer, &variant->rules, counter);
	sabot_mark(task, counter == BUFFER_EMPTY ? PUTTING : TAKING);
	buffer_repair(&shared->buffer, counter);
	return shared->buffer.ring;
}

static void leave(struct sabot_task *task, unsigned short counter, enum buffer_leave how)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	buffer_leave(&shared->buffer, &variant->rules, counter, how);
	sabot_mark(task, OUTSIDE);
}

static void produce(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	while (enter(task, BUFFER_EMPTY)->tail < ITEMS) {
		unsigned number = shared->buffer.ring->tail++;
		struct item *slot = buffer_slot(&shared->buffer, number);

		if (!variant->full_first)
			item_write(task, slot, number);
		leave(task, BUFFER_EMPTY, BUFFER_COMMIT);
		shared->made++;
		if (variant->full_first)
			item_write(task, slot, number);
	}
	leave(task, BUFFER_EMPTY, BUFFER_ABORT);
}

static void consume(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	while (enter(task, BUFFER_FULL)->head < ITEMS) {
		unsigned number = shared->buffer.ring->head++;
		struct item item = *buffer_slot(&shared->buffer, number);

		leave(task, BUFFER_FULL, number + 1 < ITEMS ? BUFFER_COMMIT : BUFFER_COMMIT_LAST);
		shared->log[shared->taken++ % ITEMS] = item;
	}
	leave(task, BUFFER_FULL, BUFFER_ABORT);
}

static void counters_count(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int used = (int)(shared->made - shared->taken), done = shared->taken == ITEMS;
	int slots = BUFFER_SLOTS - used - (int)sabot_alive(check, PUTTING);
	int items = used + done - (int)sabot_alive(check, TAKING);
	int empty = semctl(shared->buffer.semid, BUFFER_EMPTY, GETVAL);
	int full = semctl(shared->buffer.semid, BUFFER_FULL, GETVAL);

	sabot_require(check, empty == slots, "empty is %d, for %d free slots", empty, slots);
	sabot_require(check, full == items, "full is %d, for %d items", full, items);
}

static void items_are_whole(struct sabot_check *check)
{
	struct shared *shared = sabot_check_shared(check);
	const struct ring *ring = shared->buffer.ring;
	unsigned i;

	sabot_require(check, ring_valid(ring), "head %u, tail %u", ring->head, ring->tail);
	for (i = 0; i < shared->made; i++) {
		const struct item *item = i < shared->taken ? &shared->log[i % ITEMS]
							    : buffer_slot(&shared->buffer, i);

		sabot_require(check, item_valid(item, i),
			      "for item %u there is number %u, check %#x", i, item->number,
			      item->check);
	}
}

static void all_were_taken(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, shared->made == ITEMS && shared->taken == ITEMS,
		      "of %d items %u were made and %u taken", ITEMS, shared->made, shared->taken);
}

static const struct sabot_role roles[] = {
	{ "producer", 2, produce },
	{ "consumer", 2, consume },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the semaphores count slots and items", SABOT_WHEN_SETTLED, counters_count },
	{ "each item is there once, whole and in order", SABOT_WHEN_SETTLED, items_are_whole },
	{ "every item was taken", SABOT_AT_END, all_were_taken },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = SABOT_ANY_ROLE } },
	{ .name = "kill-two",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "producer" },
	  .second = { SABOT_KILL, .role = "consumer" } },
	{ .name = "mutex-first", .variant = &mutex_first, .caught_by = "deadlock" },
	{ .name = "full-before-item",
	  .variant = &full_first,
	  .caught_by = "each item is there once, whole and in order" },
	{ .name = "mutex-without-undo",
	  .variant = &mutex_stays,
	  .fault = { SABOT_KILL, .role = SABOT_ANY_ROLE, .point = "half written" },
	  .caught_by = "deadlock" },
	{ .name = "counter-without-undo",
	  .variant = &counter_stays,
	  .fault = { SABOT_KILL, .role = SABOT_ANY_ROLE },
	  .caught_by = "the semaphores count slots and items" },
	{ 0 },
};

static const char *const points[] = { "half written", NULL };

const struct sabot_scenario bounded_buffer = {
	.name = "bounded-buffer",
	.group = "sysv-sem",
	.about = "producers and consumers die in a buffer; an item is there once or not at all",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
