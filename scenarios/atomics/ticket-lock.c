/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes draw tickets, and wait until theirs is served (Mellor-Crummey and Scott, ACM
 * TOCS 9, 1991, 2.2).
 *
 * Shows: mutual exclusion, and that who came first is let in first, with a relaxed draw, an acquire
 * load and a release store. Who dies before it has drawn or after it has served the next is in
 * nobody's way; who dies between the two stops all that drew later, and that is found as a
 * livelock, with who spins where. Does not show: a counter that comes round.
 */
#include "section.h"

#include <stdatomic.h>

struct shared {
	struct section section;
	atomic_uint next, serving;
	atomic_bool taken; /* of those that barge */
};

struct variant {
	memory_order look, leave;
	bool draws_in_two; /* a load and a store for the addition */
	bool barges;	   /* whoever finds the door open goes in */
};

static const struct variant good = { memory_order_acquire, memory_order_release, false, false };
static const struct variant relaxed = { memory_order_acquire, memory_order_relaxed, false, false };
static const struct variant unseen = { memory_order_relaxed, memory_order_release, false, false };
static const struct variant two_steps = { memory_order_acquire, memory_order_release, true, false };
static const struct variant barging = { memory_order_acquire, memory_order_release, false, true };

static unsigned draw(struct shared *shared, const struct variant *variant)
{
	unsigned ticket;

	if (!variant->draws_in_two)
		return atomic_fetch_add_explicit(&shared->next, 1, memory_order_relaxed);
	ticket = atomic_load_explicit(&shared->next, memory_order_relaxed);
	atomic_store_explicit(&shared->next, ticket + 1, memory_order_relaxed);
	return ticket;
}

static void enter(struct shared *shared, const struct variant *variant, unsigned ticket)
{
	while (variant->barges && atomic_exchange_explicit(&shared->taken, true, variant->look))
		continue;
	while (!variant->barges && atomic_load_explicit(&shared->serving, variant->look) != ticket)
		continue;
}

static void leave(struct shared *shared, const struct variant *variant, unsigned ticket)
{
	/* Pairs with the load or the exchange in enter(): the next finds what was done inside. */
	if (variant->barges)
		atomic_store_explicit(&shared->taken, false, variant->leave);
	else
		atomic_store_explicit(&shared->serving, ticket + 1, variant->leave);
}

static void work(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned i;

	for (i = 0; i < SECTION_PASSES; i++) {
		unsigned ticket = draw(shared, variant);

		enter(shared, variant, ticket);
		section_pass(task, (struct pass){ .ticket = ticket + 1, .after = ticket });
		leave(shared, variant, ticket);
		section_leave(task);
	}
}

static const struct sabot_role roles[] = { { "customer", SECTION_TASKS_MAX, work }, { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "pso", .variant = &good, .memory = SABOT_PSO },
	{ .name = "kill-outside",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_OUTSIDE } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "relaxed-leave", .variant = &relaxed, .caught_by = "data race" },
	{ .name = "relaxed-look", .variant = &unseen, .caught_by = "data race" },
	{ .name = "draws-in-two-steps", .variant = &two_steps, .caught_by = "livelock" },
	{ .name = "barging", .variant = &barging, .caught_by = SECTION_ORDER },
	{ .name = "dead-in-the-queue",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL },
	  .caught_by = "livelock" },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_POINT },
	  .characterises = "the holder of a ticket lock is killed",
	  .known = (const char *const[]){ "customer runs for ever", NULL } },
	{ 0 },
};

const struct sabot_scenario ticket_lock = {
	.name = "ticket-lock",
	.group = "atomics",
	.about = "who draws a ticket is let in in its turn, unless somebody before it died",
	.tags = "lock-free memory-order crash livelock platform",
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.invariants = section_queue_invariants,
	.cases = cases,
	.points = section_points,
	.limit_steps = SECTION_LIMIT_STEPS,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
