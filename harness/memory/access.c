/* SPDX-License-Identifier: Apache-2.0 */
#include "memory/access.h"

#include "core/decide.h"
#include "core/free.h"
#include "core/point.h"
#include "core/store_buffer.h"
#include "core/trace.h"
#include "memory/race.h"

#include <string.h>

enum { REPEATS_ARE_A_SPIN = 2, ACCESSES_OF_AN_IDLE_STEP = 64 };

/*
 * A spin: the same load, at the same place in the code, while nobody has changed shared memory in
 * between. It can bring nothing new, so others run first. So with an update that changed nothing,
 * as of a lock that is taken: access_changed() tells of the others.
 */
static bool spins(struct task *task, enum op op, uintptr_t address, uintptr_t site)
{
	struct access_last *last;
	bool repeated;

	if (op == OP_STORE || op == OP_ATOMIC_STORE) {
		control->stores++;
		task->repeats = 0;
		return false;
	}
	last = task_last_load(task, site);
	repeated = last && last->address == address && last->stores == control->stores;
	if (!last)
		last = &task->last_loads[task->loads_noted++ % ACCESS_LAST_MAX];
	*last = (struct access_last){ site, address, control->stores };
	task->repeats = repeated ? task->repeats + 1 : 0;
	return task->repeats >= REPEATS_ARE_A_SPIN;
}

/* No decision is due and nothing can strike: counted as the slow way counts, and on. */
static bool pass_quietly(struct task *task)
{
	if (!task->quiet)
		return false;
	task->quiet--;
	task->since = control->decisions++;
	control->steps++;
	control->decider.count++;
	control->now_ns += STEP_NS;
	task->op++;
	task->pass = 1; /* of decisions: to go on */
	task->slept = task->woke = 0;
	return true;
}

/* Words that need not lie as their types want: of two halves of a structure compilers load one. */
typedef int16_t loose16 __attribute__((aligned(1)));
typedef int32_t loose32 __attribute__((aligned(1)));
typedef int64_t loose64 __attribute__((aligned(1)));

/* What a load is about to bring; of what is not a word, nothing. */
static int64_t value_at(uintptr_t place, size_t size)
{
	const volatile void *address = (const volatile void *)place;

	switch (size) {
	case 1:
		return *(const volatile int8_t *)address;
	case 2:
		return *(const volatile loose16 *)address;
	case 4:
		return *(const volatile loose32 *)address;
	case 8:
		return *(const volatile loose64 *)address;
	default:
		return 0;
	}
}

static void pass(struct task *task, const struct call *call, bool idle)
{
	task->call = *call;
	task->in_runtime = true;
	point_access(task, idle);
	task->quiet = decide_quiet(task_number(task));
	task->in_runtime = false;
	if (task->held_count && point_run_held)
		point_run_held(task);
}

/* Nothing here may order the accesses around it, or cost more than it must. */
static void pass_free(struct task *task)
{
	if (!control->accesses)
		control->accesses = 1; /* that there are any */
	free_access(task);
}

/* The point. False: the caller is no task, or all is done. */
static bool arrive(struct task *task, enum op op, uintptr_t address, size_t size, uintptr_t site)
{
	uintptr_t where;
	bool idle;

	if (!task || task->in_runtime)
		return false;
	if (free_on()) {
		pass_free(task);
		return false;
	}
	store_buffer_close(task);
	task->spins = spins(task, op, address, site);
	idle = task->spins || ++control->accesses % ACCESSES_OF_AN_IDLE_STEP == 0;
	where = window_canonical(address) - WINDOW_BEGIN;
	if (!idle && pass_quietly(task)) {
		trace_quiet(op, task, (int64_t)size, where);
		return true;
	}
	pass(task,
	     &(struct call){ .op = op,
			     .object = -1,
			     .amount = (int64_t)size,
			     .site = site,
			     .detail = { where, size } },
	     idle);
	task->spins = false;
	return true;
}

