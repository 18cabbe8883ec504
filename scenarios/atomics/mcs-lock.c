/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes queue for a lock, each waiting at a node of its own until its predecessor hands
 * the lock over (Mellor-Crummey and Scott, ACM TOCS 9, 1991, 2.4).
 *
 * Shows: mutual exclusion in the order of the queue, with an acquire-release exchange of the tail,
 * and release stores that acquire loads see. Whoever dies in the queue stops all behind it: found
 * as a livelock. A node that begins to wait only when its predecessor knows it may wait for ever,
 * and who gives up the tail without a look loses its successor. Does not show: nodes that are used
 * again.
 */
#include "mcs.h"
#include "section.h"

_Static_assert((int)MCS_NODES == (int)SECTION_LOG, "a node for each pass");

struct shared {
	struct section section;
	struct mcs mcs;
};

#define ACQ_REL memory_order_acq_rel
#define RELEASE memory_order_release
#define RELAXED memory_order_relaxed

/* The orders of queueing, of the link to the predecessor, and of handing over. */
static const struct mcs_way good = { ACQ_REL, RELEASE, RELEASE, false, false };
static const struct mcs_way relaxed = { ACQ_REL, RELEASE, RELAXED, false, false };
static const struct mcs_way released = { RELEASE, RELEASE, RELEASE, false, false };
static const struct mcs_way late = { ACQ_REL, RELEASE, RELEASE, .waits_late = true };
static const struct mcs_way gives_up = { ACQ_REL, RELEASE, RELEASE, .gives_up_tail = true };

static void work(struct sabot_task *task)
{
	const struct mcs_way *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned i;

	for (i = 0; i < SECTION_PASSES; i++) {
		unsigned ticket = sabot_index(task) * SECTION_PASSES + i + 1;
		unsigned before = mcs_enter(&shared->mcs, variant, ticket);

		section_pass(task, (struct pass){ .ticket = ticket, .after = before });
		mcs_leave(&shared->mcs, variant, ticket);
		section_leave(task);
	}
}

static const struct sabot_role roles[] = { { "process", SECTION_TASKS_MAX, work }, { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "pso", .variant = &good, .memory = SABOT_PSO },
	{ .name = "kill-outside",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_OUTSIDE } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "relaxed-hand-over", .variant = &relaxed, .caught_by = "data race" },
	{ .name = "release-queue", .variant = &released, .caught_by = "data race" },
	{ .name = "waits-late", .variant = &late, .caught_by = "livelock" },
	{ .name = "gives-up-the-tail", .variant = &gives_up, .caught_by = "livelock" },
	{ .name = "dead-in-the-queue",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL },
	  .caught_by = "livelock" },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .point = SECTION_POINT },
	  .characterises = "the holder of an MCS lock is killed",
	  .known = (const char *const[]){ "process runs for ever", NULL } },
	{ 0 },
};

const struct sabot_scenario mcs_lock = {
	.name = "mcs-lock",
	.group = "atomics",
	.about = "each waits at a node of its own until its predecessor hands the lock over",
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
