/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes put numbers into a ring and take them out.
 *
 * Shows: a FIFO queue. Where one exchange puts an item, and others move the index on (the indexed
 * ring; Shann, Huang and Chen, ICPADS 2000), nobody holds up anybody, whoever dies or is stopped.
 * Where a slot is reserved first and committed later (the reserving ring, as rte_ring of DPDK), a
 * process that dies in between stops all others, and while it is slow the ring can say that it is
 * full and that it is empty at once. To wait for an earlier commit takes an acquire load, or what
 * it published is not passed on (C17 5.1.2.4). Does not show: indices that come round. Seen in the
 * wild: rings that one killed producer stopped for all (ramen issue 221, BqLog issue 20).
 */
#include "rings.h"

#include <sabot/sabot.h>

enum { WORKERS = 3, ITEMS_EACH = 2, ITEMS = WORKERS * ITEMS_EACH, LIMIT_STEPS = 300 };
enum { RING };

struct shared {
	struct rings rings;
	unsigned records[ITEMS + 1]; /* what the items stand for */
};

struct variant {
	struct rings_way way;
	bool patient, bare; /* items that stand for nothing */
};

#define ACQUIRE memory_order_acquire
#define RELEASE memory_order_release
#define RELAXED memory_order_relaxed

static const struct variant good = { .way = { .publish = RELEASE } };
static const struct variant relaxed = { .way = { .publish = RELAXED } };
static const struct variant reserving = { { { ACQUIRE, RELEASE }, .reserves = true }, true, false };
static const struct variant impatient = { .way = { { ACQUIRE, RELEASE }, .reserves = true } };
static const struct variant weak_wait = { { { RELAXED, RELEASE }, .reserves = true }, true, false };
static const struct variant late_item = { { { ACQUIRE, RELAXED }, .reserves = true }, true, true };

static void put(struct sabot_task *task, unsigned item)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	bool done;

	if (!variant->bare)
		shared->records[item] = item;
	sabot_call(task, RING, SABOT_ENQUEUE, item);
	do
		done = rings_put(&shared->rings, item, &variant->way);
	while (!done && variant->patient);
	sabot_return(task, done ? 0 : SABOT_FULL);
	sabot_progress(task);
}

static void take(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned item;
	bool done;

	sabot_call(task, RING, SABOT_DEQUEUE, 0);
	do
		done = rings_take(&shared->rings, &item, &variant->way);
	while (!done && variant->patient);
	sabot_return(task, done ? item : SABOT_EMPTY);
	sabot_progress(task);
	if (done && !variant->bare)
		sabot_assert(task, shared->records[item] == item, "the record of %u is of %u", item,
			     shared->records[item]);
}

static void work(struct sabot_task *task)
{
	unsigned i;

	for (i = 0; i < ITEMS_EACH; i++) {
		put(task, sabot_index(task) * ITEMS_EACH + i + 1);
		take(task);
	}
}

static const struct sabot_role roles[] = { { "worker", WORKERS, work }, { 0 } };

#define IS_A_QUEUE "the ring is a FIFO queue"

static const struct sabot_history histories[] = {
	{ IS_A_QUEUE, &sabot_fifo_queue, RINGS_ROOM },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "pso", .variant = &good, .memory = SABOT_PSO },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "reserving", .variant = &reserving },
	{ .name = "reserving-pso", .variant = &reserving, .memory = SABOT_PSO },
	{ .name = "relaxed-publication", .variant = &relaxed, .caught_by = "data race" },
	{ .name = "relaxed-wait", .variant = &weak_wait, .caught_by = "data race" },
	{ .name = "late-item",
	  .variant = &late_item,
	  .memory = SABOT_PSO,
	  .caught_by = IS_A_QUEUE },
	{ .name = "full-and-empty", .variant = &impatient, .caught_by = IS_A_QUEUE },
	{ .name = "dead-before-commit",
	  .variant = &impatient,
	  .fault = { .kind = SABOT_KILL },
	  .caught_by = "livelock" },
	{ .name = "platform",
	  .variant = &reserving,
	  .fault = { .kind = SABOT_KILL, .who = "worker#0" },
	  .characterises = "a process is killed between the reservation of a slot and its commit",
	  .known = (const char *const[]){ "worker runs for ever", NULL } },
	{ 0 },
};

const struct sabot_scenario mpmc_ring = {
	.name = "mpmc-ring",
	.group = "atomics",
	.about = "processes put items into a ring and take them; nobody waits for the dead",
	.tags = "lock-free memory-order producer-consumer crash livelock platform",
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.histories = histories,
	.cases = cases,
	.limit_steps = LIMIT_STEPS,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
