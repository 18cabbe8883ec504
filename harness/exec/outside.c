/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/outside.h"

#include "exec/watch.h"
#include "os/proc.h"
#include "os/sys.h"

#include <signal.h>

enum { CHILDREN_MAX = 32, DEPTH_MAX = 8, LIMIT_S = 10, NS_PER_MS = 1000000 };
#define NS_PER_S UINT64_C(1000000000)

/* Whether some descendant of the process is so. */
static bool any_below(pid_t pid, bool (*is_so)(pid_t pid), unsigned depth)
{
	pid_t children[CHILDREN_MAX];
	size_t count = proc_children(pid, children, CHILDREN_MAX), i;

	for (i = 0; i < count; i++)
		if (is_so(children[i]) ||
		    (depth < DEPTH_MAX && any_below(children[i], is_so, depth + 1)))
			return true;
	return false;
}

static bool is_at_work(pid_t pid)
{
	int fd = proc_open_stat(pid, pid, control->fd_base);
	char state = fd < 0 ? 'X' : proc_state(fd, NULL);

	if (fd >= 0)
		(void)sys_close(fd);
	return state == 'R' || state == 'D';
}

static bool is_outside(const struct task *task)
{
	return task->outside && !task_is_over(task) && task->pid > 0;
}

bool outside_is_busy(const struct task *task)
{
	return is_outside(task) && any_below(task->pid, is_at_work, 0);
}

/* Without the gate the program itself runs when it can, whoever has the turn. */
static bool is_restless(const struct task *task)
{
	return outside_is_busy(task) ||
	       (!control->gated && is_outside(task) && task->counted && is_at_work(task->pid));
}

void outside_settle(void)
{
	unsigned round = 0;
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		while (is_restless(&control->tasks[i]))
			watch_pause(round++);
}

bool outside_sleep_ends(pid_t pid, pid_t tid)
{
	uint64_t a[6] = { 0 };

	switch (proc_syscall(pid, tid, a)) {
	case SYS_nanosleep:
	case SYS_clock_nanosleep:
	case SYS_restart_syscall:
		return true;
	case SYS_poll:
		return (int)a[2] >= 0;
	case SYS_epoll_wait:
	case SYS_epoll_pwait:
		return (int)a[3] >= 0;
	case SYS_ppoll:
	case SYS_rt_sigtimedwait:
		return a[2] != 0;
	case SYS_futex:
	case SYS_semtimedop:
		return a[3] != 0;
	case SYS_select:
	case SYS_pselect6:
		return a[4] != 0;
	default:
		return false;
	}
}

static bool waits_for_time(pid_t pid)
{
	return outside_sleep_ends(pid, pid);
}

static bool is_there(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (is_outside(&control->tasks[i]))
			return true;
	return false;
}

static const struct task *find_waiting(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (is_outside(task) &&
		    (waits_for_time(task->pid) || any_below(task->pid, waits_for_time, 0)))
			return task;
	}
	return NULL;
}

/* Somebody sleeps no more. */
static bool anybody_moved(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];
		char state = task_is_over(task) ? 'S' : watch_state(task);

		if ((task->counted && state != 'S' && state != 'T') || outside_is_busy(task))
			return true;
	}
	return false;
}

/* Without a nap, which would let go on whoever is held. */
static void pass_time(void)
{
	if (control->gated)
		sys_yield();
	else
		sys_nap(NS_PER_MS);
}

bool outside_goes_on(void)
{
	const struct task *task = find_waiting();
	uint64_t end = task ? sys_now_ns() + LIMIT_S * NS_PER_S : 0;
	bool moved;

	while (!(moved = is_there() && anybody_moved()) && task && sys_now_ns() < end) {
		pass_time();
		task = find_waiting();
	}
	if (moved)
		control->settle_due = true;
	else if (task)
		control_find(KIND_BROKEN, task_number(task), "broken",
			     "the program that %s runs waits for a time, and for more than %d s",
			     task->name, LIMIT_S);
	return moved || task;
}

static bool kill_one(pid_t pid)
{
	(void)sys_kill(pid, SIGKILL);
	return false;
}

void outside_kill(const struct task *task)
{
	if (task->outside && task->pid > 0 && !task->gone)
		(void)any_below(task->pid, kill_one, 0);
}
