/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/free.h"

#include "core/clock.h"
#include "core/fault.h"
#include "core/free.h"
#include "core/trace.h"
#include "exec/death.h"
#include "exec/rest.h"
#include "exec/start.h"
#include "exec/strike.h"
#include "exec/tick.h"
#include "exec/watch.h"
#include "os/checker.h"
#include "os/hot.h"
#include "os/sys.h"
#include "os/world.h"

#include <sys/wait.h>

#define LIMIT_NS	UINT64_C(3000000000) /* of real time, for one execution */
#define CENSUS_LIMIT_NS UINT64_C(20000000)

enum { LOOK_NS = 1000000, LOOK_SOON_NS = 20000, ROUNDS = 4 };

static uint64_t launched HOT; /* tasks that were let go */

/* ---- Births and deaths --------------------------------------------------------------------- */

static bool waits_at_line(uint32_t i)
{
	const struct task *task = &control->tasks[i];

	return task->parent < 0 && !task_is_over(task) && !(launched & task_bit((int)i)) &&
	       __atomic_load_n(&task->state, __ATOMIC_ACQUIRE) == TASK_PARKED;
}

/* All that are at the line; also those that a fault has started again. */
static void launch(void)
{
	uint64_t tasks = 0, left;
	uint32_t count, i;

	for (i = 0; i < control->task_count; i++)
		if (waits_at_line(i))
			tasks |= task_bit((int)i);
	if (!tasks)
		return;
	/* Only those that are there from the start meet at the line. */
	count = launched ? 0 : (uint32_t)__builtin_popcountll(tasks);
	control->free.rounds = count <= world_cpus() ? ROUNDS : 1;
	__atomic_store_n(&control->free.line, count, __ATOMIC_SEQ_CST);
	launched |= tasks;
	for (left = tasks; left; left &= left - 1) {
		struct task *task = &control->tasks[__builtin_ctzll(left)];

		__atomic_store_n(&task->go, 1, __ATOMIC_RELEASE);
		(void)sys_futex_wake(&task->go, 1);
	}
}

static void see_deaths(void)
{
	uint32_t i;

	(void)death_find();
	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (task->leaving && !task_is_over(task))
			death_await(task);
		if (!task_is_over(task) || (control->free.left & task_bit((int)i)))
			continue;
		free_break_lock((int)i);
		(void)free_all_left(task_bit((int)i));
	}
}

/* ---- Faults -------------------------------------------------------------------------------- */

static uint32_t steps_of_others(const struct shot *shot)
{
	uint32_t steps = 0, i;

	for (i = 0; i < control->task_count; i++)
		if ((int)i != shot->task)
			steps += control->tasks[i].op;
	return steps;
}

static void let_go(struct shot *shot)
{
	struct task *victim = &control->tasks[shot->task];

	strike_end_hold(shot, victim);
	__atomic_fetch_add(&victim->releases, 1, __ATOMIC_SEQ_CST);
	(void)sys_futex_wake(&victim->releases, 1);
}

/* What a victim has done to itself: has it come about? */
static void confirm(struct shot *shot)
{
	const struct fault_kind *kind = fault_kinds[shot->plan.kind];
	struct task *victim = &control->tasks[shot->task];
	char state = task_is_over(victim) ? 'X' : watch_state(victim);

	if (kind->in_call || !kind->confirm(shot, victim, state))
		return;
	shot->state = SHOT_CONFIRMED;
	shot->fired = steps_of_others(shot);
	if (kind->restarts && start_again(victim) != 0)
		shot->state = SHOT_REFUSED;
	if (!shot->hold)
		__atomic_fetch_sub(&control->shots_open, 1, __ATOMIC_SEQ_CST);
}

/* A place asleep is where the victim sleeps in the operation, whenever that is seen. */
static void strike_sleeper(struct shot *shot)
{
	uint32_t i;

	for (i = 0; shot->plan.where == PLAN_ASLEEP && i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (!task_is_over(task) && free_is_at(shot, task, false) && rest_sleeps(task)) {
			strike_fire(shot);
			return;
		}
	}
}