/* After the search for races: to look at memory that is no more mapped is a crash. */
static void trace_value(struct task *task, uintptr_t address, size_t size)
{
	if (control->brief)
		return;
	task->in_runtime = true;
	trace_access(task, value_at(address, size));
	task->in_runtime = false;
}

/*
 * What no buffer holds is made in memory at once, and comes after what waits: a store of more than
 * a word, or outside of the scenario's own memory. A load of more than a word sees what waits too.
 */
static void drain_before(struct task *task, enum op op, uintptr_t address, size_t size)
{
	bool loads = op == OP_LOAD || op == OP_ATOMIC_LOAD;

	if (control->memory == SABOT_SC || store_buffer_has(address, size))
		return;
	if (!loads || size > sizeof(uint64_t))
		store_buffer_drain(task);
}

void access_pass(enum op op, uintptr_t address, size_t size, uintptr_t site)
{
	struct task *task = task_self;

	site |= image_tag;
	if (!arrive(task, op, address, size, site))
		return;
	drain_before(task, op, address, size);
	if (control->race.on)
		race_access(task, window_canonical(address), size, op == OP_STORE ? RACE_WRITES : 0,
			    site);
	trace_value(task, address, size);
	if (store_buffer_has(address, size))
		store_buffer_open(task, address, size, op == OP_STORE);
}

static void note_order(struct task *task, enum op op, uintptr_t address, size_t size,
		       uintptr_t site, int order, bool buffered)
{
	race_access(task, address, size, RACE_ATOMIC | (op == OP_ATOMIC_LOAD ? 0 : RACE_WRITES),
		    site);
	if (op == OP_ATOMIC_LOAD)
		race_load(task, address, order);
	else if (op == OP_ATOMIC_UPDATE)
		race_update(task, address, order);
	else if (!buffered)
		race_store(task, address, order);
}

bool access_pass_atomic(enum op op, uintptr_t address, size_t size, uintptr_t site, int order)
{
	struct task *task = task_self;
	bool buffered;

	site |= image_tag;
	if (!arrive(task, op, address, size, site))
		return false;
	drain_before(task, op, address, size);
	buffered = store_buffer_has(address, size);
	/* Whatever reads and stores at once, and each seq_cst store, waits for the buffer. */
	if (buffered &&
	    (op == OP_ATOMIC_UPDATE || (op == OP_ATOMIC_STORE && order == __ATOMIC_SEQ_CST))) {
		store_buffer_drain(task);
		buffered = false;
	}
	if (control->race.on)
		note_order(task, op, window_canonical(address), size, site, order, buffered);
	trace_value(task, address, size);
	return buffered;
}

void access_changed(void)
{
	if (task_self && !free_on())
		control->stores++;
}

uint64_t access_load(uintptr_t address, size_t size)
{
	return store_buffer_load(task_self, address, size);
}

void access_store(uintptr_t address, size_t size, uint64_t value, int order)
{
	const struct waiting_store store = { .address = address,
					     .value = value,
					     .size = (uint8_t)size,
					     .release = order != __ATOMIC_RELAXED,
					     .atomic = true };
	unsigned slot = store_buffer_store(task_self, &store);

	if (control->race.on)
		race_store_waits(task_self, slot, order);
}

void access_fence(uintptr_t site, int order)
{
	struct task *task = task_self;

	if (!task || task->in_runtime)
		return;
	if (free_on()) {
		pass_free(task);
		return;
	}
	store_buffer_close(task);
	pass(task, &(struct call){ .op = OP_FENCE, .object = -1, .site = site }, false);
	if (control->race.on)
		race_fence(task, order);
	trace_value(task, 0, 0);
	if (order == __ATOMIC_SEQ_CST)
		store_buffer_drain(task);
	else if (order != __ATOMIC_ACQUIRE)
		store_buffer_fence(task);
}
