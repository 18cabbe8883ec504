/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions that scenarios call. */
#include "core/api.h"

#include "core/control.h"
#include "core/free.h"
#include "core/observe.h"
#include "core/point.h"
#include "core/store_buffer.h"
#include "core/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static jmp_buf escape;
static bool escape_set;

bool api_guard(void (*function)(void *argument), void *argument)
{
	bool done = false;

	if (setjmp(escape) == 0) {
		escape_set = true;
		function(argument);
		done = true;
	}
	escape_set = false;
	return done;
}

_Noreturn void api_leave(void)
{
	if (task_self) {
		task_self->in_runtime = true;
		for (;;)
			point_request(task_self, REQUEST_FINDING);
	}
	if (escape_set)
		longjmp(escape, 1);
	fprintf(stderr, "sabot: a scenario's function was called outside of an execution: %s\n",
		control ? control->finding.message : "");
	abort();
}

void *sabot_env_shared(struct sabot_env *env)
{
	(void)env;
	return control->shared;
}

const void *sabot_env_variant(struct sabot_env *env)
{
	(void)env;
	return control->scase->variant;
}

void *sabot_shared(struct sabot_task *task)
{
	(void)task;
	return control->shared;
}

const void *sabot_variant(struct sabot_task *task)
{
	(void)task;
	return control->scase->variant;
}

unsigned sabot_index(struct sabot_task *task)
{
	return api_task(task)->index;
}

uint64_t sabot_random(struct sabot_task *handle, unsigned use)
{
	struct task *task = api_task(handle);
	unsigned counter = use % (sizeof(task->random_used) / sizeof(task->random_used[0]));
	struct random random;

	random_seed_stream(&random, control->seed ^ random_mix(control->execution), task->name_hash,
			   use, task->random_used[counter]++);
	return random_next(&random);
}

void sabot_mark(struct sabot_task *handle, int mark)
{
	struct task *task = api_task(handle);

	if (task->mark == mark)
		return;
	task->mark = mark;
	control->idle_steps = 0;
	trace_event(EVENT_MARK, task, mark);
}

void sabot_progress(struct sabot_task *task)
{
	(void)task;
	control->idle_steps = 0;
}

static bool point_is_known(const char *name)
{
	const char *const *points = control->scenario->points;

	for (; points && *points; points++)
		if (!strcmp(*points, name))
			return true;
	return !control->scenario->points;
}

void sabot_point(struct sabot_task *handle, const char *name)
{
	struct task *task = api_task(handle);

	if (!point_is_known(name)) {
		control_find(KIND_BROKEN, task_number(task), "broken",
			     "%s reaches point \"%s\", which the scenario's table of points lacks",
			     task->name, name);
		api_leave();
	}
	task->in_runtime = true;
	if (control->memory != SABOT_SC)
		store_buffer_close(task);
	task->call = (struct call){
		.op = OP_POINT,
		.object = -1,
		.site = (uintptr_t)__builtin_return_address(0),
		.name = name,
	};
	point_pass(task);
	task->in_runtime = false;
	/* In free mode nothing else shows that a signal came here. */
	if (task->held_count && free_on() && point_run_held)
		point_run_held(task);
}

void sabot_observe(struct sabot_task *task, const char *format, ...)
{
	int saved = errno;
	va_list list;

	(void)task;
	va_start(list, format);
	observe_add_list(format, list);
	va_end(list);
	errno = saved;
}

void sabot_check_observe(struct sabot_check *check, const char *format, ...)
{
	va_list list;

	(void)check;
	va_start(list, format);
	observe_add_list(format, list);
	va_end(list);
}

void sabot_skip(struct sabot_task *handle, const char *format, ...)
{
	struct task *task = api_task(handle);
	char message[PLAN_MESSAGE_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(message, sizeof(message), format, list);
	va_end(list);
	control_find(KIND_UNFIT, task_number(task), "unfit", "%s", message);
	api_leave();
}

void sabot_assert_failed(struct sabot_task *handle, const char *file, int line, const char *cond,
			 const char *format, ...)
{
	struct task *task = api_task(handle);
	char message[PLAN_MESSAGE_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(message, sizeof(message), format, list);
	va_end(list);
	control_find(KIND_ASSERTION, task_number(task), "assertion", "%s: %.150s (%s, %.60s:%d)",
		     task->name, message, cond, file, line);
	control->finding.site = (uintptr_t)__builtin_return_address(0);
	api_leave();
}

void sabot_broken(const char *file, int line, const char *call, int error)
{
	const char *name = strerrorname_np(error);
	const char *base = strrchr(file, '/');

	if (task_self && task_self->failed) {
		task_self->gave_up = task_self->injured = true;
		_exit(EXIT_FAILURE);
	}

	control_find(KIND_BROKEN, task_self ? task_number(task_self) : -1, "broken",
		     "%s: %.120s failed with %s at %.60s:%d", task_self ? task_self->name : "setup",
		     call, name ? name : "an unknown error", base ? base + 1 : file, line);
	api_leave();
}

void *sabot_check_shared(struct sabot_check *check)
{
	(void)check;
	return control->shared;
}

const void *sabot_check_variant(struct sabot_check *check)
{
	(void)check;
	return control->scase->variant;
}

unsigned sabot_alive(struct sabot_check *check, int mark)
{
	unsigned count = 0;
	uint32_t i;

	(void)check;
	control->notes.looks |= EXPLORE_LOOK_MARKS;
	for (i = 0; i < control->task_count; i++)
		if (!task_is_over(&control->tasks[i]) && control->tasks[i].mark == mark)
			count++;
	return count;
}

static bool has_role(const struct task *task, const char *role)
{
	return !role || !strcmp(control->scenario->roles[task->role].name, role);
}

static bool was_killed(const struct task *task)
{
	return task->injured && (task->state == TASK_DEAD || (task->gave_up && task_is_over(task)));
}

unsigned sabot_killed(struct sabot_check *check, const char *role)
{
	unsigned count = 0;
	uint32_t i;

	(void)check;
	control->notes.looks |= EXPLORE_LOOK_MARKS;
	for (i = 0; i < control->task_count; i++)
		if (was_killed(&control->tasks[i]) && has_role(&control->tasks[i], role))
			count++;
	return count;
}

bool sabot_is_alive(struct sabot_check *check, const char *role, unsigned index)
{
	uint32_t i;

	(void)check;
	control->notes.looks |= EXPLORE_LOOK_MARKS;
	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].index == index && control->tasks[i].parent < 0 &&
		    has_role(&control->tasks[i], role))
			return !task_is_over(&control->tasks[i]);
	return false;
}

void sabot_require_(struct sabot_check *handle, bool cond, const char *text, const char *format,
		    ...)
{
	const struct sabot_invariant *invariant = api_check(handle);
	char message[PLAN_MESSAGE_MAX];
	va_list list;

	control->checks++;
	if (cond)
		return;
	va_start(list, format);
	vsnprintf(message, sizeof(message), format, list);
	va_end(list);
	control_find(KIND_INVARIANT, control->last_ran, invariant->name, "%s (%.80s)", message,
		     text);
}