/* Returns whether something is about to happen that is to be seen soon. */
static bool see_faults(bool nobody_awake)
{
	bool soon = false;
	uint32_t i;

	for (i = 0; control->shots_open && i < control->shot_count; i++) {
		struct shot *shot = &control->shots[i];

		switch (__atomic_load_n(&shot->state, __ATOMIC_SEQ_CST)) {
		case SHOT_ARMED:
			strike_sleeper(shot);
			soon |= shot->plan.where == PLAN_ASLEEP;
			break;
		case SHOT_FIRED:
			confirm(shot);
			soon = true;
			break;
		case SHOT_CONFIRMED:
			if (shot->hold &&
			    (nobody_awake || steps_of_others(shot) - shot->fired >= shot->hold))
				let_go(shot);
			soon = true;
			break;
		default:
			break;
		}
	}
	return soon;
}

/* ---- What can be judged -------------------------------------------------------------------- */

static void judge(void)
{
	if (control->judge && !control->over)
		control->judge(control, SABOT_WHEN_SETTLED);
}

/* Takes back what was found in a state that did not last while it was looked at. */
static void judge_if_it_lasts(void)
{
	uint32_t checks = control->checks;
	bool was_over = control->over;

	judge();
	if (rest_lasted() || was_over)
		return;
	control->checks = checks;
	if (control->finding.kind == KIND_INVARIANT) {
		control->finding.kind = KIND_NONE;
		control->over = false;
	}
}

static void hold_census(void)
{
	uint64_t end_ns = sys_now_ns() + CENSUS_LIMIT_NS * (unsigned)checker_slowness();
	unsigned round = 0;

	while (!control->over && sys_now_ns() < end_ns) {
		see_deaths();
		(void)see_faults(false);
		if (rest_begin(true)) {
			judge_if_it_lasts();
			break;
		}
		watch_pause(round++);
	}
	__atomic_store_n(&control->free.census, 0, __ATOMIC_SEQ_CST);
	(void)sys_futex_wake(&control->free.census, TASKS_MAX);
}

/* All sleep, and nothing is to wake any of them. Then that is the state for ever: judges it. */
static bool is_stuck(void (*stuck)(void))
{
	uint32_t i;

	if (!rest_begin(false) || !rest_is_final() || !rest_lasted())
		return false;
	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (task_is_over(task) || (control->free.left & task_bit((int)i)))
			continue;
		task->state = TASK_ASLEEP;
		trace_event(EVENT_ASLEEP, task, 0);
	}
	judge();
	if (!control->over)
		stuck();
	return true;
}

/* ---- The execution ------------------------------------------------------------------------- */

/* Until something is to be seen, or it is time to look. Returns whether nobody told of anything. */
static bool wait_for_news(uint32_t heard, bool soon)
{
	struct timespec limit = { .tv_nsec = soon ? LOOK_SOON_NS : LOOK_NS };

	if (free_all_left(0) && !control->pool) {
		/* They end: the next of them is reaped when it has. */
		siginfo_t info;

		return sys_call(SYS_waitid, P_ALL, 0, (long)&info, WEXITED | WNOWAIT, 0, 0) != 0;
	}
	if (control->timer_ns && !soon) {
		uint64_t now_ns = clock_now(), timer_ns = control->timer_ns;
		uint64_t real_ns =
			timer_ns > now_ns ? (timer_ns - now_ns) / CLOCK_FREE_RATE + 1 : 1;

		if (real_ns < LOOK_NS)
			limit.tv_nsec = (long)real_ns;
	}
	return sys_futex_wait(&control->bell, heard, &limit) == -ETIMEDOUT;
}

static void see_timers(void)
{
	if (!control->timer_ns)
		return;
	control->now_ns = clock_now();
	tick();
}

static void sum_up(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		control->steps += control->tasks[i].op;
}

void free_supervise(void (*stuck)(void))
{
	uint64_t end_ns = sys_now_ns() + LIMIT_NS * (unsigned)checker_slowness();
	bool quiet = false;

	launched = 0;
	control->free.judges = control->judge != NULL;
	launch();
	for (;;) {
		uint32_t heard = __atomic_load_n(&control->bell, __ATOMIC_ACQUIRE);
		bool soon;

		see_deaths();
		soon = control->shots_open &&
		       see_faults(quiet && rest_begin(true) && rest_lasted());
		launch();
		if (control->over || control_all_over())
			break;
		see_timers();
		if (__atomic_load_n(&control->free.census, __ATOMIC_SEQ_CST))
			hold_census();
		if (quiet && is_stuck(stuck))
			break;
		if (sys_now_ns() > end_ns) {
			control->free.late = control->over = true;
			break;
		}
		quiet = wait_for_news(heard, soon);
	}
	sum_up();
}
