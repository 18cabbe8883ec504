/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/strike.h"

#include "core/fault.h"
#include "core/point.h"
#include "core/trace.h"
#include "exec/death.h"
#include "exec/gate.h"
#include "exec/pending.h"
#include "exec/start.h"
#include "exec/watch.h"

#include <errno.h>

int strike_arm(const struct plan_fault *fault)
{
	struct shot *shot;
	int error;

	if (control->shot_count == PLAN_FAULTS_MAX)
		return -ENOSPC;
	shot = &control->shots[control->shot_count];
	shot->plan = *fault;
	shot->victim_hash = random_text_hash(fault->victim);
	shot->task = -1;
	error = fault_kinds[fault->kind]->arm(shot);
	if (error)
		return error;
	shot->state = SHOT_ARMED;
	control->shot_count++;
	control->shots_open++;
	return 0;
}

static struct task *victim_of(const struct shot *shot)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].name_hash == shot->victim_hash)
			return &control->tasks[i];
	return NULL;
}

/* Lets all threads of the victim's process through, or (hold) bars those that sleep again. */
static void gate_process(const struct task *victim, bool hold)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (task->pid != victim->pid || task_is_over(task) || !task->counted ||
		    task->state == TASK_SPINNING)
			continue;
		if (hold)
			gate_hold(task);
		else
			gate_release(task);
	}
}

/* It goes on: what was sent to it meanwhile comes now. */
static void resume(struct task *victim)
{
	uint32_t i;

	pending_note_stop(victim, false);
	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].pid == victim->pid && !task_is_over(&control->tasks[i]))
			control->tasks[i].signalled = control->signals_due = true;
}

void strike_end_hold(struct shot *shot, struct task *victim)
{
	const struct fault_kind *kind = fault_kinds[shot->plan.kind];

	if (kind->takes_hold)
		gate_process(victim, true);
	(void)kind->disarm(shot, victim);
	if (kind->takes_hold && !task_is_over(victim))
		resume(victim);
	__atomic_fetch_sub(&control->shots_open, 1, __ATOMIC_RELAXED);
	control->settle_due = true;
}

static void take_effect(struct shot *shot, struct task *victim)
{
	const struct fault_kind *kind = fault_kinds[shot->plan.kind];
	unsigned round;
	char state;

	if (kind->takes_hold)
		gate_process(victim, false);
	for (round = 0;; round++) {
		/* Deaths only: who was woken by this one is seen after it, never before. */
		(void)death_find();
		state = task_is_over(victim) ? 'X' : watch_state(victim);
		if (kind->confirm(shot, victim, state))
			break;
		watch_pause(round);
	}
	if (kind->takes_hold && !task_is_over(victim))
		gate_process(victim, true);
}

static bool ends(const struct shot *shot)
{
	return shot->plan.kind == PLAN_KILL || shot->plan.kind == PLAN_RESTART;
}

void strike_fire(struct shot *shot)
{
	const struct fault_kind *kind = fault_kinds[shot->plan.kind];
	struct task *victim = victim_of(shot);
	bool struck;
	int error;

	if (shot->state == SHOT_CONFIRMED) {
		strike_end_hold(shot, victim);
		return;
	}
	if (ends(shot) && point_is_held(victim)) {
		control->over = true;
		return;
	}
	shot->state = SHOT_FIRED;
	shot->task = task_number(victim);
	shot->fired = control->decisions;
	trace_event(EVENT_FAULT, victim, shot - control->shots);
	control->idle_steps = 0;
	if (kind->in_call) {
		victim->struck = true;
		__atomic_fetch_sub(&control->shots_open, 1, __ATOMIC_RELAXED);
		return;
	}
	control->settle_due = true;
	error = kind->fire(shot, victim);
	struck = error == 0;
	fault_injure(victim);
	if (struck) {
		take_effect(shot, victim);
		shot->state = SHOT_CONFIRMED;
	} else if (error == -ENOENT) {
		shot->state = SHOT_REFUSED;
	}
	if (struck && kind->restarts && start_again(victim))
		shot->state = SHOT_FIRED;
	if (shot->hold && kind->takes_hold && !task_is_over(victim))
		pending_note_stop(victim, true);
	else if (!shot->hold || kind->takes_hold)
		__atomic_fetch_sub(&control->shots_open, 1, __ATOMIC_RELAXED);
}

bool strike_relent(void)
{
	uint32_t i;

	for (i = 0; i < control->shot_count; i++) {
		struct shot *shot = &control->shots[i];

		if (shot->state == SHOT_CONFIRMED && shot->hold) {
			strike_end_hold(shot, victim_of(shot));
			return true;
		}
	}
	return false;
}

void strike_disarm_all(void)
{
	while (strike_relent())
		continue;
}
