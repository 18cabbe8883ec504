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

static int fire(struct shot *shot, struct task *victim)
{
	control->tasks[victim->process].clock_ns += shot->plan.value * (int64_t)CLOCK_NS_PER_S;
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
