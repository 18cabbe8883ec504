/* SPDX-License-Identifier: Apache-2.0 */
#include "core/free.h"

#include "core/clock.h"
#include "core/fault.h"
#include "core/point.h"
#include "core/trace.h"
#include "os/sys.h"
#include "os/world.h"

#include <string.h>

enum {
	CENSUSES_MAX = 4,  /* of one execution */
	CENSUS_RARELY = 4, /* one point in so many asks for one */
	SPINS_MAX = 2000,  /* at the start line, until another task may need the CPU */
	STAGGER_BITS = 3,  /* in every other execution */
	STAGGER_BITS_MORE = 10,
	LINGER_BITS_MAX = 7,
	WARM_BYTES = 4096,
	LINE_BYTES = 64,
	OWNER_SUPERVISOR = TASKS_MAX + 1,
};

void free_begin(bool on)
{
	struct free_state *state = &control->free;

	memset(state, 0, sizeof(*state));
	state->on = on;
	state->censuses = CENSUSES_MAX;
	state->began_ns = on ? sys_now_ns() : 0;
}

void free_ring(void)
{
	__atomic_fetch_add(&control->bell, 1, __ATOMIC_SEQ_CST);
	(void)sys_futex_wake(&control->bell, 1);
}

/* ---- The start line ------------------------------------------------------------------------ */

static void pause_for(uint64_t pauses)
{
	while (pauses--)
		__builtin_ia32_pause();
}

/* So that not every execution begins alike: by a time that the seed tells, from none to some us. */
static void stagger(const struct task *task)
{
	struct random random;
	uint64_t bits, pauses;

	random_seed_stream(&random, control->seed, task->name_hash, control->execution,
			   random_text_hash("stagger"));
	bits = control->execution & 1 ? STAGGER_BITS : STAGGER_BITS_MORE;
	bits = random_below(&random, bits + 1);
	pauses = random_below(&random, UINT64_C(1) << bits);
	pause_for(pauses);
}

/*
 * Looks at the memory that it shares, so that all have it in their caches: then loads are answered
 * at once while stores have yet to be told to the others, which is where hardware reorders most.
 */
static void warm_up(void)
{
	const volatile char *shared = control->shared;
	size_t size = control->shared_size < WARM_BYTES ? control->shared_size : WARM_BYTES, i;

	for (i = 0; i < size; i += LINE_BYTES)
		(void)shared[i];
}

/* Until all have come, for the n-th time. */
static void wait_for_all(uint32_t times)
{
	struct free_state *state = &control->free;
	unsigned spins = 0;

	__atomic_fetch_add(&state->arrived, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&state->arrived, __ATOMIC_SEQ_CST) <
	       __atomic_load_n(&state->line, __ATOMIC_SEQ_CST) * times)
		if (++spins % SPINS_MAX)
			__builtin_ia32_pause();
		else
			sys_yield();
}

/*
 * Each begins on a CPU of its own, as far as there are any, and may be moved from then on. Of those
 * that meet, only the last is sure to run; so they meet again: whoever lost its CPU while it waited
 * has it by then.
 */
static void meet(const struct task *task)
{
	uint32_t times = 1, rounds = control->free.rounds;

	if (rounds > 1)
		world_run_on((unsigned)task_number(task) + (unsigned)control->execution);
	wait_for_all(times);
	if (rounds > 1)
		world_run_anywhere();
	while (times < rounds)
		wait_for_all(++times);
}

void free_start(struct task *task)
{
	/* One that a pool kept is over until the supervisor says otherwise. */
	if (task->state == TASK_BORN)
		__atomic_store_n(&task->state, TASK_PARKED, __ATOMIC_RELEASE);
	/* Pairs with the store of the supervisor: what it wrote before is seen after. */
	while (task->parent < 0 && !__atomic_load_n(&task->go, __ATOMIC_ACQUIRE))
		(void)sys_futex_wait(&task->go, 0, NULL);
	if (task->parent < 0) {
		warm_up();
		meet(task);
		stagger(task);
	}
	task->state = TASK_RUNNING;
}

