/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/gate.h"

#include "os/sys.h"

bool gate_open(void)
{
	control->gated = sys_set_priority(0, GATE_SUPERVISOR) == 0;
	if (!control->gated)
		(void)sys_set_idle(0);
	return control->gated;
}

void gate_join(void)
{
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
