/* SPDX-License-Identifier: Apache-2.0 */
#include "search/exhaustive_step.h"

#include "search/exhaustive_memory.h"
#include "search/exhaustive_reach.h"

#include <errno.h>
#include <string.h>

static struct explore *explore(void)
{
	return &control->explore;
}

/* ---- Before -------------------------------------------------------------------------------- */

uint64_t exhaustive_step_others(const struct explore_step *step)
{
	uint64_t hash = 0;
	uint32_t i, j;

	for (i = 0; i < step->touch_count; i++) {
		const struct object *object = exhaustive_reach_at(&step->touches[i]);

		for (j = 0; object && j < control->task_count; j++)
			if ((int)j != step->task && object->held[j])
				hash = random_join(random_join(hash, j), (uint16_t)object->held[j]);
	}
	return hash;
}

void exhaustive_step_open(struct explore_step *step, const struct task *task)
{
	const struct call *call = &task->call;

	*step = (struct explore_step){ .op = (uint16_t)call->op,
				       .task = (int8_t)task_number(task),
				       .process = task->process,
				       .state = (uint8_t)task->state,
				       .asks = (op_flags(call->op) & OP_PURE) ||
					       (call->op == OP_KILL && call->amount == 0) };
	exhaustive_reach_open(step, call);
	step->key = random_join(call->site, random_join(call->op, (uint64_t)task->state));
	if (step->touch_count)
		step->key = random_join(step->key, step->touches[0].first);
	/* Each step moves the clock: whether a time has come depends on all of them. */
	if (control->timer_ns || (call->deadline_ns && task->state == TASK_PARKED &&
				  control->now_ns >= call->deadline_ns))
		step->flags |= EXPLORE_ALL;
	if (task->state == TASK_WOKEN)
		step->flags |= EXPLORE_FLIGHT;
	step->others = exhaustive_step_others(step);
}

void exhaustive_step_reopen(struct explore_step *step, const struct task *task,
			    const struct explore_step *taken)
{
	unsigned i;

	exhaustive_step_open(step, task);
	step->flags |= taken->flags;
	step->wakes = taken->wakes;
	step->news = taken->news;
	/* What it touched besides what it announces has a number of that execution. */
	if (step->touch_count != taken->touch_count || step->op != taken->op)
		step->flags |= EXPLORE_ALL;
	for (i = 0; i < step->touch_count; i++)
		step->touches[i].writes = taken->touches[i].writes;
}

/* ---- After --------------------------------------------------------------------------------- */

/* What the trace tells of a step. */
struct outcome {
	bool returned, slept, ended;
	int error;
	int64_t result;
};

static void unknown(struct explore_step *step)
{
	step->flags |= EXPLORE_ALL;
	step->news = true;
}

static void own_event(struct explore_step *step, struct outcome *outcome, const struct event *event)
{
	switch (event->kind) {
	case EVENT_RETURN:
		if (event->op == step->op) {
			outcome->returned = true;
			outcome->error = event->error;
			outcome->result = event->value;
		} else if (!exhaustive_reach_is_private(event->op)) {
			unknown(step);
		}
		break;
	case EVENT_ASLEEP:
		outcome->slept = true;
		break;
	case EVENT_MARK:
		step->flags |= EXPLORE_MARKS;
		break;
	case EVENT_EXIT:
		step->flags |= EXPLORE_MARKS;
		outcome->ended = true;
		break;
	case EVENT_OPERATION:
		step->flags |= EXPLORE_CALLS;
		break;
	case EVENT_RESULT:
		step->flags |= EXPLORE_RETURNS;
		break;
	case EVENT_CALL: /* of the step that comes next */
	case EVENT_SWITCH:
	case EVENT_TIMEOUT:
	case EVENT_ACCESS:
		break;
	default:
		unknown(step);
	}
}

