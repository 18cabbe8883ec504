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
#include <sabot/sabot.h>

#include <stdatomic.h>

enum { WORKERS = 2, NODES_EACH = 2, NODES = WORKERS * NODES_EACH, ROUNDS = 2 };
enum { STACK };

struct node {
	atomic_uint next; /* whoever is about to pop it may look late; 0: none */
	unsigned item;	  /* its owner's alone */
};

struct shared {
	_Atomic uint64_t head; /* tag << 32 | node */
	struct node nodes[NODES + 1];
	bool held[WORKERS][NODES + 1]; /* who has which node: each by its own worker */
};

struct variant {
	bool no_tag, relaxed_push, relaxed_pop;
	bool gives_up; /* a pop that has lost a race says that there is nothing */
};

static const struct variant good = { .no_tag = false };
static const struct variant no_tag = { .no_tag = true };
static const struct variant relaxed_push = { .relaxed_push = true };
static const struct variant relaxed_pop = { .relaxed_pop = true };
static const struct variant gives_up = { .gives_up = true };

static uint64_t head_of(const struct variant *variant, uint64_t before, unsigned node)
{
	uint64_t tag = variant->no_tag ? 0 : (before >> 32) + 1;

	return tag << 32 | node;
}

static void push(struct sabot_task *task, unsigned node)
{
	const struct variant *variant = sabot_variant(task);
	memory_order order = variant->relaxed_push ? memory_order_relaxed : memory_order_release;
	struct shared *shared = sabot_shared(task);
	uint64_t head;

	shared->nodes[node].item = node;
	shared->held[sabot_index(task)][node] = false;
	sabot_call(task, STACK, SABOT_PUSH, node);
	head = atomic_load_explicit(&shared->head, memory_order_relaxed);
	do
		atomic_store_explicit(&shared->nodes[node].next, (unsigned)head,
				      memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(
		&shared->head, &head, head_of(variant, head, node), order, memory_order_relaxed));
	sabot_return(task, 0);
}

static bool try_pop(struct shared *shared, const struct variant *variant, uint64_t *head)
{
	memory_order order = variant->relaxed_pop ? memory_order_relaxed : memory_order_acquire;
	unsigned next =
		atomic_load_explicit(&shared->nodes[(unsigned)*head].next, memory_order_relaxed);

	return atomic_compare_exchange_weak_explicit(&shared->head, head,
						     head_of(variant, *head, next), order, order);
}

/* Returns the node, or 0. */
static unsigned pop(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	uint64_t head;

	sabot_call(task, STACK, SABOT_POP, 0);
	/* Pairs with the exchange in push(): the node is what it was when it was pushed. */
	head = atomic_load_explicit(&shared->head, variant->relaxed_pop ? memory_order_relaxed
									: memory_order_acquire);
	while ((unsigned)head && !try_pop(shared, variant, &head))
		if (variant->gives_up)
			head = 0;
	sabot_return(task, (unsigned)head ? (unsigned)head : SABOT_EMPTY);
	shared->held[sabot_index(task)][(unsigned)head] = true;
	return (unsigned)head;
}

static void work(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	unsigned first = sabot_index(task) * NODES_EACH + 1, nodes[NODES_EACH], i, round;

	for (i = 0; i < NODES_EACH; i++)
		push(task, first + i);
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < NODES_EACH; i++) {
			nodes[i] = pop(task);
			sabot_assert(task, shared->nodes[nodes[i]].item == nodes[i],
				     "node %u says that it is %u", nodes[i],
				     shared->nodes[nodes[i]].item);
		}
		for (i = 0; i < NODES_EACH; i++)
			if (nodes[i])
				push(task, nodes[i]);
	}
}

static void each_node_is_somewhere(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned places[NODES + 1] = { 0 }, steps = 0, missing = 0, node, worker;

	for (node = (unsigned)shared->head; node && steps++ <= NODES;
	     node = shared->nodes[node].next)
		places[node]++;
	for (node = 1; node <= NODES; node++) {
		for (worker = 0; worker < WORKERS; worker++)
			places[node] += shared->held[worker][node];
		sabot_require(check, places[node] <= 1, "node %u is in %u places", node,
			      places[node]);
		missing += !places[node];
	}
	sabot_require(check, missing <= sabot_killed(check, "worker") * NODES_EACH,
		      "%u nodes are lost, %u workers died", missing, sabot_killed(check, "worker"));
	if (missing && sabot_killed(check, "worker"))
		sabot_check_observe(check, "the node in its hands is lost, and the stack is whole");
}

static const struct sabot_role roles[] = { { "worker", WORKERS, work }, { 0 } };

#define IS_A_STACK "the stack is last in, first out"

static const struct sabot_history histories[] = { { IS_A_STACK, &sabot_stack, 0 }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "each node is in one place", SABOT_AT_END, each_node_is_somewhere },
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
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.invariants = invariants,
	.histories = histories,
	.cases = cases,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
