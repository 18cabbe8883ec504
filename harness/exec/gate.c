/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/gate.h"

#include "intercept/program.h"
#include "os/sys.h"

#include <sys/resource.h>

/* CPU time without a sleep, at real-time priority: SIGXCPU, which judges, and SIGKILL if that
 * fails. */
enum { LIMIT_STEP_US = 500000, LIMIT_DEATH_US = 10000000 };

bool gate_open(void)
{
	control->gated = sys_set_priority(0, GATE_SUPERVISOR) == 0;
	return control->gated;
}

void gate_join(void)
{
	const rlim_t slowness = (rlim_t)checker_slowness();
	struct rlimit limit = { .rlim_cur = LIMIT_STEP_US * slowness,
				.rlim_max = LIMIT_DEATH_US * slowness };

	if (control->program.expected)
		limit = (struct rlimit){ PROGRAM_STEP_US, 4 * PROGRAM_STEP_US };

	(void)sys_call(SYS_prlimit64, 0, RLIMIT_RTTIME, (long)&limit, 0, 0, 0);
	(void)sys_set_priority(0, control->gated ? GATE_RUN : 0);
}

void gate_hold(const struct task *task)
{
	if (control->gated)
		(void)sys_set_priority(task->tid, GATE_HELD);
}

void gate_release(const struct task *task)
{
	if (control->gated)
		(void)sys_set_priority(task->tid, GATE_RUN);
}
