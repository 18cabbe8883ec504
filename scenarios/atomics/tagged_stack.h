/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stack of nodes by their numbers (Treiber, IBM RJ 5118, 1986): the head is a number, and a tag
 * that counts its changes, in one word. Who has popped a node notes so, for the checks.
 */
#ifndef SCENARIOS_ATOMICS_TAGGED_STACK_H
#define SCENARIOS_ATOMICS_TAGGED_STACK_H

#include <sabot/sabot.h>

#include <stdatomic.h>

enum { WORKERS = 2, NODES_EACH = 2, NODES = WORKERS * NODES_EACH, ROUNDS = 2 };
enum { STACK };

struct node {
	atomic_uint next; /* whoever is about to pop it may look late; 0: none */
	unsigned item;	  /* its owner's alone */
};

struct tagged_stack {
	_Atomic uint64_t head; /* tag << 32 | node */
	struct node nodes[NODES + 1];
	bool held[WORKERS][NODES + 1]; /* who has which node: each by its own worker */
};

struct tagged_stack_way {
	bool no_tag, relaxed_push, relaxed_pop;
	bool gives_up; /* a pop that has lost a race says that there is nothing */
};

static inline uint64_t stack_head_of(const struct tagged_stack_way *variant, uint64_t before,
				     unsigned node)
{
	uint64_t tag = variant->no_tag ? 0 : (before >> 32) + 1;

	return tag << 32 | node;
}

static inline void stack_push(struct sabot_task *task, unsigned node)
{
	const struct tagged_stack_way *variant = sabot_variant(task);
	memory_order order = variant->relaxed_push ? memory_order_relaxed : memory_order_release;
	struct tagged_stack *shared = sabot_shared(task);
	uint64_t head;

	shared->nodes[node].item = node;
	shared->held[sabot_index(task)][node] = false;
	sabot_call(task, STACK, SABOT_PUSH, node);
	head = atomic_load_explicit(&shared->head, memory_order_relaxed);
	do
		atomic_store_explicit(&shared->nodes[node].next, (unsigned)head,
				      memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&shared->head, &head,
						      stack_head_of(variant, head, node), order,
						      memory_order_relaxed));
	sabot_return(task, 0);
}

static inline bool stack_try_pop(struct tagged_stack *shared,
				 const struct tagged_stack_way *variant, uint64_t *head)
{
	memory_order order = variant->relaxed_pop ? memory_order_relaxed : memory_order_acquire;
	unsigned next =
		atomic_load_explicit(&shared->nodes[(unsigned)*head].next, memory_order_relaxed);

	return atomic_compare_exchange_weak_explicit(
		&shared->head, head, stack_head_of(variant, *head, next), order, order);
}

/* Returns the node, or 0. */
static inline unsigned stack_pop(struct sabot_task *task)
{
	const struct tagged_stack_way *variant = sabot_variant(task);
	struct tagged_stack *shared = sabot_shared(task);
	uint64_t head;

	sabot_call(task, STACK, SABOT_POP, 0);
	/* Pairs with the exchange in stack_push(): the node is what it was when it was pushed. */
	head = atomic_load_explicit(&shared->head, variant->relaxed_pop ? memory_order_relaxed
									: memory_order_acquire);
	while ((unsigned)head && !stack_try_pop(shared, variant, &head))
		if (variant->gives_up)
			head = 0;
	sabot_return(task, (unsigned)head ? (unsigned)head : SABOT_EMPTY);
	shared->held[sabot_index(task)][(unsigned)head] = true;
	return (unsigned)head;
}

static inline void stack_check(struct sabot_check *check)
{
	const struct tagged_stack *shared = sabot_check_shared(check);
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

#endif
