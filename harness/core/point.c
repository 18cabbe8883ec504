/* SPDX-License-Identifier: Apache-2.0 */
#include "core/point.h"

#include "core/decide.h"
#include "core/free.h"
#include "core/trace.h"
#include "os/sys.h"

#include <string.h>

void (*point_run_held)(struct task *task);
void (*point_before_strike)(struct task *task);

static void wait_for_turn(struct task *task)
{
	/* Pairs with the store in grant(): what the granter wrote before is seen after. */
	while (__atomic_load_n(&task->go, __ATOMIC_ACQUIRE) == 0)
		(void)sys_futex_wait(&task->go, 0, NULL);
	if (task->held_count && point_run_held)
		point_run_held(task);
}

bool point_has_turn(const struct task *task)
{
	return free_on() || __atomic_load_n(&control->turn, __ATOMIC_ACQUIRE) == task_number(task);
}

void point_wait(struct task *task)
{
	if (free_on()) {
		free_start(task);
		return;
	}
	__atomic_store_n(&task->go, 0, __ATOMIC_RELAXED);
	task->state = TASK_PARKED;
	task->since = control->decisions;
	wait_for_turn(task);
}

void point_return(struct task *task)
{
	if (task->state != TASK_WOKEN) {
		point_wait(task);
		return;
	}
	__atomic_store_n(&task->go, 0, __ATOMIC_RELAXED);
	task->returned = true;
	wait_for_turn(task);
}

void point_ring(void)
{
	if (control->gated || free_on())
		return;
	__atomic_fetch_add(&control->bell, 1, __ATOMIC_RELEASE);
	(void)sys_futex_wake(&control->bell, 1);
}

static void park_for(struct task *task, enum request_kind kind)
{
	__atomic_store_n(&task->go, 0, __ATOMIC_RELAXED);
	task->state = TASK_PARKED;
	control->request = kind;
	control->requester = task_number(task);
	/* The supervisor reads the request once it sees that the turn is its own. */
	__atomic_store_n(&control->turn, TURN_SUPERVISOR, __ATOMIC_RELEASE);
	point_ring();
}

/* Of what a task asks the supervisor for there is nothing to do here but to end, and to let others
 * run. */
static void request_free(struct task *task, enum request_kind kind)
{
	if (kind == REQUEST_FINDING || control->over)
		free_stop(task);
	if (kind == REQUEST_SPIN)
		sys_yield();
}

void point_request(struct task *task, enum request_kind kind)
{
	if (free_on()) {
		request_free(task, kind);
		return;
	}
	park_for(task, kind);
	wait_for_turn(task);
}

void point_leave(struct task *task)
{
	if (free_on())
		free_leave(task);
	else
		park_for(task, REQUEST_ENDED);
}

bool point_is_held(const struct task *task)
{
	return control->waits_at_end[0] && !strcmp(control->waits_at_end, task->name);
}

void point_hold(struct task *task)
{
	if (!point_is_held(task) || free_on())
		return;
	task->in_runtime = true;
	control->over = true;
	for (;;)
		point_request(task, REQUEST_FINDING);
}

static void hand_over(struct task *from, struct task *to)
{
	__atomic_store_n(&from->go, 0, __ATOMIC_RELAXED);
	trace_event(EVENT_SWITCH, to, task_number(from));
	to->state = TASK_RUNNING;
	control->last_ran = task_number(to);
	__atomic_store_n(&control->turn, task_number(to), __ATOMIC_RELAXED);
	__atomic_store_n(&to->go, 1, __ATOMIC_RELEASE);
	(void)sys_futex_wake(&to->go, 1);
	wait_for_turn(from);
}

static inline __attribute__((always_inline)) bool is_stuck(struct task *task)
{
	if (++control->idle_steps <= control->limit_steps)
		return false;
	control_find(KIND_LIVELOCK, task_number(task), "livelock",
		     "%u steps without progress; the last was %s by %s", control->idle_steps - 1,
		     op_name(task->call.op), task->name);
	return true;
}

/* What lies on the way of each point is inlined into both kinds of it. */
static inline __attribute__((always_inline)) void arrive(struct task *task)
{
	control->steps++;
	control->now_ns += STEP_NS;
	task->op++;
	task->pass = 0;
	task->slept = task->woke = 0;
	task->since = control->decisions;
	task->state = TASK_PARKED;
	trace_arrival(task);
	if (control->looks_at_heap)
		point_before_strike(task);
}

/* Something is due that only the supervisor can do. */
static inline __attribute__((always_inline)) bool supervisor_is_due(const struct task *task)
{
	return (control->settle_due && control->asleep) ||
	       (control->timer_ns && control->now_ns >= control->timer_ns) ||
	       (control->shots_open && decide_shot(task_number(task)));
}

static inline __attribute__((always_inline)) void choose(struct task *task)
{
	int next = decide(task_number(task), task_number(task));

	if (next == task_number(task)) {
		task->state = TASK_RUNNING;
	} else if (control->tasks[next].state == TASK_PARKED) {
		hand_over(task, &control->tasks[next]);
	} else {
		control->chosen = next;
		point_request(task, REQUEST_RUN);
	}
}

void point_pass(struct task *task)
{
	if (free_on()) {
		free_pass(task);
		return;
	}
	arrive(task);
	control->stores++; /* what a call changes is not seen */
	task->quiet = 0;
	if (is_stuck(task)) {
		point_request(task, REQUEST_FINDING);
		return;
	}
	if (supervisor_is_due(task)) {
		point_request(task, REQUEST_DECIDE);
		return;
	}
	if (control->judge)
		control->judge(control, SABOT_WHEN_SETTLED);
	if (control->over) {
		point_request(task, REQUEST_FINDING);
		return;
	}
	choose(task);
}

void point_access(struct task *task, bool idle)
{
	arrive(task);
	if ((idle && is_stuck(task)) || control->over)
		point_request(task, REQUEST_FINDING);
	else if (supervisor_is_due(task))
		point_request(task, REQUEST_DECIDE);
	else
		choose(task);
}
