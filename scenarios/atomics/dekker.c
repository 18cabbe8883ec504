/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two processes keep each other out by Dekker's algorithm (Dijkstra, EWD 123, 1965): I want; if you
 * want too, the one whose turn it is not steps back until it is.
 *
 * Shows: mutual exclusion if each stores its wish and reads the other's in sequential consistency;
 * the turn may be relaxed, since it only says who steps back. With release and acquire alone both
 * are inside where stores reach others late, as on x86. Who dies outside is in nobody's way, who
 * dies inside is for ever. Does not show: loads that are done early.
 */
#include "section.h"

#include <stdatomic.h>

struct shared {
	struct section section;
	atomic_bool wants[2];
	atomic_uint turn;
};

struct variant {
	memory_order want, look, step_back, leave;
	bool insists; /* never steps back */
};

static const struct variant seq_cst = { memory_order_seq_cst, memory_order_seq_cst,
					memory_order_release, memory_order_release, false };
static const struct variant acquire_release = { memory_order_release, memory_order_acquire,
						memory_order_release, memory_order_release, false };
static const struct variant relaxed_leave = { memory_order_seq_cst, memory_order_seq_cst,
					      memory_order_release, memory_order_relaxed, false };
static const struct variant insists = { memory_order_seq_cst, memory_order_seq_cst,
					memory_order_release, memory_order_release, true };

static void step_back(struct shared *shared, const struct variant *variant, unsigned me)
{
	/* Pairs with the load in enter(), as leaving does: who has been inside before it. */
	atomic_store_explicit(&shared->wants[me], false, variant->step_back);
	while (atomic_load_explicit(&shared->turn, memory_order_relaxed) != me)
		continue;
	atomic_store_explicit(&shared->wants[me], true, variant->want);
}

static void enter(struct shared *shared, const struct variant *variant, unsigned me)
{
	atomic_store_explicit(&shared->wants[me], true, variant->want);
	while (atomic_load_explicit(&shared->wants[1 - me], variant->look))
		if (!variant->insists &&
		    atomic_load_explicit(&shared->turn, memory_order_relaxed) != me)
			step_back(shared, variant, me);
}

static void work(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned me = sabot_index(task), i;

	for (i = 0; i < SECTION_PASSES; i++) {
		enter(shared, variant, me);
		section_pass(task, (struct pass){ .ticket = me * SECTION_PASSES + i + 1 });
		atomic_store_explicit(&shared->turn, 1 - me, memory_order_relaxed);
		/* Pairs with the load in enter(): the other finds what was done inside. */
		atomic_store_explicit(&shared->wants[me], false, variant->leave);
		section_leave(task);
	}
}

static const struct sabot_role roles[] = { { "process", 2, work }, { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &seq_cst },
	{ .name = "tso", .variant = &seq_cst, .memory = SABOT_TSO },
	{ .name = "pso", .variant = &seq_cst, .memory = SABOT_PSO },
	{ .name = "kill-outside",
	  .variant = &seq_cst,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_OUTSIDE } },
	{ .name = "stop-anywhere", .variant = &seq_cst, .fault = { .kind = SABOT_STOP } },
	{ .name = "acquire-release",
	  .variant = &acquire_release,
	  .memory = SABOT_TSO,
	  .caught_by = SECTION_EXCLUDES },
	{ .name = "relaxed-leave", .variant = &relaxed_leave, .caught_by = "data race" },
	{ .name = "both-insist", .variant = &insists, .caught_by = "livelock" },
	{ .name = "dead-inside",
	  .variant = &seq_cst,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_POINT },
	  .caught_by = "livelock" },
	{ .name = "platform",
	  .variant = &seq_cst,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_POINT },
	  .characterises = "who is inside by Dekker's algorithm is killed",
	  .known = (const char *const[]){ "process runs for ever", NULL } },
	{ 0 },
};

const struct sabot_scenario dekker = {
	.name = "dekker",
	.group = "atomics",
	.about = "two processes keep each other out with loads and stores, one steps back",
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
