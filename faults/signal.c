/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signal to one thread. While the task is parked its handler is held and runs when the task is
 * next on turn; while it is asleep in a call, the call is interrupted as signal(7) says. Without a
 * handler the default action happens, death among them.
 */
#include "faults/kinds.h"

#include "core/ending.h"
#include <stdio.h>

#include <string.h>

#include "os/sys.h"

#include <errno.h>

static int arm(struct shot *shot)
{
	return shot->plan.signo > 0 && shot->plan.signo < checker_signal() ? 0 : -EINVAL;
}

static int fire(struct shot *shot, struct task *victim)
{
	victim->expected |= task_bit(shot->plan.signo);
	victim->signalled = control->signals_due = true;
	ending_release_signalled(victim, shot->plan.signo);
	return sys_tgkill(victim->pid, victim->tid, shot->plan.signo);
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
	const char *name = sigabbrev_np(plan->signo);

	snprintf(text, size, "is sent SIG%s", name ? name : "?");
}

const struct fault_kind fault_signal = {
	.name = "signal",
	.about = "a signal to the task: its handler becomes part of the schedule",
	.hits = "tasks: at every point, asleep, woken",
	.verb = "send a signal to",
	.arm = arm,
	.tell = tell,
	.fire = fire,
	.confirm = confirm,
};
