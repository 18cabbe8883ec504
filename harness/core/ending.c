/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ending.h"

#include "os/checker.h"
#include "os/signals.h"
#include "os/sys.h"

void ending_let_through(const struct task *task)
{
	uint32_t i;

	for (i = 0; control->gated && i < control->task_count; i++)
		if (control->tasks[i].process == task->process && control->tasks[i].tid &&
		    !task_is_over(&control->tasks[i]))
			(void)sys_set_priority(control->tasks[i].tid, GATE_RUN);
}

void ending_bar(const struct task *task)
{
	uint32_t i;

	for (i = 0; control->gated && i < control->task_count; i++)
		if (control->tasks[i].process == task->process && &control->tasks[i] != task &&
		    control->tasks[i].counted && !task_is_over(&control->tasks[i]))
			(void)sys_set_priority(control->tasks[i].tid, GATE_HELD);
}

void ending_release(const struct task *task)
{
	if (checker_is_valgrind())
		ending_let_through(task);
}

static bool ends_a_process(int signo)
{
	return !((signals_that_stop() | signals_that_pass()) & signals_bit(signo));
}

void ending_release_signalled(const struct task *task, int signo)
{
	if (ends_a_process(signo) && !(control->tasks[task->process].handles & task_bit(signo)))
		ending_release(task);
}

void ending_note_action(const struct task *task, int signo, bool ends_it)
{
	uint64_t *handles = &control->tasks[task->process].handles;

	*handles = ends_it ? *handles & ~task_bit(signo) : *handles | task_bit(signo);
}