bool free_all_left(uint64_t more)
{
	uint64_t left = __atomic_or_fetch(&control->free.left, more, __ATOMIC_SEQ_CST);
	uint32_t count = control->task_count;
	uint64_t all = count == TASKS_MAX ? ~UINT64_C(0) : task_bit((int)count) - 1;

	return (left & all) == all;
}

void free_leave(struct task *task)
{
	bool stays = control->pool && task->parent < 0 && !task->leaving && !task->lasting;

	__atomic_store_n(&task->go, 0, __ATOMIC_RELAXED);
	if (stays) {
		task->mark = 0;
		trace_event(EVENT_EXIT, task, 0); /* as if its process had ended */
	}
	__atomic_store_n(&task->state, stays ? TASK_ENDED : TASK_PARKED, __ATOMIC_RELEASE);
	if (free_all_left(task_bit(task_number(task))) ||
	    __atomic_load_n(&control->free.census, __ATOMIC_SEQ_CST))
		free_ring();
}

_Noreturn void free_stop(struct task *task)
{
	__atomic_store_n(&task->state, TASK_PARKED, __ATOMIC_RELEASE);
	free_ring();
	__atomic_store_n(&task->go, 0, __ATOMIC_RELAXED);
	for (;;)
		(void)sys_futex_wait(&task->go, 0, NULL);
}

/* ---- A census ------------------------------------------------------------------------------ */

static void take_part(struct task *task)
{
	__atomic_store_n(&task->state, TASK_PARKED, __ATOMIC_SEQ_CST);
	free_ring();
	while (__atomic_load_n(&control->free.census, __ATOMIC_SEQ_CST))
		(void)sys_futex_wait(&control->free.census, 1, NULL);
	task->state = TASK_RUNNING;
	if (control->over)
		free_stop(task);
}

/* Of this point, from the seed. */
static uint64_t hash_of(const struct task *task)
{
	uint64_t hash = random_mix(control->seed ^ random_mix(control->execution));

	return random_join(hash ^ task->name_hash, task->op);
}

