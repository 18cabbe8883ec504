/* SPDX-License-Identifier: Apache-2.0 */
#include "memory/access.h"

#include "core/decide.h"
#include "core/point.h"
#include "core/trace.h"

#include <errno.h>
#include <string.h>

enum { REPEATS_ARE_A_SPIN = 2, ACCESSES_OF_AN_IDLE_STEP = 64 };

/*
 * A spin: the same load, at the same place in the code, while nobody has stored anything to shared
 * memory in between. It can bring nothing new, so others run first.
 */
static bool spins(struct task *task, enum op op, uintptr_t address, uintptr_t site)
{
	struct access_last *last = &task->last_loads[(site >> 2) % ACCESS_LAST_MAX];
	bool repeated;

	if (op != OP_LOAD && op != OP_ATOMIC_LOAD) {
		control->stores++;
		task->repeats = 0;
		return false;
	}
	repeated =
		last->site == site && last->address == address && last->stores == control->stores;
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

static void pass(struct task *task, const struct call *call, bool idle)
{
	int saved = errno;

	task->call = *call;
	task->in_runtime = true;
	point_access(task, idle);
	task->quiet = decide_quiet(task_number(task));
	task->in_runtime = false;
	if (task->held_count && point_run_held)
		point_run_held(task);
	errno = saved;
}

void access_pass(enum op op, uintptr_t address, size_t size, uintptr_t site)
{
	struct task *task = task_self;
	bool idle;

	if (!task || task->in_runtime)
		return;
	task->spins = spins(task, op, address, site);
	idle = task->spins || ++control->accesses % ACCESSES_OF_AN_IDLE_STEP == 0;
	if (!idle && pass_quietly(task)) {
		trace_quiet(op, task, (int64_t)size, address - WINDOW_BEGIN);
		return;
	}
	pass(task,
	     &(struct call){ .op = op,
			     .object = -1,
			     .amount = (int64_t)size,
			     .site = site,
			     .detail = { address - WINDOW_BEGIN, size } },
	     idle);
	task->spins = false;
}

void access_fence(uintptr_t site)
{
	struct task *task = task_self;

	if (!task || task->in_runtime)
		return;
	pass(task, &(struct call){ .op = OP_FENCE, .object = -1, .site = site }, false);
}
