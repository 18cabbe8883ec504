/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/watch.h"

#include "core/object.h"
#include "core/trace.h"
#include "exec/gate.h"
#include "os/proc.h"
#include "os/sys.h"

#include <errno.h>
#include <sys/wait.h>

enum { TICKS_LIMIT = 100 /* of CPU time in one step, 1/100 s each: then it does not end */ };

static int stat_fds[TASKS_MAX]; /* descriptor + 1; 0: not open */

void watch_forget(int task)
{
	if (stat_fds[task])
		(void)sys_close(stat_fds[task] - 1);
	stat_fds[task] = 0;
}

void watch_forget_all(void)
{
	int i;

	for (i = 0; i < TASKS_MAX; i++)
		watch_forget(i);
}

static char state_and_ticks(const struct task *task, uint64_t *ticks)
{
	int at = task_number(task);

	if (!stat_fds[at]) {
		int fd = proc_open_stat(task->pid, task->tid, control->fd_base);

		if (fd < 0)
			return 'X';
		stat_fds[at] = fd + 1;
	}
	return proc_state(stat_fds[at] - 1, ticks);
}

char watch_state(const struct task *task)
{
	return state_and_ticks(task, NULL);
}

void watch_pause(unsigned round)
{
	if (round < 64)
		sys_yield();
	else
		sys_nap(round < 1000 ? 50000 : 1000000);
}

void watch_count(struct task *task)
{
	task->counted = true;
	control->asleep++;
}

void watch_uncount(struct task *task)
{
	if (task->counted)
		control->asleep--;
	if (task->state == TASK_WOKEN)
		control->woken--;
	task->counted = false;
}

static void task_over(struct task *task, bool killed, int status)
{
	if (task_is_over(task))
		return;
	watch_uncount(task);
	if (task->call.deadline_ns && (task->in_call || task->state == TASK_TIMED))
		control->timed--;
	task->call.deadline_ns = 0;
	task->state = killed ? TASK_DEAD : TASK_ENDED;
	task->status = status;
	task->mark = 0;
	task->stopped = false;
	control->settle_due = true;
	control->idle_steps = 0;
	trace_event(killed ? EVENT_DEATH : EVENT_EXIT, task, status);
	watch_forget(task_number(task));
}

/* A process ended: so did all of its threads, and the kernel has released what it releases. */
static void process_over(pid_t pid, bool killed, int status)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (task->pid != pid || task_is_over(task))
			continue;
		task_over(task, killed, status);
		object_task_died(task);
	}
}

unsigned watch_reap(void)
{
	unsigned count = 0;
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (sys_call(SYS_waitid, P_ALL, 0, (long)&info, WEXITED | WNOHANG, 0, 0) != 0 ||
		    info.si_pid == 0)
			return count;
		process_over(info.si_pid, info.si_code != CLD_EXITED, info.si_status);
		count++;
	}
}

/* Processes that a task forked are its parent's to reap: a zombie is as dead as can be. */
static void find_zombies(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];
		int status = 0;
		char state;

		if (task_is_over(task) || task->parent < 0 || task->process != (int)i)
			continue;
		state = watch_state(task);
		if (state != 'Z' && state != 'X')
			continue;
		if (state == 'Z')
			status = proc_exit_status(stat_fds[i] - 1);
		if (WIFSIGNALED(status))
			process_over(task->pid, true, WTERMSIG(status));
		else
			process_over(task->pid, false, WEXITSTATUS(status));
	}
}

static void fell_asleep(struct task *task, char state)
{
	if (!task->in_call) {
		task->call.op = OP_UNKNOWN;
		task->call.object = -1;
	}
	task->state = TASK_ASLEEP;
	task->since = control->decisions;
	task->stopped = state == 'T';
	watch_count(task);
	gate_hold(task);
	trace_event(EVENT_ASLEEP, task, 0);
}

/*
 * Without the gate a sleep is believed when it is still one after the thread was seen inside a system
 * call; with it nobody could have woken the task since it was looked at.
 */
static bool sleep_confirmed(const struct task *task)
{
	uint64_t arguments[6];

	if (control->gated)
		return true;
	return proc_syscall(task->pid, task->tid, arguments) != -1 && watch_state(task) == 'S';
}

