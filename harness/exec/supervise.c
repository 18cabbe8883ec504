/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/supervise.h"

#include "core/decide.h"
#include "core/trace.h"
#include "exec/death.h"
#include "exec/gate.h"
#include "exec/loopback.h"
#include "exec/outside.h"
#include "exec/strike.h"
#include "exec/tick.h"
#include "exec/watch.h"
#include "os/sys.h"

/* The task runs; with the gate, it has done so until it slept when this returns. */
static void grant(struct task *task)
{
	if (control->last_ran != task_number(task))
		trace_event(EVENT_SWITCH, task, control->last_ran);
	control->last_ran = task_number(task);
	watch_uncount(task);
	if (task->state == TASK_WOKEN && !task->returned) {
		/* It is in the middle of its call, and may wake others in the rest of it. */
		if (op_flags(task->call.op) & OP_WAKES)
			control->settle_due = true;
		task->state = TASK_RUNNING;
		__atomic_store_n(&control->turn, task_number(task), __ATOMIC_RELEASE);
		gate_release(task);
		return;
	}
	task->state = TASK_RUNNING;
	__atomic_store_n(&control->turn, task_number(task), __ATOMIC_RELAXED);
	__atomic_store_n(&task->go, 1, __ATOMIC_RELEASE);
	(void)sys_futex_wake(&task->go, 1);
	if (task->returned)
		gate_release(task);
	task->returned = false;
}

/* Time jumps to the task's deadline: its wait ends with a time-out. */
static void expire(struct task *task)
{
	if (control->now_ns < task->call.deadline_ns)
		control->now_ns = task->call.deadline_ns;
	trace_event(EVENT_TIMEOUT, task, (int64_t)control->now_ns);
	if (task->state != TASK_ASLEEP)
		return;
	task->expired = true;
	task->call.deadline_ns = 0;
	control->timed--;
	if (!control->gated) {
		/* It comes out of its call and parks, or sleeps again in the rest of it. */
		(void)sys_tgkill(task->pid, task->tid, checker_signal());
		control->settle_due = true;
		watch_settle();
		return;
	}
	control->woken++;
	task->state = TASK_WOKEN;
	(void)sys_tgkill(task->pid, task->tid, checker_signal());
}

/* False: there is nobody to run, since a timer came first, or its time-out did not end its sleep.
 */
static bool run(int number)
{
	struct task *task = &control->tasks[number];

	if (task->state == TASK_ASLEEP || (task->state == TASK_TIMED && !task->interrupted)) {
		if (tick_jump(task->call.deadline_ns))
			return false;
		expire(task);
	}
	if (task->state == TASK_ASLEEP || task_is_over(task))
		return false;
	tick_helped();
	grant(task);
	return true;
}

/* What the task that gave the turn back wants; *current is it if it can go on, else -1. */
static enum request_kind turn_back(int *at, int *current)
{
	enum request_kind request = REQUEST_NONE;
	struct task *task;

	*at = watch_turn();
	*current = -1;
	task = &control->tasks[*at];
	if (__atomic_load_n(&control->turn, __ATOMIC_ACQUIRE) != TURN_SUPERVISOR)
		return REQUEST_NONE; /* fell asleep, or died with the turn */
	request = control->request;
	switch (request) {
	case REQUEST_SLEEP:
		task->state = TASK_TIMED;
		task->slept++;
		task->since = control->decisions;
		trace_event(EVENT_ASLEEP, task, 0);
		break;
	case REQUEST_SPIN:
		task->state = TASK_SPINNING;
		watch_count(task);
		break;
	case REQUEST_ENDED:
		if (control->pool && task->parent < 0 && !task->leaving && !task->lasting) {
			task->state = TASK_ENDED;
			task->mark = 0;
			control->idle_steps = 0;
			trace_event(EVENT_EXIT, task, 0); /* as if its process had ended */
		} else {
			death_await(task);
		}
		break;
	case REQUEST_SPAWNED:
		watch_births();
		*current = *at;
		break;
	case REQUEST_NONE:
	case REQUEST_DECIDE:
	case REQUEST_RUN:
	case REQUEST_SETTLE:
	case REQUEST_NETWORK:
	case REQUEST_FINDING:
		*current = *at;
		break;
	}
	return request;
}

static bool can_go_on(int task)
{
	return task >= 0 && control->tasks[task].state == TASK_PARKED &&
	       !control->tasks[task].stopped && !control->tasks[task].delayed;
}

static void judge(void)
{
	if (control->judge && !control->over)
		control->judge(control, SABOT_WHEN_SETTLED);
}

/* Settles, judges, and strikes as long as there is something to strike. */
static void settle_and_strike(int at)
{
	struct shot *shot;

	tick();
	watch_settle();
	judge();
	while (!control->over && (shot = decide_shot(at)) != NULL) {
		strike_fire(shot);
		watch_settle();
		judge();
	}
}

/* Who runs next; -1 if the execution is over. */
static int choose(enum request_kind request, int at, int current, void (*stuck)(void))
{
	bool looked = false;

	/* The task has settled, struck and decided already. */
	if (request == REQUEST_RUN)
		return control->chosen;
	if (request == REQUEST_NETWORK) {
		(void)loopback_settle();
		return at;
	}
	for (;;) {
		int next = -1;

		settle_and_strike(at);
		if (control->over)
			return -1;
		if (!can_go_on(current))
			current = -1;
		if ((request == REQUEST_SETTLE || request == REQUEST_SPAWNED) && current >= 0)
			return current;
		next = decide(current, at);
		if (next >= 0 || control_all_over())
			return next;
		if (strike_relent() || tick_jump(0))
			continue;
		/* A call that nobody intercepts, such as one of stdio, may have woken somebody. */
		if (!looked) {
			looked = control->settle_due = true;
			continue;
		}
		if (loopback_retry() || outside_goes_on())
			continue;
		stuck();
		return -1;
	}
}

void supervise(void (*stuck)(void))
{
	enum request_kind request = REQUEST_NONE;
	int at = -1, current = -1;

	for (;;) {
		int next = choose(request, at, current, stuck);

		if (next < 0)
			return;
		/* The turn is the supervisor's until the grant: a task's request is read only after
		 * it. */
		control->request = REQUEST_NONE;
		if (!run(next)) {
			request = REQUEST_NONE;
			continue;
		}
		request = turn_back(&at, &current);
		if (__atomic_load_n(&control->turn, __ATOMIC_ACQUIRE) != TURN_SUPERVISOR)
			__atomic_store_n(&control->turn, TURN_SUPERVISOR, __ATOMIC_RELEASE);
	}
}
