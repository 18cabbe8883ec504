/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of oracles share: control blocks made by hand, without any process. */
#ifndef SABOT_CHECK_SCENE_TEST_H
#define SABOT_CHECK_SCENE_TEST_H

#include "core/control.h"
#include "core/object.h"
#include "core/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { SCENE_SHARED = 4096 };

static const struct sabot_role scene_roles[] = { { "a", 1, NULL }, { "b", 1, NULL }, { 0 } };
static const struct sabot_case scene_cases[] = { { .name = "case" }, { 0 } };
static const struct sabot_scenario scene_scenario = {
	.name = "scene", .group = "test", .roles = scene_roles, .cases = scene_cases
};

static inline int scene_open(void **state)
{
	(void)state;
	if (control_create(-1) != 0)
		return -1;
	control->shared = mmap((void *)SHARED_ADDRESS, SCENE_SHARED, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	control->shared_size = SCENE_SHARED;
	return control->shared == MAP_FAILED ? -1 : 0;
}

static inline int scene_clear(void **state)
{
	(void)state;
	control_reset(control, false);
	memset(control->shared, 0, SCENE_SHARED);
	control->scenario = &scene_scenario;
	control->scase = scene_cases;
	return 0;
}

/* A task "NAME" of the first role, parked at no call. */
static inline struct task *scene_task(const char *name)
{
	struct task *task = &control->tasks[control->task_count++];

	memset(task, 0, sizeof(*task));
	assert_true(strlen(name) < sizeof(task->name));
	memcpy(task->name, name, strlen(name) + 1);
	task->parent = -1;
	task->process = (int8_t)task_number(task);
	task->state = TASK_PARKED;
	task->call.op = OP_START;
	task->call.object = -1;
	return task;
}

/* An object in the shared memory, at an offset. */
static inline int scene_shared(enum family family, size_t offset)
{
	return object_at(family, (const char *)control->shared + offset);
}

static inline void *scene_at(size_t offset)
{
	return (char *)control->shared + offset;
}

/* The task comes to a call, and announces it. */
static inline void scene_call(struct task *task, enum op op, int object, int64_t amount)
{
	task->op++;
	task->call = (struct call){ .op = op, .object = object, .amount = amount };
	trace_arrival(task);
	task->in_call = true;
}

static inline void scene_return(struct task *task, long result, int error)
{
	trace_return(task, &task->call, result, error);
	task->in_call = false;
	task->state = TASK_PARKED;
}

/* The task's call succeeds at once. */
static inline void scene_do(struct task *task, enum op op, int object, int64_t amount)
{
	scene_call(task, op, object, amount);
	scene_return(task, 0, 0);
}

static inline void scene_sleep(struct task *task, enum op op, int object, int64_t amount)
{
	scene_call(task, op, object, amount);
	task->state = TASK_ASLEEP;
	trace_event(EVENT_ASLEEP, task, 0);
}

static inline void scene_spin(struct task *task, int object)
{
	scene_call(task, OP_SPIN_LOCK, object, 0);
	task->state = TASK_SPINNING;
}

static inline void scene_wake(struct task *task)
{
	task->state = TASK_WOKEN;
	trace_event(EVENT_WOKEN, task, 0);
}

/* Injected: it is expected. */
static inline void scene_kill(struct task *task, enum plan_where where)
{
	struct shot *shot = &control->shots[control->shot_count++];

	shot->plan.kind = PLAN_KILL;
	shot->plan.where = where;
	trace_event(EVENT_FAULT, task, shot - control->shots);
	task->injured = true;
	task->expected |= task_bit(SIGKILL);
	task->state = TASK_DEAD;
	task->status = SIGKILL;
	trace_event(EVENT_DEATH, task, SIGKILL);
}

static inline void scene_end(struct task *task, int status)
{
	task->call = (struct call){ .op = OP_EXIT, .object = -1 };
	task->in_call = false;
	task->state = TASK_ENDED;
	task->status = status;
	trace_event(EVENT_EXIT, task, status);
}

/* The text that write(file) writes, without places: sites are 0. The caller frees it. */
static inline char *scene_text(void (*write)(FILE *file))
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	write(file);
	fclose(file);
	return text;
}

#endif
