/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGKILL: the victim's process and all its threads end where they are; no handler, no atexit, no
 * flush. Effective once the process has been reaped: by then the kernel has done all of its
 * releases.
 */
#include "faults/kinds.h"

#include <stdio.h>
#include <string.h>

#include "os/sys.h"

static int arm(struct shot *shot)
{
	shot->plan.signo = 0;
	return 0;
}

static int fire(struct shot *shot, struct task *victim)
{
	(void)shot;
	victim->expected |= task_bit(SIGKILL);
	return sys_kill(victim->pid, SIGKILL);
}

static bool confirm(const struct shot *shot, const struct task *victim, char state)
{
	(void)shot;
	(void)state;
	return task_is_over(victim);
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	(void)plan;
	snprintf(text, size, "is killed");
}

const struct fault_kind fault_kill = {
	.name = "kill",
	.about = "SIGKILL to the process, at a point, asleep in the kernel, or woken and "
		 "not yet run",
	.takes_hold = true,
	.hits = "processes: at every point, asleep, woken",
	.verb = "kill",
	.arm = arm,
	.tell = tell,
	.fire = fire,
	.confirm = confirm,
};
