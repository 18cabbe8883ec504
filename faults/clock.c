/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody sets the clock: CLOCK_REALTIME jumps by so many seconds, forwards or backwards, as the
 * victim's process sees it, and children that it forks then; other processes see it as before.
 * CLOCK_MONOTONIC never jumps (clock_settime(2)).
 */
#include "faults/kinds.h"

#include "core/clock.h"

#include <stdio.h>

enum { JUMP_SECONDS = 3600 };

static int arm(struct shot *shot)
{
	(void)shot;
	return 0;
}

static bool variant(const struct event *at, const struct sabot_fault *asked, unsigned number,
		    struct plan_fault *shot)
{
	(void)at;
	(void)asked;
	shot->value = number ? -JUMP_SECONDS : JUMP_SECONDS;
	return number < 2;
}

/* Who waits until a date waits for less, or for longer; who is at a point sees to that itself. */
static void move_deadline(struct task *task, int64_t jump_ns)
{
	struct call *call = &task->call;

	if (call->dated && call->deadline_ns && (task->in_call || task->state == TASK_TIMED))
		call->deadline_ns = clock_deadline_moved(call->deadline_ns, jump_ns);
}

static int fire(struct shot *shot, struct task *victim)
{
	int64_t jump_ns = shot->plan.value * (int64_t)CLOCK_NS_PER_S;

	control->tasks[victim->process].clock_ns += jump_ns;
	for (uint32_t i = 0; i < control->task_count; i++)
		if (control->tasks[i].process == victim->process && &control->tasks[i] != victim)
			move_deadline(&control->tasks[i], jump_ns);
	return 0;
}

static bool confirm(const struct shot *shot, const struct task *victim, char state)
{
	(void)shot;
	(void)victim;
	(void)state;
	return true;
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	snprintf(text, size, "sees its clock jump by %+d s", plan->value);
}

const struct fault_kind fault_clock = {
	.name = "clock",
	.about = "CLOCK_REALTIME jumps an hour forwards or backwards, for one process",
	.hits = "processes: at every point",
	.verb = "set the clock of",
	.places = 1u << PLAN_AT_POINT,
	.arm = arm,
	.variant = variant,
	.fire = fire,
	.confirm = confirm,
	.tell = tell,
};
