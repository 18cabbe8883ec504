/* SPDX-License-Identifier: Apache-2.0 */
/* The default decision, but where the plan lists another. With an empty plan: the default schedule.
 */
#include "core/store_buffer.h"
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

/* What the plan lists for this decision, or -1. */
static int listed_for(const struct decider *decider, int number)
{
	const struct task *at = number >= 0 ? &control->tasks[number] : NULL;
	uint64_t who = at ? at->name_hash : random_text_hash(PLAN_NOBODY);
	uint32_t op = at ? at->op : 0, pass = at ? at->pass : control->decisions;
	uint32_t i;

	for (i = 0; i < decider->listed_count; i++)
		if (control->listed[i].op == op && control->listed[i].pass == pass &&
		    control->listed[i].task == who)
			return (int)i;
	return -1;
}

int replay_listed(struct decider *decider, const struct choice *choice)
{
	int listed = listed_for(decider, choice->at), target = -1;

	if (listed >= 0 && !control->listed[listed].store)
		target = task_named(control->listed[listed].target, choice->ready | choice->timed);
	if (target >= 0)
		decider->used_count++;
	return target;
}

static int next(struct decider *decider, const struct choice *choice)
{
	int target = replay_listed(decider, choice);

	/* Nothing is listed, or the plan was made for other code: without it. */
	return target >= 0 ? target : choice->standard;
}

int replay_listed_store(struct decider *decider, int at)
{
	int listed = listed_for(decider, at), owner;
	uint16_t n = listed >= 0 ? control->listed[listed].store : 0;

	if (!n)
		return -1;
	owner = task_named(control->listed[listed].target, store_buffer_waiting());
	if (owner < 0 || n > store_buffer_choices(&control->tasks[owner]))
		return -1;
	decider->used_count++;
	return TARGET_STORES + TASKS_MAX * (n - 1) + owner;
}

/* Until the next operation of the task that the plan lists. */
uint32_t replay_quiet(struct decider *decider, const struct task *task)
{
	uint32_t until = QUIET_MAX, i;

	for (i = 0; i < decider->listed_count; i++)
		if (control->listed[i].task == task->name_hash &&
		    control->listed[i].op > task->op &&
		    control->listed[i].op - task->op - 1 < until)
			until = control->listed[i].op - task->op - 1;
	return until;
}

const struct strategy strategy_replay = {
	.name = "replay",
	.about = "the default schedule, but where a plan lists another decision",
	.begin = begin,
	.next = next,
	.store = replay_listed_store,
	.quiet = replay_quiet,
};
