/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task is held: a paused owner, a thread that is not scheduled, a lease that ends meanwhile. For
 * 16 decisions; or for so many seconds of virtual time, while others wait them out or go on. It
 * ends sooner when nobody else can run, and the time has passed then.
 */
#include "faults/kinds.h"

#include "core/clock.h"

#include <stdio.h>

enum { HOLD_DECISIONS = 16, HOLD_LONGEST = 1024, LEASE_SECONDS = 3600 };

static int arm(struct shot *shot)
{
	shot->hold = shot->plan.value ? HOLD_LONGEST : HOLD_DECISIONS;
	return 0;
}

static bool variant(const struct event *at, const struct sabot_fault *asked, unsigned number,
		    struct plan_fault *shot)
{
	(void)at;
	(void)asked;
	shot->value = number ? LEASE_SECONDS : 0;
	return number < 2;
}

static int fire(struct shot *shot, struct task *victim)
{
	victim->delayed = true;
	if (shot->plan.value)
		shot->until_ns =
			clock_now() + (uint64_t)shot->plan.value * (uint64_t)CLOCK_NS_PER_S;
	return 0;
}

static bool confirm(const struct shot *shot, const struct task *victim, char state)
{
	(void)shot;
	(void)victim;
	(void)state;
	return true;
}

static int disarm(struct shot *shot, struct task *victim)
{
	shot->hold = 0;
	victim->delayed = false;
	clock_forward(shot->until_ns);
	return 0;
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	if (plan->value)
		snprintf(text, size, "is held for %d s of virtual time", plan->value);
	else
		snprintf(text, size, "is held for some steps");
}

const struct fault_kind fault_delay = {
	.name = "delay",
	.about = "a task is held for 16 decisions, or for an hour of virtual time",
	.hits = "tasks: at every point, asleep, woken",
	.verb = "delay",
	.arm = arm,
	.variant = variant,
	.fire = fire,
	.confirm = confirm,
	.disarm = disarm,
	.tell = tell,
};