static void step_does_not_end(struct task *task)
{
	control_find(KIND_LIVELOCK, task_number(task), "livelock",
		     "%s runs on after %s without reaching another point", task->name,
		     op_name(task->call.op));
}

static void wait_for_bell(uint32_t heard, unsigned round)
{
	struct timespec limit = { .tv_nsec = 1000000 };

	if (control->gated)
		watch_pause(round);
	else
		(void)sys_futex_wait(&control->bell, heard, &limit);
}

int watch_turn(void)
{
	uint64_t began = 0, ticks = 0;
	unsigned round;
	struct task *task;
	uint32_t heard;
	int turn;

	for (round = 0;; round++) {
		heard = __atomic_load_n(&control->bell, __ATOMIC_ACQUIRE);
		turn = __atomic_load_n(&control->turn, __ATOMIC_ACQUIRE);
		if (turn == TURN_SUPERVISOR)
			return control->requester;
		task = &control->tasks[turn];
		switch (state_and_ticks(task, &ticks)) {
		case 'S':
		case 'T':
			if (__atomic_load_n(&control->turn, __ATOMIC_ACQUIRE) == turn &&
			    sleep_confirmed(task)) {
				fell_asleep(task, 'S');
				return turn;
			}
			break;
		case 'X':
		case 'Z':
			if (__atomic_load_n(&control->turn, __ATOMIC_ACQUIRE) != turn)
				break;
			watch_death(task);
			return turn;
		default:
			break;
		}
		if (!began)
			began = ticks + 1;
		if (ticks + 1 > began + TICKS_LIMIT) {
			step_does_not_end(task);
			return turn;
		}
		wait_for_bell(heard, round);
	}
}

void watch_births(void)
{
	unsigned round;
	uint32_t i;

	for (round = 0;; round++) {
		bool born = true;

		for (i = 0; i < control->task_count; i++)
			if (__atomic_load_n(&control->tasks[i].state, __ATOMIC_ACQUIRE) == TASK_BORN)
				born = false;
		if (born)
			return;
		if (round % 16 == 15)
			(void)watch_reap();
		watch_pause(round);
	}
}

static void was_woken(struct task *task)
{
	trace_event(EVENT_WOKEN, task, 0);
	task->since = control->decisions;
	if (task->state == TASK_ASLEEP) {
		task->state = TASK_WOKEN;
		control->woken++;
	} else {
		watch_uncount(task); /* without the gate: it came out and parked by itself */
	}
}

/* Whether the sleeper's state is certain; without the gate it may be on its way to its park. */
static bool look_at_sleeper(struct task *task)
{
	switch (watch_state(task)) {
	case 'T':
		task->stopped = true;
		return true;
	case 'S':
		if (!control->gated && task->state == TASK_ASLEEP && !sleep_confirmed(task))
			return false;
		if (__atomic_load_n(&task->state, __ATOMIC_ACQUIRE) == TASK_PARKED)
			was_woken(task);
		return true;
	case 'R':
		if (!control->gated)
			return false;
		was_woken(task);
		return true;
	case 'D':
		return false;
	default: /* dying, or dead and about to be reaped */
		return watch_reap() > 0 || task_is_over(task);
	}
}

void watch_settle(void)
{
	uint32_t i;

	if (!control->settle_due)
		return;
	control->settle_due = false;
	(void)watch_reap();
	find_zombies();
	for (i = 0; control->asleep && i < control->task_count; i++) {
		struct task *task = &control->tasks[i];
		unsigned round = 0;

		if (!task->counted || task->state == TASK_WOKEN || task->state == TASK_SPINNING)
			continue;
		while (!look_at_sleeper(task))
			watch_pause(round++);
	}
	control->settle_due = false;
}

void watch_death(struct task *task)
{
	unsigned round;

	for (round = 0; !task_is_over(task); round++) {
		char state;

		(void)watch_reap();
		if (task_is_over(task))
			break;
		state = watch_state(task);
		if (task->process != task_number(task) && state == 'X') {
			task_over(task, false, 0);
			break;
		}
		find_zombies();
		if (!task_is_over(task))
			watch_pause(round);
	}
}
