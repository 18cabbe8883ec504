/* SPDX-License-Identifier: Apache-2.0 */
/* The default decision, but where the plan lists another. With an empty plan: the default schedule.
 */
#include "search/strategies.h"

enum { QUIET_MAX = 4096 };

static void begin(struct decider *decider)
{
	decider->used_count = 0;
}

static int task_named(uint64_t hash, uint64_t among)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if ((among & task_bit((int)i)) && control->tasks[i].name_hash == hash)
			return (int)i;
	return -1;
}

static int next(struct decider *decider, const struct choice *choice)
{
	const struct task *at = choice->at >= 0 ? &control->tasks[choice->at] : NULL;
	uint64_t who = at ? at->name_hash : 0;
	uint32_t op = at ? at->op : 0, pass = at ? at->pass : control->decisions;
	uint32_t i;

	for (i = 0; i < decider->listed_count; i++) {
		int target;

		if (decider->listed[i].op != op || decider->listed[i].pass != pass ||
		    (who && decider->listed[i].task != who))
			continue;
		if (!who && decider->listed[i].task != random_text_hash(PLAN_NOBODY))
			continue;
		target = task_named(decider->listed[i].target, choice->ready | choice->timed);
		if (target < 0)
			break; /* the plan was made for other code: go on without it */
		decider->used_count++;
		return target;
	}
	return choice->standard;
}

/* Until the next operation of the task that the plan lists. */
static uint32_t quiet(struct decider *decider, const struct task *task)
{
	uint32_t until = QUIET_MAX, i;

	for (i = 0; i < decider->listed_count; i++)
		if (decider->listed[i].task == task->name_hash &&
		    decider->listed[i].op > task->op &&
		    decider->listed[i].op - task->op - 1 < until)
			until = decider->listed[i].op - task->op - 1;
	return until;
}

const struct strategy strategy_replay = {
	.name = "replay",
	.about = "the default schedule, but where a plan lists another decision",
	.begin = begin,
	.next = next,
	.quiet = quiet,
};
