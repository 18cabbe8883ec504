/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes push nodes to a stack and pop them (Treiber, IBM RJ 5118, 1986). The head is an
 * index, and a tag that counts its changes, in one word.
 *
 * Shows: a stack, and no node lost but those in the hands of the dead, with a release
 * compare-and-exchange to push and an acquire load to pop. Without the tag, a node that was popped
 * and pushed again while somebody was about to pop it looks as if nothing had happened (ABA): one
 * node comes to have two owners. Nobody waits for anybody: whoever dies, or is stopped for long,
 * the others go on. Does not show: a tag that comes round.
 */
#include "tagged_stack.h"

static const struct tagged_stack_way good = { .no_tag = false };
static const struct tagged_stack_way no_tag = { .no_tag = true };
static const struct tagged_stack_way relaxed_push = { .relaxed_push = true };
static const struct tagged_stack_way relaxed_pop = { .relaxed_pop = true };
static const struct tagged_stack_way gives_up = { .gives_up = true };

static void work(struct sabot_task *task)
{
	struct tagged_stack *shared = sabot_shared(task);
	unsigned first = sabot_index(task) * NODES_EACH + 1, nodes[NODES_EACH], i, round;

	for (i = 0; i < NODES_EACH; i++)
		stack_push(task, first + i);
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < NODES_EACH; i++) {
			nodes[i] = stack_pop(task);
			sabot_assert(task, shared->nodes[nodes[i]].item == nodes[i],
				     "node %u says that it is %u", nodes[i],
				     shared->nodes[nodes[i]].item);
		}
		for (i = 0; i < NODES_EACH; i++)
			if (nodes[i])
				stack_push(task, nodes[i]);
	}
}

static const struct sabot_role roles[] = { { "worker", WORKERS, work }, { 0 } };

#define IS_A_STACK "the stack is last in, first out"

static const struct sabot_history histories[] = { { IS_A_STACK, &sabot_stack, 0 }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "each node is in one place", SABOT_AT_END, stack_check },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "pso", .variant = &good, .memory = SABOT_PSO },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "no-tag", .variant = &no_tag, .caught_by = "each node is in one place" },
	{ .name = "gives-up", .variant = &gives_up, .caught_by = IS_A_STACK },
	{ .name = "relaxed-push", .variant = &relaxed_push, .caught_by = "data race" },
	{ .name = "relaxed-pop", .variant = &relaxed_pop, .caught_by = "data race" },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL },
	  .characterises = "whoever has popped a node of a lock-free stack is killed",
	  .known = (const char *const[]){ "the node in its hands is lost, and the stack is whole",
					  NULL } },
	{ 0 },
};

const struct sabot_scenario treiber_stack = {
	.name = "treiber-stack",
	.group = "atomics",
	.about = "processes push nodes and pop them; a tag tells a node that came back",
	.tags = "lock-free memory-order aba crash platform",
	.shared_size = sizeof(struct tagged_stack),
	.roles = roles,
	.invariants = invariants,
	.histories = histories,
	.cases = cases,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
