/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decide.h"

#include "core/store_buffer.h"
#include "core/strategy.h"
#include "core/timers.h"

#include <string.h>

enum {
	WAITS_MAX = 64, /* steps without progress that a store, or time, may wait */
	VAIN_MAX = 16,	/* decisions in a row at which nobody asked for others */
	WOKEN_STEPS = 1024,
};

/* It waits for what the harness sees come: a time, or a change of an object. */
static bool has_come(const struct task *task)
{
	if (task->interrupted)
		return true;
	if (task->state == TASK_TIMED)
		return control->now_ns >= task->call.deadline_ns;
	return task->call.object >= 0 &&
	       (int)control->objects[task->call.object].version != task->spin_version;
}

static inline __attribute__((always_inline)) bool can_run(const struct task *task)
{
	const unsigned now = 1u << TASK_PARKED | 1u << TASK_WOKEN;
	const unsigned later = 1u << TASK_TIMED | 1u << TASK_SPINNING;

	if (task->stopped || task->delayed)
		return false;
	return (now >> task->state & 1) || ((later >> task->state & 1) && has_come(task));
}

static inline __attribute__((always_inline)) uint64_t ready_tasks(void)
{
	uint64_t ready = 0;
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (can_run(&control->tasks[i]))
			ready |= task_bit((int)i);
	return ready;
}

uint64_t decide_ready(void)
{
	return ready_tasks();
}

/* Tasks whose wait a time-out could end now. */
static uint64_t timed_tasks(uint64_t ready)
{
	uint64_t timed = 0;
	uint32_t i;

	for (i = 0; (control->timed || control->timer_ns) && i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (task->stopped || task->delayed)
			continue;
		if (timers_could_wake(task) ||
		    (task->call.deadline_ns &&
		     (task->state == TASK_TIMED || task->state == TASK_ASLEEP)))
			timed |= task_bit((int)i);
	}
	return timed & ~ready;
}

/* When time can move the task: at its deadline, or at the next timer. */
static uint64_t moved_at(const struct task *task)
{
	uint64_t deadline_ns = task->call.deadline_ns;

	if (!deadline_ns || (deadline_ns > control->timer_ns && timers_could_wake(task)))
		return control->timer_ns;
	return deadline_ns;
}

/* Of those that only time can move: the earliest, the lowest task among equals. */
static int earliest(uint64_t timed)
{
	int best = -1;
	int i;

	for (i = 0; i < TASKS_MAX && timed >> i; i++)
		if ((timed & task_bit(i)) &&
		    (best < 0 || moved_at(&control->tasks[i]) < moved_at(&control->tasks[best])))
			best = i;
	return best;
}

/* Who yields lets the next one run, in the order of the tasks: a loop that yields lets all run. */
static int after(int current, uint64_t ready)
{
	uint64_t higher = ready & ~((task_bit(current) << 1) - 1);

	return __builtin_ctzll(higher ? higher : ready);
}

/*
 * Half of what makes a livelock has gone by without progress. Whoever asks again and again, by a
 * call that neither sleeps nor yields, may wait for others or for time: now and then these come
 * first, so that what is then called a livelock is no fault of the schedule.
 */
static bool is_late(void)
{
	return control->idle_steps > control->limit_steps / 2;
}

/*
 * Half of the time, who is woken comes first at once: else, in the same step of each round of a
 * loop, it might find each time that the lock it wants is taken again.
 */
static bool woken_are_due(void)
{
	return control->woken && control->idle_steps / WOKEN_STEPS % 2;
}

static bool asks_in_vain(void)
{
	return is_late() && (control->kept >= VAIN_MAX || woken_are_due());
}

static bool time_is_due(void)
{
	return is_late() && control->idle_steps % WAITS_MAX == WAITS_MAX - 1;
}

static int standard(int current, uint64_t ready, uint64_t timed, bool yields)
{
	bool alone = yields && ready == task_bit(current);

	/* Who spins alone waits for time to pass. */
	if (timed &&
	    (time_is_due() || (alone && (asks_in_vain() || control->tasks[current].spins))))
		return earliest(timed);
	if (yields)
		return after(current, ready);
	if (current >= 0)
		return current;
	return ready ? __builtin_ctzll(ready) : earliest(timed);
}

static void record(int at, int target)
{
	struct recorded_switch *entry;

	if (control->recorded_count == RECORDED_MAX) {
		control->recorded_full = true;
		return;
	}
	entry = &control->recorded[control->recorded_count++];
	entry->task = at >= 0 ? (uint8_t)at : UINT8_MAX;
	entry->target = (uint16_t)target;
	entry->op_kind = at >= 0 ? (uint16_t)control->tasks[at].call.op : OP_NONE;
	entry->op = at >= 0 ? control->tasks[at].op : 0;
	entry->pass = at >= 0 ? control->tasks[at].pass : control->decisions;
}

