/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/rest.h"

#include "exec/outside.h"
#include "os/proc.h"

static struct proc_rest seen[TASKS_MAX];
static uint64_t sleepers; /* at the first look */

/*
 * /proc/TID/status alone may show a sleep that its thread is about to begin, or to give up;
 * /proc/TID/syscall waits until a thread that sleeps has left its CPU.
 */
static bool has_left_its_cpu(const struct task *task)
{
	uint64_t arguments[6];

	return proc_syscall(task->pid, task->tid, arguments) >= 0;
}

static bool is_announced(const struct task *task)
{
	return __atomic_load_n(&task->in_call, __ATOMIC_ACQUIRE) && !task->outside &&
	       (op_flags(task->call.op) & OP_BLOCKS || task->call.op == OP_SLEEP);
}

static bool look(const struct task *task, struct proc_rest *rest, bool stopped_too)
{
	if (task->pid <= 0 || proc_rest(task->pid, task->tid, rest) != 0)
		return false;
	if (rest->state == 'T')
		return stopped_too;
	return rest->state == 'S' && is_announced(task) && has_left_its_cpu(task);
}

bool rest_sleeps(const struct task *task)
{
	struct proc_rest rest;

	return look(task, &rest, false);
}

/*
 * At a point, at its start, or over. Who has come to its end has yet to die, and may wake others;
 * and who was let go is on its way to its first point, where it might show something.
 */
static bool is_parked(const struct task *task)
{
	uint64_t left = __atomic_load_n(&control->free.left, __ATOMIC_SEQ_CST);
	bool goes = __atomic_load_n(&task->go, __ATOMIC_SEQ_CST) && !task->op;

	if (task_is_over(task))
		return true;
	return __atomic_load_n(&task->state, __ATOMIC_SEQ_CST) == TASK_PARKED && !goes &&
	       !(left & task_bit(task_number(task)));
}

bool rest_begin(bool stopped_too)
{
	uint32_t i;

	sleepers = 0;
	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (is_parked(task))
			continue;
		if (!look(task, &seen[i], stopped_too))
			return false;
		sleepers |= task_bit((int)i);
	}
	return true;
}

bool rest_lasted(void)
{
	uint64_t left;

	for (left = sleepers; left; left &= left - 1) {
		int i = __builtin_ctzll(left);
		const struct task *task = &control->tasks[i];
		struct proc_rest now;

		if (proc_rest(task->pid, task->tid, &now) != 0 || now.state != seen[i].state ||
		    now.switches != seen[i].switches)
			return false;
	}
	return true;
}

bool rest_is_final(void)
{
	uint64_t left;
	uint32_t i;

	if (!sleepers || control->timer_ns || control->network)
		return false;
	for (left = sleepers; left; left &= left - 1) {
		const struct task *task = &control->tasks[__builtin_ctzll(left)];

		if (task->call.deadline_ns || outside_sleep_ends(task->pid, task->tid))
			return false;
	}
	/* Who is parked goes on. */
	for (i = 0; i < control->task_count; i++)
		if (!task_is_over(&control->tasks[i]) && !(sleepers & task_bit((int)i)))
			return false;
	return true;
}
