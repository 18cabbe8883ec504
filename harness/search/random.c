/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random walk. Half of the executions switch at every place alike; the others stay with a task
 * for a while, each with a likelihood of its own, since many bugs need long undisturbed runs on one
 * side.
 */
#include "core/store_buffer.h"
#include "search/strategies.h"

enum { STAY_LEVELS = 5, TIME_RARELY = 8, QUIET_MAX = 256, STORE_RARELY = 6 };

static void begin(struct decider *decider)
{
	/* changes[0]: of 64 decisions, how many ask the dice. */
	static const uint32_t asks[STAY_LEVELS] = { 64, 64, 32, 16, 6 };

	decider->changes[0] = asks[random_below(&decider->random, STAY_LEVELS)];
}

static int pick(struct decider *decider, uint64_t set)
{
	uint64_t skip = random_below(&decider->random, (uint64_t)__builtin_popcountll(set));

	while (skip--)
		set &= set - 1;
	return __builtin_ctzll(set);
}

static int next(struct decider *decider, const struct choice *choice)
{
	/* Not with a task that asks that others run: a spin would be drawn out for nothing. */
	if (choice->current >= 0 && !choice->yields &&
	    random_below(&decider->random, 64) >= decider->changes[0])
		return choice->current;
	/* A time-out that ends although others could run: a slow machine. Possible, so tried, but
	 * seldom. */
	if (choice->timed && (!choice->ready || random_below(&decider->random, TIME_RARELY) == 0))
		return pick(decider, choice->timed);
	return pick(decider, choice->ready);
}

/* Now and then one, of any that may. */
int random_store(struct decider *decider, int at)
{
	const struct task *task;

	(void)at;
	if (random_below(&decider->random, STORE_RARELY) != 0)
		return -1;
	task = &control->tasks[pick(decider, store_buffer_waiting())];
	return TARGET_STORES +
	       TASKS_MAX * (int)random_below(&decider->random, store_buffer_choices(task)) +
	       task_number(task);
}

/* As many as the dice would let it stay. */
static uint32_t quiet(struct decider *decider, const struct task *task)
{
	uint32_t stays = 0;

	(void)task;
	while (stays < QUIET_MAX && random_below(&decider->random, 64) >= decider->changes[0])
		stays++;
	return stays;
}

const struct strategy strategy_random = {
	.name = "random",
	.about = "a random walk over the tasks that can run",
	.begin = begin,
	.next = next,
	.blind = true,
	.store = random_store,
	.quiet = quiet,
};
