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
#include "buffer_log.h"

static const struct buffer_rules good = { SEM_UNDO, SEM_UNDO, false, false };
static const struct buffer_rules mutex_first = { SEM_UNDO, SEM_UNDO, true, false };
static const struct buffer_rules full_first = { SEM_UNDO, SEM_UNDO, false, true };
static const struct buffer_rules mutex_stays = { 0, SEM_UNDO, false, false };
static const struct buffer_rules counter_stays = { SEM_UNDO, 0, false, false };

static void setup(struct sabot_env *env)
{
	struct logged_buffer *shared = sabot_env_shared(env);

	buffer_create(&shared->buffer);
}

static void produce(struct sabot_task *task)
{
	const struct buffer_rules *rules = sabot_variant(task);
	struct logged_buffer *shared = sabot_shared(task);
	struct buffer *buffer = &shared->buffer;

	while (buffer_enter(task, buffer, BUFFER_EMPTY)->tail < BUFFER_ITEMS) {
		unsigned number = buffer->ring->tail++;
		struct item *slot = buffer_slot(buffer, number);

		if (!rules->full_first)
			item_write(task, slot, number);
		buffer_leave(task, buffer, BUFFER_EMPTY, BUFFER_COMMIT);
		shared->made++;
		if (rules->full_first)
			item_write(task, slot, number);
	}
	buffer_leave(task, buffer, BUFFER_EMPTY, BUFFER_ABORT);
}

static void consume(struct sabot_task *task)
{
	struct logged_buffer *shared = sabot_shared(task);
	struct buffer *buffer = &shared->buffer;

	while (buffer_enter(task, buffer, BUFFER_FULL)->head < BUFFER_ITEMS) {
		unsigned number = buffer->ring->head++;
		struct item item = *buffer_slot(buffer, number);

		buffer_leave(task, buffer, BUFFER_FULL,
			     number + 1 < BUFFER_ITEMS ? BUFFER_COMMIT : BUFFER_COMMIT_LAST);
		buffer_log_taken(shared, item);
	}
	buffer_leave(task, buffer, BUFFER_FULL, BUFFER_ABORT);
}

static const struct sabot_role roles[] = {
	{ "producer", 2, produce },
	{ "consumer", 2, consume },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the semaphores count slots and items", SABOT_WHEN_SETTLED, buffer_counters_count },
	{ "each item is there once, whole and in order", SABOT_WHEN_SETTLED,
	  buffer_items_are_whole },
	{ "every item was taken", SABOT_AT_END, buffer_all_were_taken },
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
	.tags = "crash recovery producer-consumer deadlock",
	.shared_size = sizeof(struct logged_buffer),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
	.needs_steps = true,
};
