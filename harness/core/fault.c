/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fault.h"

void fault_injure(const struct task *victim)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (task->pid != victim->pid || task_is_over(task))
			continue;
		task->injured = true;
		task->expected |= victim->expected;
		task->signalled = task->signalled || victim->signalled;
	}
}
