/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGSTOP, and SIGCONT some decisions later or when nobody else can run. A stopped process keeps
 * all that it holds; on SIGCONT some calls return EINTR although no handler ran (semop, epoll_wait:
 * signal(7)).
 */
#include "faults/kinds.h"

#include <stdio.h>
#include <string.h>

#include "os/sys.h"

enum { HOLD_DECISIONS = 8 };

static int arm(struct shot *shot)
{
	shot->plan.signo = 0;
	shot->hold = HOLD_DECISIONS;
	return 0;
}

static int fire(struct shot *shot, struct task *victim)
{
	(void)shot;
	return sys_kill(victim->pid, SIGSTOP);
}

static bool confirm(const struct shot *shot, const struct task *victim, char state)
{
	(void)shot;
	return state == 'T' || task_is_over(victim);
}

static int disarm(struct shot *shot, struct task *victim)
{
	shot->hold = 0;
	return task_is_over(victim) ? 0 : sys_kill(victim->pid, SIGCONT);
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	(void)plan;
	snprintf(text, size, "is stopped");
}

const struct fault_kind fault_stop = {
	.name = "stop",
	.about = "SIGSTOP to the process, and SIGCONT some decisions later",
	.takes_hold = true,
	.hits = "processes: at every point, asleep, woken",
	.verb = "stop and continue",
	.arm = arm,
	.tell = tell,
	.fire = fire,
	.confirm = confirm,
	.disarm = disarm,
};