static bool asks(uint64_t hash)
{
	uint32_t left;

	/* What is on its way over the loopback is in no task's hands. */
	if (!control->free.judges || !control->free.censuses || control->network)
		return false;
	if ((hash >> 32) % CENSUS_RARELY)
		return false;
	left = __atomic_load_n(&control->free.censuses, __ATOMIC_RELAXED);
	return left && __atomic_compare_exchange_n(&control->free.censuses, &left, left - 1, false,
						   __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static void ask(void)
{
	__atomic_store_n(&control->free.census, 1, __ATOMIC_SEQ_CST);
}

/*
 * At one point in two a task stays for a moment: what it is in the middle of there lasts longer, so
 * that others come into it.
 */
static void linger(uint64_t hash)
{
	if (hash & 1)
		pause_for((hash >> 8) & (((uint64_t)1 << (hash >> 1) % (LINGER_BITS_MAX + 1)) - 1));
}

/* ---- Strikes ------------------------------------------------------------------------------- */

/* The row of the case's table that the shot is of. */
static const struct sabot_fault *asked_of(const struct shot *shot)
{
	return shot == control->shots ? &control->scase->fault : &control->scase->second;
}

bool free_is_at(const struct shot *shot, const struct task *task, bool access)
{
	const struct call *call = &task->call;
	const char *point = asked_of(shot)->point;
	bool any = !strcmp(shot->plan.call, op_name(OP_NONE));

	if (task->name_hash != shot->victim_hash || task->op < shot->plan.op)
		return false;
	if (any || access)
		return any;
	if (point && (!call->name || strcmp(call->name, point) != 0))
		return false;
	return !strcmp(shot->plan.call, op_name(call->op));
}

static void wait_held(struct task *task)
{
	uint32_t seen;

	task->state = TASK_PARKED;
	for (;;) {
		seen = __atomic_load_n(&task->releases, __ATOMIC_SEQ_CST);
		if (!__atomic_load_n(&task->delayed, __ATOMIC_SEQ_CST))
			break;
		(void)sys_futex_wait(&task->releases, seen, NULL);
	}
	task->state = TASK_RUNNING;
}

/* In the victim: it does it to itself. */
static void strike(struct shot *shot, struct task *task)
{
	const struct fault_kind *kind = fault_kinds[shot->plan.kind];
	int error;

	shot->task = task_number(task);
	shot->fired = task->op;
	__atomic_store_n(&shot->state, SHOT_FIRED, __ATOMIC_SEQ_CST);
	trace_event(EVENT_FAULT, task, shot - control->shots);
	if (kind->in_call) {
		task->struck = true;
		__atomic_fetch_sub(&control->shots_open, 1, __ATOMIC_SEQ_CST);
		return;
	}
	/* The supervisor sees to what comes of it. */
	fault_injure(task);
	free_ring();
	error = kind->fire(shot, task);
	if (error || (!kind->takes_hold && !shot->hold)) {
		shot->state = error ? SHOT_REFUSED : SHOT_CONFIRMED;
		__atomic_fetch_sub(&control->shots_open, 1, __ATOMIC_SEQ_CST);
	}
	if (!error && task->delayed)
		wait_held(task);
}

static void look_for_strikes(struct task *task, bool access)
{
	uint32_t i;

	for (i = 0; i < control->shot_count; i++)
		if (control->shots[i].state == SHOT_ARMED &&
		    control->shots[i].plan.where == PLAN_AT_POINT &&
		    free_is_at(&control->shots[i], task, access))
			strike(&control->shots[i], task);
}

/* ---- Points -------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) void look_around(struct task *task, bool access)
{
	if (control->shots_open)
		look_for_strikes(task, access);
	if (__atomic_load_n(&control->free.census, __ATOMIC_RELAXED))
		take_part(task);
	if (control->over)
		free_stop(task);
}

void free_pass(struct task *task)
{
	uint64_t hash;

	task->op++;
	hash = hash_of(task);
	task->pass = task->slept = task->woke = 0;
	trace_event(EVENT_CALL, task, task->call.amount);
	if (asks(hash))
		ask();
	else
		linger(hash);
	look_around(task, false);
}

static __attribute__((noinline)) void look_at_access(struct task *task)
{
	task->in_runtime = true;
	look_around(task, true);
	task->in_runtime = false;
	if (task->held_count && point_run_held)
		point_run_held(task);
}

void free_access(struct task *task)
{
	task->op++;
	if (control->shots_open || control->over ||
	    __atomic_load_n(&control->free.census, __ATOMIC_RELAXED))
		look_at_access(task);
}

/* ---- The lock ------------------------------------------------------------------------------ */

static uint32_t owner_of(const struct task *task)
{
	return task ? (uint32_t)task_number(task) + 1 : OWNER_SUPERVISOR;
}

static __thread unsigned depth; /* of this thread's locks: the tables use one another */

bool free_lock(void)
{
	bool before = task_self && task_self->in_runtime;
	uint32_t nobody = 0;
	unsigned spins = 0;

	if (!control || !free_on())
		return false;
	if (task_self)
		task_self->in_runtime = true;
	if (depth++)
		return before;
	while (!__atomic_compare_exchange_n(&control->free.lock, &nobody, owner_of(task_self),
					    false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		nobody = 0;
		if (++spins % SPINS_MAX == 0)
			sys_yield();
	}
	return before;
}

void free_unlock(bool was_in_runtime)
{
	if (!control || !free_on())
		return;
	if (--depth == 0)
		__atomic_store_n(&control->free.lock, 0, __ATOMIC_RELEASE);
	if (task_self)
		task_self->in_runtime = was_in_runtime;
}

void free_break_lock(int task)
{
	uint32_t owner = (uint32_t)task + 1;

	(void)__atomic_compare_exchange_n(&control->free.lock, &owner, 0, false, __ATOMIC_RELEASE,
					  __ATOMIC_RELAXED);
}