/* Whoever is woken waited for something that the step touched; else we do not know for what. */
static void woke(struct explore_step *step, unsigned number)
{
	struct explore_step other;

	exhaustive_step_open(&other, &control->tasks[number]);
	other.flags &= ~(uint32_t)EXPLORE_FLIGHT;
	if (!control->gated || !exhaustive_step_depends(step, &other))
		unknown(step);
	step->wakes |= task_bit((int)number);
	step->flags |= EXPLORE_FLIGHT;
}

/* Without what may differ although nothing does: the time, and the numbers of objects. */
static void note_effect(struct explore_step *step, const struct event *event)
{
	bool told = event->kind != EVENT_CALL && event->kind != EVENT_TIMEOUT;
	uint64_t what = (uint64_t)event->kind | (uint64_t)event->task << 8 |
			(uint64_t)event->op << 16 | (uint64_t)(uint16_t)event->error << 32;

	if (event->kind == EVENT_SWITCH || event->kind == EVENT_ACCESS)
		return;
	step->effect =
		random_join(step->effect, random_join(what, told ? (uint64_t)event->value : 0));
}

static void read_trace(struct explore_step *step, struct outcome *outcome)
{
	uint32_t i, end = control->event_count;

	if (end > EVENTS_MAX) {
		unknown(step);
		end = EVENTS_MAX;
	}
	for (i = explore()->event; i < end; i++) {
		const struct event *event = &control->events[i];

		note_effect(step, event);
		if (event->task == step->task)
			own_event(step, outcome, event);
		else if (event->kind == EVENT_WOKEN && event->task < control->task_count)
			woke(step, event->task);
		else if (event->kind != EVENT_SWITCH && event->kind != EVENT_FINDING)
			unknown(step);
	}
	explore()->event = control->event_count;
}

/* What the kernel takes back when the task ends. */
static void note_lent(const struct explore_step *step)
{
	uint32_t i;

	for (i = 0; i < control->object_count; i++) {
		if (control->objects[i].lent[step->process] == 0)
			continue;
		if (i >= 64)
			explore()->lent[step->task] = UINT64_MAX;
		else
			explore()->lent[step->task] |= task_bit(exhaustive_reach_set((int)i));
	}
}

static void close_end(struct explore_step *step)
{
	const struct task *task = &control->tasks[step->task];
	uint64_t lent = explore()->lent[step->task];
	uint32_t i;

	step->flags |= EXPLORE_ENDS;
	if (task->parent >= 0 || lent == UINT64_MAX)
		step->flags |= EXPLORE_ALL;
	for (i = 0; i < control->task_count; i++)
		if ((int)i != step->task && control->tasks[i].process == task->process)
			step->flags |= EXPLORE_ALL;
	for (; lent && !(step->flags & EXPLORE_ALL); lent &= lent - 1)
		exhaustive_reach_object(step, __builtin_ctzll(lent), true);
}

static void close_checks(struct explore_step *step)
{
	if (control->notes.judged == explore()->judged_before)
		return;
	explore()->judged_before = control->notes.judged;
	step->flags |= EXPLORE_JUDGED;
	if (control->notes.looks & EXPLORE_LOOK_MARKS)
		step->flags |= EXPLORE_SEES_MARKS;
	if (control->notes.looks & EXPLORE_LOOK_OBJECTS)
		step->flags |= EXPLORE_SEES_OBJECTS;
}

/* It tried, and was told at once that it cannot have it. */
static bool has_failed(const struct explore_step *step, const struct outcome *outcome)
{
	if (control->tasks[step->task].state == TASK_SPINNING)
		return true;
	if (!outcome->returned || outcome->slept || step->state != TASK_PARKED)
		return false;
	return outcome->error == EAGAIN || outcome->error == EBUSY || outcome->error == ENOMSG;
}

/* It has asked whether anything is there, and nothing was. */
static bool found_nothing(unsigned op, const struct outcome *outcome)
{
	if (!outcome->returned || outcome->result != 0)
		return false;
	return op == OP_POLL || op == OP_SELECT || op == OP_EPOLL_WAIT || op == OP_WAIT;
}

