/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGKILL, and the role is started again: a new process with the same index, that has to recover
 * what the dead one left. It is a task of its own, named after the dead one as a child is
 * ("owner#0/0"), and runs when the schedule lets it. As after a real restart it has the shared
 * memory and what has a name, but none of the streams that setup opened.
 */
#include "faults/kinds.h"

#include <stdio.h>

static int arm(struct shot *shot)
{
	return fault_kill.arm(shot);
}

static int fire(struct shot *shot, struct task *victim)
{
	return fault_kill.fire(shot, victim);
}

static bool confirm(const struct shot *shot, const struct task *victim, char state)
{
	return fault_kill.confirm(shot, victim, state);
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	(void)plan;
	snprintf(text, size, "is killed and started again");
}

const struct fault_kind fault_restart = {
	.name = "restart",
	.about = "SIGKILL to the process, and a new one of the same role starts",
	.hits = "processes: at every point, asleep, woken; not what tasks forked",
	.verb = "kill and restart",
	.takes_hold = true,
	.restarts = true,
	.arm = arm,
	.fire = fire,
	.confirm = confirm,
	.tell = tell,
};
