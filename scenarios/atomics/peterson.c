/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two processes keep each other out by Peterson's algorithm (Information Processing Letters 12,
 * 1981): I want; after you; I wait while you want and it is your turn.
 *
 * Shows: mutual exclusion if the stores and loads are sequentially consistent, or if the turn is
 * given by an exchange, also where stores reach others late. With release and acquire alone each
 * may read the other's wish before its own has arrived, and both are inside: on x86, too, and never
 * in a run that only interleaves. Who dies outside is in nobody's way, who dies inside is for ever.
 * Does not show: loads that are done early.
 */
#include "section.h"

#include <stdatomic.h>

struct shared {
	struct section section;
	atomic_bool wants[2];
	atomic_uint turn;
};

struct variant {
	memory_order wants, turn, look, leave;
	bool exchange; /* gives the turn by an exchange */
};

static const struct variant seq_cst = { memory_order_seq_cst, memory_order_seq_cst,
					memory_order_seq_cst, memory_order_release, false };
static const struct variant exchange = { memory_order_relaxed, memory_order_acq_rel,
					 memory_order_acquire, memory_order_release, true };
static const struct variant acquire_release = { memory_order_release, memory_order_release,
						memory_order_acquire, memory_order_release, false };
static const struct variant relaxed_leave = { memory_order_seq_cst, memory_order_seq_cst,
					      memory_order_relaxed, memory_order_relaxed, false };

static void enter(struct shared *shared, const struct variant *variant, unsigned me)
{
	unsigned other = 1 - me;

	atomic_store_explicit(&shared->wants[me], true, variant->wants);
	if (variant->exchange)
		(void)atomic_exchange_explicit(&shared->turn, other, variant->turn);
	else
		atomic_store_explicit(&shared->turn, other, variant->turn);
	while (atomic_load_explicit(&shared->wants[other], variant->look) &&
	       atomic_load_explicit(&shared->turn, variant->look) == other)
		continue;
}

static void work(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned me = sabot_index(task), i;

	for (i = 0; i < SECTION_PASSES; i++) {
		enter(shared, variant, me);
		section_pass(task, (struct pass){ .ticket = me * SECTION_PASSES + i + 1 });
		/* Pairs with the loads in enter(): the other finds what was done inside. */
		atomic_store_explicit(&shared->wants[me], false, variant->leave);
		section_leave(task);
	}
}

static const struct sabot_role roles[] = { { "process", 2, work }, { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &seq_cst },
	{ .name = "tso", .variant = &seq_cst, .memory = SABOT_TSO },
	{ .name = "pso", .variant = &seq_cst, .memory = SABOT_PSO },
	{ .name = "exchange", .variant = &exchange },
	{ .name = "exchange-pso", .variant = &exchange, .memory = SABOT_PSO },
	{ .name = "kill-outside",
	  .variant = &seq_cst,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_OUTSIDE } },
	{ .name = "stop-anywhere", .variant = &seq_cst, .fault = { .kind = SABOT_STOP } },
	{ .name = "acquire-release",
	  .variant = &acquire_release,
	  .memory = SABOT_TSO,
	  .caught_by = SECTION_EXCLUDES },
	{ .name = "relaxed-leave", .variant = &relaxed_leave, .caught_by = "data race" },
	{ .name = "dead-inside",
	  .variant = &seq_cst,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_POINT },
	  .caught_by = "livelock" },
	{ .name = "platform",
	  .variant = &seq_cst,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_POINT },
	  .characterises = "who is inside by Peterson's algorithm is killed",
	  .known = (const char *const[]){ "process runs for ever", NULL } },
	{ 0 },
};

const struct sabot_scenario peterson = {
	.name = "peterson",
	.group = "atomics",
	.about = "two processes keep each other out with loads and stores alone",
	.tags = "lock-free memory-order crash livelock platform",
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.invariants = section_invariants,
	.cases = cases,
	.points = section_points,
	.limit_steps = SECTION_LIMIT_STEPS,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