static void count_decision(int at)
{
	control->decisions++;
	if (at >= 0)
		control->tasks[at].pass++;
}

static bool all_spin(uint64_t ready)
{
	for (; ready; ready &= ready - 1)
		if (!control->tasks[__builtin_ctzll(ready)].spins)
			return false;
	return true;
}

/*
 * No store waits for ever. The standard is that one arrives when nobody can go on but by what waits
 * in somebody's buffer: whoever could run spins, or waits in a way that is not seen to be a spin.
 */
static int due_store(uint64_t ready)
{
	if (!all_spin(ready) && control->idle_steps % WAITS_MAX != WAITS_MAX - 1)
		return -1;
	return TARGET_STORES + __builtin_ctzll(control->buffered);
}

/* Stores that wait arrive as the strategy likes, each a decision of its own. */
static void let_stores_arrive(int current, int at)
{
	while (control->buffered) {
		uint64_t ready = decide_ready() | (current >= 0 ? task_bit(current) : 0);
		int standard = due_store(ready), chosen = standard;
		const struct strategy *strategy = strategy_now();

		if (strategy->store && chosen < 0)
			chosen = strategy->store(&control->decider, at);
		if (chosen < 0)
			return;
		if (chosen != standard)
			record(at, chosen);
		store_buffer_arrive(&control->tasks[chosen % TASKS_MAX],
				    (unsigned)(chosen / TASKS_MAX - 1));
		if (current >= 0)
			control->tasks[current].spins = false;
		count_decision(at);
	}
}

/* Of the choices that there are, if there are two or more. */
static int choose(int current, int at, uint64_t ready)
{
	struct choice choice = { .current = current, .at = at, .ready = ready };
	uint64_t all;
	int next;

	choice.timed = timed_tasks(choice.ready);
	choice.in_vain = current >= 0 && (asks_in_vain() || (choice.timed && time_is_due()));
	choice.yields = current >= 0 && (control->tasks[current].call.op == OP_YIELD ||
					 control->tasks[current].spins || choice.in_vain);
	choice.standard = standard(current, choice.ready, choice.timed, choice.yields);
	if (choice.standard < 0)
		return -1;
	all = choice.ready | choice.timed;
	next = choice.standard;
	if ((all & (all - 1)) || strategy_now()->always) {
		next = strategy_now()->next(&control->decider, &choice);
		control->decider.count++;
		if (choice.in_vain && strategy_now()->blind)
			next = choice.standard;
		if (next != choice.standard)
			record(at, next);
	}
	control->kept = current < 0 || choice.yields ? 0 : control->kept + 1;
	count_decision(at);
	return next;
}

int decide(int current, int at)
{
	uint64_t ready;

	if (control->buffered)
		let_stores_arrive(current, at);
	ready = ready_tasks();
	if (current < 0)
		return choose(current, at, ready);
	ready |= task_bit(current);
	if (ready != task_bit(current) || control->timed || control->timer_ns ||
	    strategy_now()->always)
		return choose(current, at, ready);
	/* Nobody else can run: there is nothing to choose. */
	count_decision(at);
	return current;
}

uint32_t decide_quiet(int current)
{
	const struct strategy *strategy = strategy_now();

	if (!control->brief || control->fingerprint || control->memory != SABOT_SC ||
	    control->shots_open || control->timer_ns || control->settle_due || !strategy->quiet)
		return 0;
	return strategy->quiet(&control->decider, &control->tasks[current]);
}

static bool shot_hits(const struct shot *shot, const struct task *task)
{
	const struct plan_fault *plan = &shot->plan;

	if (task->name_hash != shot->victim_hash || task->op != plan->op || task->stopped ||
	    control->decisions - task->since < plan->after)
		return false;
	switch (plan->where) {
	case PLAN_AT_POINT:
		return task->state == TASK_PARKED || task->state == TASK_SPINNING;
	case PLAN_ASLEEP:
		return (task->state == TASK_ASLEEP || task->state == TASK_TIMED) &&
		       task->slept == plan->again + 1;
	case PLAN_WOKEN:
		return task->state == TASK_WOKEN && task->woke == plan->again + 1;
	case PLAN_WHERE_COUNT:
		break;
	}
	return false;
}

struct shot *decide_shot(int at)
{
	uint32_t i, j;

	(void)at;
	for (i = 0; control->shots_open && i < control->shot_count; i++) {
		struct shot *shot = &control->shots[i];

		if (shot->state == SHOT_CONFIRMED && shot->hold &&
		    (control->decisions - shot->fired >= shot->hold ||
		     (shot->until_ns && control->now_ns >= shot->until_ns)))
			return shot;
		for (j = 0; shot->state == SHOT_ARMED && j < control->task_count; j++)
			if (shot_hits(shot, &control->tasks[j]))
				return shot;
	}
	return NULL;
}
