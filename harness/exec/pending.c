/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/pending.h"

#include "core/trace.h"
#include "exec/death.h"
#include "exec/gate.h"
#include "exec/watch.h"
#include "os/proc.h"
#include "os/signals.h"

enum fate { FATE_NONE, FATE_DIES, FATE_STOPS };

/* What the kernel will do to a thread that is held, before it reaches an instruction of its own. */
static enum fate fate_of(const struct task *task)
{
	struct proc_signals signals;
	uint64_t bare;

	if (proc_signals(task->pid, task->tid, &signals) != 0)
		return FATE_DIES;
	bare = signals.pending & ~signals.blocked & ~signals.caught & ~signals.ignored &
	       ~signals_that_pass();
	if (task->in_call && (task->call.op == OP_SIGWAIT || task->call.op == OP_SIGTIMEDWAIT))
		bare &= ~task->call.detail[0]; /* what it waits for, and takes */
	if (bare & ~signals_that_stop())
		return FATE_DIES;
	return bare ? FATE_STOPS : FATE_NONE;
}

void pending_note_stop(struct task *task, bool stopped)
{
	uint32_t i;

	if (task->stopped == stopped)
		return;
	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].pid == task->pid && !task_is_over(&control->tasks[i]))
			control->tasks[i].stopped = stopped;
	trace_event(stopped ? EVENT_STOPPED : EVENT_CONTINUED, task, 0);
}

static bool is_held(const struct task *task)
{
	return control->gated && task->counted && task->state != TASK_SPINNING;
}

/* Waits until the signals that the task got have done to it what needs none of its own
 * instructions. */
static void wait_for_fate(const struct task *task)
{
	bool released = false;
	unsigned round;

	for (round = 0;; round++) {
		char state = watch_state(task);

		if (state == 'S' || state == 'T' || state == 'Z' || state == 'X')
			break;
		if (state == 'R' && is_held(task) && !released) {
			switch (fate_of(task)) {
			case FATE_NONE:
				return; /* it has been woken: by a handler's signal, or to go on */
			case FATE_DIES:
				death_let(task);
				break;
			case FATE_STOPS:
				gate_release(task);
				break;
			}
			released = true;
		}
		watch_pause(round);
	}
	if (released)
		gate_hold(task);
}

static void take_note(struct task *task)
{
	char state = watch_state(task);

	if (state == 'Z' || state == 'X')
		death_await(task);
	else
		pending_note_stop(task, state == 'T');
}

/* One round; without the gate, who is waited for in it may send to others. */
static void settle(void)
{
	bool looked[TASKS_MAX] = { false };
	uint32_t i;

	control->signals_due = false;
	/* First all of them, so that the order in which they are told of is not that of their
	 * deaths. */
	for (i = 0; i < control->task_count; i++) {
		looked[i] = control->tasks[i].signalled;
		control->tasks[i].signalled = false;
		if (looked[i])
			wait_for_fate(&control->tasks[i]);
	}
	for (i = 0; i < control->task_count; i++)
		if (looked[i] && !task_is_over(&control->tasks[i]))
			take_note(&control->tasks[i]);
}

void pending_settle(void)
{
	while (control->signals_due)
		settle();
}

void pending_tell_parent(const struct task *child)
{
	uint32_t i;

	if (control->gated || child->parent < 0)
		return;
	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].pid == control->tasks[child->parent].pid &&
		    !task_is_over(&control->tasks[i]))
			control->tasks[i].signalled = control->signals_due = true;
}
