/* SPDX-License-Identifier: Apache-2.0 */
#include "check/wakeup.h"

#include "check/graph_look.h"
#include "core/trace.h"

#include <string.h>

/* What the trace says of the signals of one condition variable. */
struct signals {
	uint64_t waiting; /* tasks that slept in it */
	int lost_by;	  /* who signalled last, if nobody waited then; else -1 */
	uint32_t lost_at;
	uint32_t idle_at; /* the last event of the task in question before it began its wait */
};

static bool op_waits(unsigned op)
{
	return op == OP_COND_WAIT || op == OP_COND_TIMEDWAIT;
}

static bool op_signals(unsigned op)
{
	return op == OP_COND_SIGNAL || op == OP_COND_BROADCAST;
}

static void follow(struct signals *signals, const struct event *event, uint32_t at)
{
	uint64_t bit = event->task < TASKS_MAX ? task_bit(event->task) : 0;

	if (op_waits(event->op))
		switch (event->kind) {
		case EVENT_CALL:
			/* In free mode nobody saw it fall asleep: it may have waited from here on.
			 */
			if (control->free.on)
				signals->waiting |= bit;
			break;
		case EVENT_ASLEEP:
			signals->waiting |= bit;
			break;
		case EVENT_WOKEN:
		case EVENT_RETURN:
		case EVENT_DEATH:
			signals->waiting &= ~bit;
			break;
		default:
			break;
		}
	else if (op_signals(event->op) && event->kind == EVENT_RETURN) {
		signals->lost_by = signals->waiting ? -1 : event->task;
		signals->lost_at = at;
	}
}

static struct signals read_trace(int object, int task)
{
	struct signals signals = { .lost_by = -1 };
	uint32_t i;

	for (i = 0; i < trace_count(); i++) {
		const struct event *event = &control->events[i];

		if (event->task == task && event->kind == EVENT_RETURN)
			signals.idle_at = i;
		if (event->object == object)
			follow(&signals, event, i);
	}
	return signals;
}

static bool anybody_killed(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].state == TASK_DEAD)
			return true;
	return false;
}

static bool signal_lost(const struct graph_edge *edge, uint64_t *named, char *message, size_t size)
{
	const struct task *task = &control->tasks[edge->task];
	struct signals signals;
	char what[160], names[120];
	uint64_t taken;

	/* The mutex must be free: else whoever has it may still signal. */
	if (graph_logged((int)task->call.detail[0] - 1) & ~task_bit(edge->task))
		return false;
	graph_what(edge, what, sizeof(what));
	taken = graph_dead_woken(edge->object);
	if (taken) {
		*named |= taken;
		snprintf(message, size,
			 "%s waits for %s, whose signal went to %s, killed before it ran",
			 task->name, what, graph_names(taken, names, sizeof(names)));
		return true;
	}
	signals = read_trace(edge->object, edge->task);
	if (signals.lost_by < 0)
		return false;
	/*
	 * To signal when nobody waits is common and harmless. If somebody was killed, who may have
	 * been the one to signal, only a signal right before the wait is to blame.
	 */
	if (anybody_killed() && signals.lost_at < signals.idle_at)
		return false;
	*named |= task_bit(signals.lost_by);
	snprintf(message, size, "%s waits for %s, which %s signalled before, when nobody waited",
		 task->name, what, control->tasks[signals.lost_by].name);
	return true;
}

static bool op_awaits_signal(enum op op)
{
	return op == OP_PAUSE || op == OP_SIGSUSPEND;
}

/*
 * A handler ran after the task's last call and before it slept: what it looked at before was not
 * so any more. Of a handler that makes calls itself this cannot be told. Returns the signal, or 0.
 */
static int came_too_early(int task)
{
	int signo = 0;
	uint32_t i;

	for (i = 0; i < trace_count(); i++) {
		const struct event *event = &control->events[i];

		if (event->task != task)
			continue;
		if (event->kind == EVENT_HANDLER)
			signo = (int)event->value;
		else if (event->kind == EVENT_RETURN)
			signo = 0;
	}
	return signo;
}

static bool lost_to_handler(const struct graph_edge *edge, char *message, size_t size)
{
	int signo = came_too_early(edge->task);
	const char *name = signo ? sigabbrev_np(signo) : NULL;

	if (!signo)
		return false;
	snprintf(message, size, "%s waits in %s for a signal, and SIG%s was handled just before",
		 control->tasks[edge->task].name, op_name(edge->op), name ? name : "RT");
	return true;
}

bool wakeup_lost(const struct graph_edge *edge, uint64_t *named, char *message, size_t size)
{
	char what[160], names[120];
	const char *free_text;
	uint64_t woken;

	*named = task_bit(edge->task);
	if (edge->spins)
		return false;
	if (op_awaits_signal(edge->op) && !edge->free)
		return lost_to_handler(edge, message, size);
	if (!edge->free)
		return edge->how == GRAPH_ANYBODY && op_waits(edge->op) && edge->object >= 0 &&
		       !edge->returning && signal_lost(edge, named, message, size);
	woken = graph_dead_woken(edge->object);
	graph_what(edge, what, sizeof(what));
	/* A futex's text says itself that it is not as it was. */
	free_text = edge->op == OP_FUTEX_WAIT ? "" : graph_free(edge);
	if (woken)
		snprintf(message, size, "%s sleeps on %s%s: %s was woken for it and killed",
			 control->tasks[edge->task].name, what, free_text,
			 graph_names(woken, names, sizeof(names)));
	else
		snprintf(message, size, "%s sleeps on %s%s", control->tasks[edge->task].name, what,
			 free_text);
	*named |= woken;
	return true;
}
