/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/death.h"

#include "core/object.h"
#include "core/store_buffer.h"
#include "core/trace.h"
#include "exec/gate.h"
#include "exec/pending.h"
#include "exec/watch.h"
#include "memory/race.h"
#include "os/proc.h"
#include "os/sys.h"

#include <string.h>
#include <sys/wait.h>

static void task_over(struct task *task, bool killed, int status)
{
	if (task_is_over(task))
		return;
	watch_uncount(task);
	if (task->call.deadline_ns && (task->in_call || task->state == TASK_TIMED))
		control->timed--;
	task->call.deadline_ns = 0;
	task->state = killed ? TASK_DEAD : TASK_ENDED;
	task->gone = true;
	task->status = status;
	task->mark = 0;
	task->stopped = task->delayed = task->signalled = false;
	control->settle_due = true;
	control->idle_steps = 0;
	trace_event(killed ? EVENT_DEATH : EVENT_EXIT, task, status);
	watch_forget(task_number(task));
}

/* Nobody is struck while a check runs: it died of what the check did. */
static void check_crashed(int signo)
{
	const char *name = sigabbrev_np(signo);

	control->judging = false;
	control_find(KIND_BROKEN, -1, "broken", "the check \"%s\" died of SIG%s", control->judged,
		     name ? name : "?");
}

/* Those of its process that are not over are gone from the kernel, but for the first. */
static bool lost_the_others(const struct task *task)
{
	const struct task *first = &control->tasks[task->process];
	bool lost = false;
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *other = &control->tasks[i];

		/* The number of the first is the caller's from then on. */
		if (other->process != task->process || other == first || task_is_over(other))
			continue;
		if (watch_state(other) != 'X')
			return false;
		lost = true;
	}
	return lost;
}

static void thread_over(struct task *task)
{
	if (control->race.on)
		race_died(task);
	task_over(task, false, 0);
	object_thread_ended(task);
}

/* The process's first goes on where the caller of execve left. */
static void take_over(struct task *first, struct task *caller)
{
	watch_uncount(first);
	if (first->call.deadline_ns && (first->in_call || first->state == TASK_TIMED))
		control->timed--;
	watch_forget(task_number(first));
	first->call = caller->call;
	first->in_call = caller->in_call;
	first->outside = true;
	first->returned = first->leaving = first->gone = false;
	first->held_count = 0;
	first->state = TASK_RUNNING;
	if (control->turn != task_number(caller))
		return;
	control->last_ran = task_number(first);
	__atomic_store_n(&control->turn, task_number(first), __ATOMIC_RELEASE);
}

static void replace(struct task *first, struct task *task)
{
	uint32_t i;

	if (task != first)
		take_over(first, task);
	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].process == task->process && &control->tasks[i] != first &&
		    !task_is_over(&control->tasks[i]))
			thread_over(&control->tasks[i]);
}

bool death_of_replaced(struct task *task)
{
	struct task *first = &control->tasks[task->process];
	char state;

	if (!task->outside || !lost_the_others(task))
		return false;
	watch_forget(task_number(first)); /* it may be another thread now */
	state = watch_state(first);
	if (state == 'X' || state == 'Z')
		return false;
	replace(first, task);
	gate_release(first);
	return true;
}

/* The same of a process that has ended since: what it was told of must not depend on when. */
static void find_replaced(pid_t pid)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (task->pid == pid && task->outside && !task_is_over(task) &&
		    lost_the_others(task))
			replace(&control->tasks[task->process], task);
	}
}

/* A process ended: so did all of its threads, and the kernel has released what it releases. */
static void process_over(pid_t pid, bool killed, int status)
{
	uint32_t i;

	find_replaced(pid);
	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (task->pid != pid)
			continue;
		/* Threads that ended before too: what was lent to them, the process kept. */
		store_buffer_close(task);
		store_buffer_drain(task);
		if (control->race.on)
			race_died(task);
		object_task_died(task);
		if (task_is_over(task))
			continue;
		task_over(task, killed, status);
		pending_tell_parent(task);
	}
	if (killed && control->judging)
		check_crashed(status);
}

unsigned death_reap(void)
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

/* Whether a thread of the process, other than its first, has not gone yet. */
static bool has_threads(const struct task *first)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (task != first && task->pid == first->pid && !task_is_over(task) &&
		    watch_state(task) != 'X')
			return true;
	}
	return false;
}

/* Of a process that is gone without a trace: what the parent was told, else what it was about to
 * do. */
static int status_of_gone(const struct task *task)
{
	if (task->reaped)
		return task->reaped_status;
	if (task->call.op == OP_EXIT)
		return W_EXITCODE(task->status, 0);
	if (task->expected)
		return W_EXITCODE(0, task->expected & task_bit(SIGKILL)
					     ? SIGKILL
					     : __builtin_ctzll(task->expected));
	return 0;
}

/* Without the gate, the parent may have taken the zombie away and not yet said what it was told. */
static bool is_being_reaped(const struct task *task)
{
	const struct task *parent = &control->tasks[task->parent];

	return !control->gated && !__atomic_load_n(&task->reaped, __ATOMIC_ACQUIRE) &&
	       !task_is_over(parent) && parent->in_call && parent->call.op == OP_WAIT &&
	       (control->free.on ||
		__atomic_load_n(&parent->state, __ATOMIC_ACQUIRE) == TASK_ASLEEP);
}

/*
 * Processes that a task forked are its parent's to reap: a zombie is as dead as can be. False: one
 * of them is not yet.
 */
static bool find_zombies(void)
{
	bool certain = true;
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];
		int state, status;

		if (task_is_over(task) || task->parent < 0 || task->process != (int)i || !task->pid)
			continue; /* no child, or in free mode one that is just being made */
		state = watch_state(task);
		if ((state != 'Z' && state != 'X') || (state == 'Z' && has_threads(task)))
			continue;
		/* A zombie may be taken away between the two looks. */
		status = state == 'Z' ? watch_exit_status(task) : -1;
		if (status < 0 && is_being_reaped(task)) {
			certain = false;
			continue;
		}
		if (status < 0)
			status = status_of_gone(task);
		process_over(task->pid, WIFSIGNALED(status),
			     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
	return certain;
}

bool death_find(void)
{
	(void)death_reap();
	return find_zombies();
}

void death_let(const struct task *task)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].pid == task->pid && !task_is_over(&control->tasks[i]) &&
		    control->tasks[i].counted)
			gate_release(&control->tasks[i]);
}

/* Whether the task's thread has left its process, which goes on in others. */
static bool has_left(const struct task *task)
{
	char state;

	if (!task->leaving)
		return false;
	state = watch_state(task);
	return state == 'X' || (state == 'Z' && has_threads(task));
}

void death_await(struct task *task)
{
	unsigned round;

	for (round = 0; !task_is_over(task); round++) {
		(void)death_reap();
		if (task_is_over(task))
			break;
		if (has_left(task)) {
			thread_over(task);
			break;
		}
		if (!task->leaving)
			death_let(task);
		if (!find_zombies() || !task_is_over(task))
			watch_pause(round);
	}
}
