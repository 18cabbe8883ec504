/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/spawn.h"

#include "core/free.h"
#include "core/object.h"
#include "core/point.h"
#include "core/trace.h"
#include "intercept/answer.h"
#include "intercept/heap.h"
#include "memory/race.h"
#include "os/sys.h"

#include <stdio.h>
#include <string.h>

static _Noreturn void no_room(struct task *parent)
{
	control_find(
		KIND_BROKEN, task_number(parent), "broken",
		"%s makes one task too many: there can be %d in an execution, with names of %d "
		"bytes",
		parent->name, TASKS_MAX, PLAN_TASK_MAX - 1);
	for (;;)
		point_request(parent, REQUEST_FINDING);
}

/* A blank one, or NULL: there are too many. */
static struct task *next_task(void)
{
	bool before = free_lock();
	struct task *task = NULL;

	if (control->task_count < TASKS_MAX) {
		task = &control->tasks[control->task_count];
		memset(task, 0, sizeof(*task));
		task->state = TASK_BORN; /* first: in free mode the supervisor looks at any time */
		__atomic_store_n(&control->task_count, control->task_count + 1, __ATOMIC_RELEASE);
	}
	free_unlock(before);
	return task;
}

struct task *spawn_begin(bool process)
{
	struct task *parent = task_self;
	struct task *child = next_task();
	int length;

	if (!child)
		no_room(parent);
	length = snprintf(child->name, sizeof(child->name), "%s/%u", parent->name,
			  parent->children + 1);
	if (length >= (int)sizeof(child->name))
		no_room(parent);
	parent->children++;
	child->name_hash = random_text_hash(child->name);
	child->role = parent->role;
	child->index = parent->index;
	child->parent = (int8_t)task_number(parent);
	child->process = process ? (int8_t)task_number(child) : parent->process;
	child->clock_ns = control->tasks[parent->process].clock_ns;
	child->handles = control->tasks[parent->process].handles;
	child->pid = process ? 0 : parent->pid;
	answer_inherit(child);
	child->lowest_fd = -1;
	child->call.op = OP_START;
	child->call.object = -1;
	child->in_runtime = true;
	if (control->race.on)
		race_born(child);
	return child;
}

void spawn_undo(struct task *child)
{
	task_self->children--;
	if (free_on()) {
		/* Others may have come after it: its place stays, and is nobody's. */
		memset(child, 0, sizeof(*child));
		child->parent = child->process = -1;
		(void)free_all_left(task_bit(task_number(child)));
		return;
	}
	control->task_count--;
	memset(child, 0, sizeof(*child));
}

void spawn_done(const struct task *child)
{
	trace_event(EVENT_SPAWN, task_self, task_number(child));
	point_request(task_self, REQUEST_SPAWNED);
}

void spawn_outside(struct task *child)
{
	child->outside = true;
	child->in_runtime = false;
	child->call.op = OP_UNKNOWN;
	if (free_on()) {
		child->state = TASK_RUNNING;
		spawn_done(child);
		return;
	}
	/* A program that is to join parks when it does, and then it is as if it had been held. */
	if (!control->gated && control->program.expected) {
		child->state = TASK_BORN;
		spawn_done(child);
		return;
	}
	child->state = control->gated ? TASK_WOKEN : TASK_ASLEEP;
	child->counted = true;
	control->asleep++;
	if (control->gated)
		control->woken++;
	else
		control->settle_due = true; /* it runs until it sleeps or ends */
	spawn_done(child);
}

/*
 * In free mode the child may be here before its parent knows it, and the parent may die first. What
 * is process 1 is so in a PID namespace of its own, and has to be told.
 */
static void know_oneself(struct task *child)
{
	pid_t none = 0, own = sys_getpid();

	while (own == 1 && !__atomic_load_n(&child->pid, __ATOMIC_SEQ_CST))
		sys_yield();
	if (__atomic_compare_exchange_n(&child->pid, &none, own, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST))
		child->tid = own;
}

void spawn_enter(struct task *child)
{
	task_self = child;
	if (free_on() && child->process == (int8_t)task_number(child))
		know_oneself(child);
	/* Its parent knows a process: in a PID namespace of its own it has other numbers. */
	if (child->process != (int8_t)task_number(child))
		child->tid = sys_gettid();
	else
		heap_born(child);
	point_wait(child);
	child->in_runtime = false;
}

int spawn_object(enum family family, const struct task *task)
{
	int object = object_find(family, (uint64_t)task_number(task), 0);

	object_name(object, "%s", task->name);
	return object;
}
