/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010):
 * random priorities, the highest that can run runs, and at depth - 1 random decisions the running
 * task's priority falls below all others. Finds a bug of depth d among n tasks and k decisions with
 * a likelihood of at least 1 / (n k^(d-1)) in each execution. Who yields falls below all others as
 * well: else a loop that waits for somebody of less priority never ends.
 */
#include "search/strategies.h"

enum { CHANGES_MAX = 16, FALLS_MAX = 1 << 30, QUIET_MAX = 4096 };

static void begin(struct decider *decider)
{
	uint32_t changes = decider->depth ? decider->depth - 1 : 0;
	uint32_t length = decider->length ? decider->length : 32;
	uint32_t i;

	for (i = 0; i < TASKS_MAX; i++)
		decider->priority[i] = (random_next(&decider->random) >> 8) + FALLS_MAX;
	for (i = 0; i < CHANGES_MAX; i++)
		decider->changes[i] =
			i < changes ? (uint32_t)random_below(&decider->random, length) : UINT32_MAX;
}

static int highest(const struct decider *decider, uint64_t set)
{
	int best = -1;

	for (; set; set &= set - 1) {
		int task = __builtin_ctzll(set);

		if (best < 0 || decider->priority[task] > decider->priority[best])
			best = task;
	}
	return best;
}

static void fall(struct decider *decider, int task)
{
	uint64_t lowest = FALLS_MAX;
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (decider->priority[i] < lowest)
			lowest = decider->priority[i];
	decider->priority[task] = lowest - 1;
}

static int next(struct decider *decider, const struct choice *choice)
{
	uint32_t i;

	if (choice->yields)
		fall(decider, choice->current);
	for (i = 0; i < CHANGES_MAX; i++)
		if (decider->changes[i] == decider->count && choice->at >= 0)
			fall(decider, choice->at);
	/* A time-out may end early as any task may run: its sleeper has a priority as well. */
	if (choice->timed && !choice->ready)
		return choice->standard;
	return highest(decider, choice->ready);
}

/* Priorities stay until the next change. */
static uint32_t quiet(struct decider *decider, const struct task *task)
{
	uint32_t until = QUIET_MAX, i;

	(void)task;
	for (i = 0; i < CHANGES_MAX; i++)
		if (decider->changes[i] >= decider->count &&
		    decider->changes[i] - decider->count < until)
			until = decider->changes[i] - decider->count;
	return until;
}

const struct strategy strategy_pct = {
	.name = "pct",
	.about = "random priorities with a few random changes: finds bugs of small depth",
	.begin = begin,
	.next = next,
	.blind = true,
	.store = random_store,
	.quiet = quiet,
};
