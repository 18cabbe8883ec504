/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for the end of a thread or of a child. */
#include "check/graph_look.h"

#include <sys/syscall.h>
#include <sys/wait.h>

/* The task that the object stands for, where the call says whom it waits for. */
static uint64_t announced(const struct graph_edge *edge)
{
	const struct object *object = edge->object >= 0 ? &control->objects[edge->object] : NULL;

	if (!object || (object->family != FAMILY_THREAD && object->family != FAMILY_PROCESS) ||
	    object->key[0] >= control->task_count)
		return 0;
	return task_bit((int)object->key[0]) & graph_living();
}

/* pthread_join() sleeps on the word that the kernel clears when the thread is gone; it holds its
 * id. */
static uint64_t joined(const struct look *look)
{
	uint32_t i;

	for (i = 0; look->number == SYS_futex && i < control->task_count; i++)
		if (control->tasks[i].tid == (pid_t)look->arguments[2] &&
		    !task_is_over(&control->tasks[i]))
			return task_bit((int)i);
	return 0;
}

static uint64_t children(const struct task *task)
{
	uint64_t found = 0;
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *child = &control->tasks[i];

		if (child->parent >= 0 && child->process == (int)i && !task_is_over(child) &&
		    control->tasks[child->parent].process == task->process)
			found |= task_bit((int)i);
	}
	return found;
}

static uint64_t awaited(const struct look *look)
{
	pid_t pid = 0;

	if (look->number == SYS_wait4)
		pid = (pid_t)look->arguments[0];
	else if (look->number == SYS_waitid && look->arguments[0] == P_PID)
		pid = (pid_t)look->arguments[1];
	return pid > 0 ? graph_process(pid) : children(look->task);
}

void graph_look_process(struct graph_edge *edge, const struct look *look)
{
	bool joins = op_family(edge->op) == FAMILY_THREAD;

	edge->how = GRAPH_ALIVE;
	edge->holders = announced(edge);
	if (!edge->holders)
		edge->holders = joins ? joined(look) : awaited(look);
	if (edge->object < 0)
		snprintf(edge->name, sizeof(edge->name), joins ? "a thread" : "a child");
	if (!edge->holders)
		graph_anybody(edge);
}
