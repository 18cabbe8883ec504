/* SPDX-License-Identifier: Apache-2.0 */
#include "check/expect.h"

#include "check/histories.h"
#include "check/invariant.h"
#include "check/leaks.h"
#include "check/lock_order.h"
#include "core/object.h"
#include "exec/audit.h"
#include "memory/unmapped.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* A signal strikes a process, whichever of its threads it was meant for. */
static uint64_t expected_of(const struct task *task)
{
	uint64_t expected = 0;
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].process == task->process)
			expected |= control->tasks[i].expected;
	return expected;
}

static bool crashed(const struct task *task)
{
	/*
	 * What another program dies of is for its parent to judge, as its status is; and that
	 * nobody reads any more is a way to end one.
	 */
	if (task->outside || (control->program.joined && task->status == SIGPIPE))
		return false;
	return task->state == TASK_DEAD && task->status >= 0 && task->status < 64 &&
	       !(expected_of(task) & task_bit(task->status));
}

static const char *signal_text(int signo, char *text, size_t size)
{
	const char *name = sigabbrev_np(signo);

	if (name)
		snprintf(text, size, "SIG%s", name);
	else
		snprintf(text, size, "signal %d", signo);
	return text;
}

const char *expect_fate(const struct task *task, char *text, size_t size)
{
	char name[24];

	if (crashed(task))
		snprintf(text, size, "died of %s", signal_text(task->status, name, sizeof(name)));
	else
		snprintf(text, size, "%s", task->state == TASK_DEAD ? "was killed" : "ended");
	return text;
}

static const char *where(const struct task *task, char *text, size_t size)
{
	const struct call *call = &task->call;

	if (call->op == OP_START || call->op == OP_NONE)
		snprintf(text, size, "at its start");
	else if (call->op == OP_POINT && call->name)
		snprintf(text, size, "after point \"%s\"", call->name);
	else
		snprintf(text, size, "%s %s", task->in_call ? "in" : "after", op_name(call->op));
	return text;
}

/* The memory was there, and somebody took it away. */
static bool is_unmapped(const struct task *task)
{
	const struct unmapped *gone = &control->unmapped.found;
	const char *who;

	if (!task->faulted || !unmapped_find(task, task->fault_address, task->status))
		return false;
	who = gone->task == task_number(task) ? "it" : unmapped_by(gone);
	control_find(KIND_UNMAPPED, task_number(task), kind_name(KIND_UNMAPPED),
		     "%s %s %s+%#llx, which %s had taken away by %s", task->name,
		     task->fault_writes ? "writes" : "reads", gone->name,
		     (unsigned long long)control->unmapped.found_offset, who, gone->how);
	if (task->stack_count)
		control->finding.site = task->stack[0] + 1;
	return true;
}

bool expect_crashed(void)
{
	const struct task *found = NULL;
	char place[80], name[24];
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		/* All threads of a process die with it: it was the one that ran. */
		if (crashed(task) && (!found || (int)i == control->last_ran))
			found = task;
	}
	if (!found)
		return false;
	if (is_unmapped(found))
		return true;
	control_find(KIND_CRASH, task_number(found), kind_name(KIND_CRASH), "%s died of %s %s",
		     found->name, signal_text(found->status, name, sizeof(name)),
		     where(found, place, sizeof(place)));
	return true;
}

/* Of a program: to say that all is not well is right when a fault has struck. */
static bool may_fail(void)
{
	uint32_t i;

	for (i = 0; control->program.joined && i < control->shot_count; i++)
		if (control->shots[i].state == SHOT_CONFIRMED)
			return true;
	return false;
}

static void judge_exits(void)
{
	uint32_t i;

	if (may_fail())
		return;
	for (i = 0; i < control->task_count && !control->over; i++) {
		const struct task *task = &control->tasks[i];

		/* What a parent was told is for the parent to judge, as is another program's. */
		if ((task->outside || control->program.joined) && task->parent >= 0)
			continue;
		if (task->state == TASK_ENDED && task->status != 0 && !task->reaped &&
		    !task->gave_up)
			control_find(KIND_EXIT, (int)i, kind_name(KIND_EXIT),
				     "%s ended with status %d", task->name, task->status);
	}
}

/* Of a program, which may end while it has locks that nobody else can ask for. */
static bool ended_with_owner(const struct object *object)
{
	return control->program.joined && object_is_private(object) &&
	       !control->tasks[object->owner].leaving;
}

static void judge_locks(void)
{
	uint32_t i;

	if (control->over)
		return;
	for (i = 0; i < control->object_count; i++) {
		const struct object *object = &control->objects[i];
		bool lock = object->family == FAMILY_MUTEX || object->family == FAMILY_SPIN ||
			    object->family == FAMILY_RWLOCK;

		if (lock && object->owner >= 0 &&
		    control->tasks[object->owner].state == TASK_ENDED && !ended_with_owner(object))
			control_find(KIND_LEAK, object->owner, kind_name(KIND_LEAK),
				     "%s ended while it held %s",
				     control->tasks[object->owner].name, object_label((int)i));
	}
}

/* Nothing was seen of it, so nothing can be said. */
static bool nobody_joined(void)
{
	const struct program_state *program = &control->program;

	if (!program->expected || program->joined || control->tasks[0].state != TASK_ENDED)
		return false;
	control_find(KIND_BROKEN, 0, "broken",
		     "the program does not load libsabot: it is static, or set-user-ID, or its "
		     "interpreter is");
	return true;
}

void expect_judge(void)
{
	if (nobody_joined() || expect_crashed())
		return;
	judge_exits();
	judge_locks();
	if (!control->over)
		audit_judge();
	if (!control->over)
		invariant_judge(control, SABOT_AT_END);
	if (!control->over)
		histories_judge();
	/* Its order of events is that of one task at a time. */
	if (!control->over && !control->free.on)
		lock_order_judge();
	leaks_judge();
}