/* An error, a wait for a time, and who holds a lock: nothing new for who looks on. */
static void close_operation(struct explore_step *step, const struct outcome *outcome)
{
	bool failed = has_failed(step, outcome);
	bool timed = outcome->slept && control->tasks[step->task].call.deadline_ns;
	unsigned i;

	if (exhaustive_reach_is_access(step->op) || exhaustive_reach_is_private(step->op))
		return;
	for (i = 0; failed && i < step->touch_count; i++)
		step->touches[i].writes = false;
	if (outcome->error == EOWNERDEAD)
		step->news = true;
	else if (!failed && !timed && !step->asks && !outcome->error &&
		 !found_nothing(step->op, outcome) && !exhaustive_reach_is_lock(step->op))
		step->news = true;
}

void exhaustive_step_close(struct explore_step *step)
{
	const uint32_t seen = EXPLORE_MARKS | EXPLORE_CALLS | EXPLORE_RETURNS;
	struct outcome outcome = { 0 };

	read_trace(step, &outcome);
	exhaustive_memory_compare(step);
	if (exhaustive_reach_is_lock(step->op) || (step->flags & EXPLORE_DESCRIPTOR))
		note_lent(step);
	if (outcome.ended)
		close_end(step);
	close_operation(step, &outcome);
	close_checks(step);
	/* A sleep that did not come about was over already, by the clock. */
	if (control->notes.clock_read || (step->op == OP_SLEEP && step->state == TASK_PARKED &&
					  outcome.returned && !outcome.slept))
		unknown(step);
	control->notes.clock_read = false;
	step->news |= control->timer_ns || (step->flags & seen);
}

void exhaustive_step_begin(void)
{
	explore()->event = 0;
	explore()->judged_before = control->notes.judged;
	control->notes.clock_read = false;
	memset(explore()->lent, 0, sizeof(explore()->lent));
	exhaustive_memory_begin();
}

/* ---- Two steps ----------------------------------------------------------------------------- */

static bool touches_collide(const struct explore_step *a, const struct explore_step *b)
{
	unsigned i, j;

	for (i = 0; i < a->touch_count; i++)
		for (j = 0; j < b->touch_count; j++)
			if ((a->touches[i].writes || b->touches[j].writes) &&
			    a->touches[i].first < b->touches[j].end &&
			    b->touches[j].first < a->touches[i].end)
				return true;
	return false;
}

static bool changes_some(const struct explore_step *step, bool objects)
{
	unsigned i;

	for (i = 0; i < step->touch_count; i++)
		if (step->touches[i].writes &&
		    (step->touches[i].first >= EXHAUSTIVE_OBJECTS) == objects)
			return true;
	return false;
}

/* Whether what `a` looks at beyond its own touches is what `b` changes. */
static bool sees(const struct explore_step *a, const struct explore_step *b)
{
	if ((a->flags & (EXPLORE_READS | EXPLORE_JUDGED)) && changes_some(b, false))
		return true;
	if ((a->flags & EXPLORE_JUDGED) && (b->flags & EXPLORE_FLIGHT))
		return true;
	if ((a->flags & EXPLORE_SEES_MARKS) && (b->flags & EXPLORE_MARKS))
		return true;
	if ((a->flags & EXPLORE_SEES_OBJECTS) && changes_some(b, true))
		return true;
	if ((a->flags & EXPLORE_CALLS) && (b->flags & EXPLORE_RETURNS))
		return true;
	return (a->flags & EXPLORE_ENDS) && (b->flags & EXPLORE_DESCRIPTOR);
}

bool exhaustive_step_depends(const struct explore_step *a, const struct explore_step *b)
{
	if (a->process == b->process || ((a->flags | b->flags) & EXPLORE_ALL))
		return true;
	return touches_collide(a, b) || sees(a, b) || sees(b, a);
}
