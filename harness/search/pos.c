/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partial order sampling (Yuan, Yang, Gu, CAV 2018): each operation that is about to be done has a
 * random priority, and the highest is done. Those that conflict with it draw anew. So the order of
 * each two that conflict is open until one of them is done, whatever lay before, and orders of
 * those that do not are not told apart: partial orders are sampled more evenly than by a walk.
 *
 * What conflicts is judged by what is announced: the same object, or bytes of shared memory that
 * overlap, and one of the two changes it. Operations that touch more than they announce are not
 * seen to conflict, which costs evenness and nothing else.
 */
#include "core/store_buffer.h"
#include "search/strategies.h"

enum { WAITERS_RARELY = 8 };

/* Of a priority: the task's operation, and above it the dice. */
#define DRAWN_FOR UINT64_C(0xffffffff)

static void begin(struct decider *decider)
{
	uint32_t i;

	for (i = 0; i < TASKS_MAX; i++)
		decider->priority[i] = UINT64_MAX; /* for no operation that there is */
}

static void draw(struct decider *decider, int task)
{
	decider->priority[task] =
		(random_next(&decider->random) & ~DRAWN_FOR) | control->tasks[task].op;
}

static bool is_memory(const struct call *call)
{
	return op_family(call->op) == FAMILY_MEMORY && call->op != OP_FENCE;
}

static bool conflict(const struct call *a, const struct call *b)
{
	if ((op_flags(a->op) & OP_PURE) && (op_flags(b->op) & OP_PURE))
		return false;
	if (is_memory(a) && is_memory(b))
		return a->detail[0] < b->detail[0] + b->detail[1] &&
		       b->detail[0] < a->detail[0] + a->detail[1];
	return a->object >= 0 && a->object == b->object;
}

static int highest(struct decider *decider, uint64_t set)
{
	int best = -1;

	for (; set; set &= set - 1) {
		int task = __builtin_ctzll(set);

		if ((decider->priority[task] & DRAWN_FOR) != control->tasks[task].op)
			draw(decider, task);
		if (best < 0 || decider->priority[task] > decider->priority[best])
			best = task;
	}
	return best;
}

/* It asks that others run: it yields, or repeats a load while nobody has stored anything. */
static bool waits(struct task *task)
{
	const struct access_last *last = task_last_load(task, task->call.site);

	return task->call.op == OP_YIELD ||
	       (task->spins && last && last->stores == control->stores);
}

/*
 * With a high priority such a one would go on for ever, so others come first, nearly always; and of
 * several that wait, any.
 */
static uint64_t without_waiting(struct decider *decider, const struct choice *choice)
{
	uint64_t others = choice->yields ? choice->ready & ~task_bit(choice->current) : 0;
	uint64_t left = choice->yields ? others : choice->ready, busy = 0;

	for (; left; left &= left - 1)
		if (!waits(&control->tasks[__builtin_ctzll(left)]))
			busy |= left & -left;
	if (!others || (busy && random_below(&decider->random, WAITERS_RARELY) != 0))
		return busy ? busy : choice->ready;
	for (left = others; left; left &= left - 1)
		draw(decider, __builtin_ctzll(left));
	return others;
}

static int next(struct decider *decider, const struct choice *choice)
{
	uint32_t i;
	int best;

	if (!choice->ready)
		return choice->standard;
	if (choice->in_vain)
		draw(decider, choice->current);
	best = highest(decider, without_waiting(decider, choice));
	for (i = 0; i < control->task_count; i++)
		if ((int)i != best && (choice->ready & task_bit((int)i)) &&
		    conflict(&control->tasks[best].call, &control->tasks[i].call))
			draw(decider, (int)i);
	return best;
}

const struct strategy strategy_pos = {
	.name = "pos",
	.about = "partial order sampling: random priorities, drawn anew where operations conflict",
	.begin = begin,
	.next = next,
	.blind = true,
	.store = random_store,
};
