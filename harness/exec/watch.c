/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/watch.h"

#include "core/trace.h"
#include "exec/death.h"
#include "exec/gate.h"
#include "exec/intact.h"
#include "exec/loopback.h"
#include "exec/outside.h"
#include "exec/pending.h"
#include "intercept/program.h"
#include "os/hot.h"
#include "os/proc.h"
#include "os/sys.h"

#include <errno.h>

enum {
	TICKS_LIMIT = 100,
	US_PER_TICK = 10000,
	YIELDS = 64,
	YIELDS_HELD = 2000000,
};

static int stat_fds[TASKS_MAX] HOT; /* descriptor + 1; 0: not open */

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

int watch_exit_status(const struct task *task)
{
	return proc_exit_status(stat_fds[task_number(task)] - 1);
}

/*
 * A nap lets go on whoever is held as woken. What is waited for may need it: a lock of the kernel
 * whose holder, another program, gets no CPU from us. Mostly another CPU sees to it first; else the
 * kernel does, which gives those whom real-time tasks starve a share of each second.
 */
void watch_pause(unsigned round)
{
	unsigned yields = control->gated && control->asleep ? YIELDS_HELD : YIELDS;

	/* What is waited for may never come, if what it is known by was written over. */
	intact_require(false);
	if (round < yields)
		sys_yield();
	else
		sys_nap(round < yields + 1000 ? 50000 : 1000000);
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

/* Of a timed wait for a lock, the sleep may be one that no time ends. */
static bool has_no_timeout(const struct task *task)
{
	uint64_t arguments[6];

	switch (op_family(task->call.op)) {
	case FAMILY_MUTEX:
	case FAMILY_COND:
	case FAMILY_RWLOCK:
	case FAMILY_POSIX_SEM:
		return proc_syscall(task->pid, task->tid, arguments) == SYS_futex && !arguments[3];
	default:
		return false;
	}
}

/* It waits for the mutex of its condition variable, or inside libc: nothing comes of the deadline.
 */
static void drop_deadline(struct task *task)
{
	if (!task->in_call || !task->call.deadline_ns || !has_no_timeout(task))
		return;
	task->call.deadline_ns = 0;
	control->timed--;
}

static void fell_asleep(struct task *task, char state)
{
	if (!task->in_call || task->outside) {
		task->in_call = false;
		task->call.op = OP_UNKNOWN;
		task->call.object = -1;
		control->settle_due = true; /* it may as well have woken others */
	}
	drop_deadline(task);
	task->state = TASK_ASLEEP;
	task->slept++;
	task->since = control->decisions;
	watch_count(task);
	gate_hold(task);
	trace_event(EVENT_ASLEEP, task, 0);
	pending_note_stop(task, state == 'T');
}

/*
 * Without the gate a sleep is believed when it is still one after the thread was seen inside a
 * system call; with it nobody could have woken the task since it was looked at. Who is parked
 * sleeps in no call: whoever hands the turn over to it has named it and not yet woken it.
 */
static bool sleep_confirmed(const struct task *task)
{
	uint64_t arguments[6];
	long number;

	if (control->gated)
		return true;
	/* libc takes away the child that could not run the program: that takes no time. */
	if (control->heap.looking || (task->call.op == OP_SPAWN && task->in_runtime))
		return false;
	number = proc_syscall(task->pid, task->tid, arguments);
	if (number == SYS_futex && arguments[0] == (uintptr_t)&task->go)
		return false;
	return number != -1 && watch_state(task) == 'S';
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

/* Of CPU time, 1/100 s each, in one step: then it does not end. */
static uint64_t ticks_limit(void)
{
	if (control->program.expected)
		return PROGRAM_STEP_US / US_PER_TICK;
	return TICKS_LIMIT * (unsigned)checker_slowness();
}

int watch_turn(void)
{
	uint64_t began = 0, ticks = 0;
	unsigned round;
	struct task *task;
	uint32_t heard;
	char state;
	int turn;

	for (round = 0;; round++) {
		heard = __atomic_load_n(&control->bell, __ATOMIC_ACQUIRE);
		turn = __atomic_load_n(&control->turn, __ATOMIC_ACQUIRE);
		intact_require(false);
		if (turn == TURN_SUPERVISOR)
			return control->requester;
		task = &control->tasks[turn];
		if (death_of_replaced(task))
			continue;
		state = state_and_ticks(task, &ticks);
		switch (state) {
		case 'S':
		case 'T':
			/* What it waits for may be on its way. The turn last: it was given back? */
			if (!loopback_settle() && !outside_is_busy(task) &&
			    (state == 'T' || sleep_confirmed(task)) &&
			    __atomic_load_n(&control->turn, __ATOMIC_ACQUIRE) == turn) {
				fell_asleep(task, state);
				return turn;
			}
			break;
		case 'X':
		case 'Z':
			if (__atomic_load_n(&control->turn, __ATOMIC_ACQUIRE) != turn)
				break;
			pending_settle(); /* it may have killed others besides itself */
			death_await(task);
			return turn;
		default:
			break;
		}
		began = began ? began : ticks + 1;
		if (ticks + 1 > began + ticks_limit()) {
			step_does_not_end(task);
			return turn;
		}
		wait_for_bell(heard, round);
	}
}

/* Of a program that has not joined, and sleeps: it may not be one that can. */
static bool sleeps_outside(struct task *task)
{
	if (!task->outside || watch_state(task) != 'S' || !sleep_confirmed(task))
		return false;
	if (__atomic_load_n(&task->state, __ATOMIC_ACQUIRE) == TASK_BORN)
		fell_asleep(task, 'S');
	return true;
}

void watch_births(void)
{
	unsigned round;
	uint32_t i;

	for (round = 0;; round++) {
		bool born = true;

		for (i = 0; i < control->task_count; i++)
			if (__atomic_load_n(&control->tasks[i].state, __ATOMIC_ACQUIRE) ==
				    TASK_BORN &&
			    !sleeps_outside(&control->tasks[i]))
				born = false;
		if (born)
			return;
		if (round % 16 == 15)
			(void)death_find();
		watch_pause(round);
	}
}

static void was_woken(struct task *task)
{
	trace_event(EVENT_WOKEN, task, 0);
	task->since = control->decisions;
	if (task->state == TASK_ASLEEP || control->gated) {
		/* It may be out of its call already: the gate is open while the supervisor naps. */
		task->returned = task->state != TASK_ASLEEP;
		task->state = TASK_WOKEN;
		task->woke++;
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
		pending_note_stop(task, true);
		return true;
	case 'S':
		if (!control->gated && task->state == TASK_ASLEEP && !sleep_confirmed(task))
			return false;
		pending_note_stop(task, false);
		if (__atomic_load_n(&task->state, __ATOMIC_ACQUIRE) == TASK_PARKED)
			was_woken(task);
		else if (!control->gated)
			drop_deadline(task); /* it may have come out of one sleep into another */
		return true;
	case 'R':
		if (!control->gated)
			return false;
		pending_note_stop(task, false);
		was_woken(task);
		return true;
	case 'D':
		return false;
	default: /* dying, or dead and about to be reaped */
		return death_reap() > 0 || (death_find() && task_is_over(task));
	}
}

void watch_settle(void)
{
	unsigned wait = 0;
	uint32_t i;

	if (!control->settle_due)
		return;
	control->settle_due = false;
	pending_settle();
	outside_settle();
	while (!death_find())
		watch_pause(wait++);
	(void)loopback_settle();
	for (i = 0; control->asleep && i < control->task_count; i++) {
		struct task *task = &control->tasks[i];
		unsigned round = 0;

		if (!task->counted || task->state == TASK_WOKEN || task->state == TASK_SPINNING)
			continue;
		while (!look_at_sleeper(task))
			watch_pause(round++);
	}
	pending_settle(); /* without the gate: of who came out of a sleep just now */
	control->settle_due = false;
}
