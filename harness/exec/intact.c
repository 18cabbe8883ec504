/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/intact.h"

#include "exec/intact_part.h"
#include "intercept/crash.h"
#include "memory/window.h"
#include "os/hot.h"
#include "os/sys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(name, member of the block): what stays as it is while tasks run. */
#define INTACT_STAYS(X)                                                                            \
	X(magic, magic)                                                                            \
	X(isolated, isolated)                                                                      \
	X(world, world)                                                                            \
	X(gated, gated)                                                                            \
	X(program_harness, program.harness)                                                        \
	X(program_memory, program.memory_fd)                                                       \
	X(program_races, program.race_fd)                                                          \
	X(program, program.expected)                                                               \
	X(looks_at_heap, looks_at_heap)                                                            \
	X(in_setup, in_setup)                                                                      \
	X(fingerprint, fingerprint)                                                                \
	X(pool, pool)                                                                              \
	X(brief, brief)                                                                            \
	X(free_on, free.on)                                                                        \
	X(fd_base, fd_base)                                                                        \
	X(limit_steps, limit_steps)                                                                \
	X(memory, memory)                                                                          \
	X(seed, seed)                                                                              \
	X(execution, execution)                                                                    \
	X(scenario, scenario)                                                                      \
	X(scase, scase)                                                                            \
	X(shared, shared)                                                                          \
	X(shared_size, shared_size)                                                                \
	X(judge, judge)                                                                            \
	X(strategy, decider.strategy)                                                              \
	X(listed_count, decider.listed_count)                                                      \
	X(shot_count, shot_count)                                                                  \
	X(races, race.on)                                                                          \
	X(race_execution, race.execution)                                                          \
	X(checker, heap.checker)                                                                   \
	X(wanted_count, heap.wanted_count)                                                         \
	X(prefix_count, explore.prefix_count)

static struct {
#define INTACT_MEMBER(name, member) __typeof__(control->member) name;
	INTACT_STAYS(INTACT_MEMBER)
#undef INTACT_MEMBER
	uint32_t roles, histories;
	struct plan_fault faults[PLAN_FAULTS_MAX];
	pid_t pids[TASKS_MAX]; /* 0: not known yet */
} stays HOT;

enum { ROUNDS = 100 };

static void (*tell)(const char *what) HOT;
static bool begun HOT;

/* By what it has believed. */
static void crashed(void)
{
	intact_require(true);
}

void intact_begin(void (*damaged)(const char *what))
{
	const struct sabot_role *role = control->scenario->roles;
	const struct sabot_history *history = control->scenario->histories;
	uint32_t i;

	tell = damaged;
	begun = true;
	crash_of_supervisor = crashed;
	memset(stays.pids, 0, sizeof(stays.pids));
#define INTACT_KEEP(name, member) stays.name = control->member;
	INTACT_STAYS(INTACT_KEEP)
#undef INTACT_KEEP
	for (stays.roles = 0; role[stays.roles].name;)
		stays.roles++;
	for (stays.histories = 0; history && history[stays.histories].name;)
		stays.histories++;
	for (i = 0; i < control->shot_count; i++)
		stays.faults[i] = control->shots[i].plan;
}

static bool is_as_it_was(void)
{
#define INTACT_SAME(name, member) &&memcmp(&stays.name, &control->member, sizeof(stays.name)) == 0
	return true INTACT_STAYS(INTACT_SAME);
#undef INTACT_SAME
}

static bool is_call(const struct call *call)
{
	return call->op < OP_COUNT && intact_is_object(call->object);
}

static bool are_counts(void)
{
	return control->task_count <= TASKS_MAX && control->object_count <= OBJECTS_MAX &&
	       control->made_count <= MADE_MAX && control->timer_count <= TIMERS_MAX &&
	       control->recorded_count <= RECORDED_MAX &&
	       control->window_count <= WINDOW_PARTS_MAX && control->history.count <= HISTORY_MAX;
}

static bool are_flags(void)
{
	return intact_are_bools(&control->gated, &control->judging) &&
	       intact_are_bools(&control->pool, &control->network) &&
	       intact_are_bools(&control->free.on, &control->free.judges) &&
	       intact_are_bools(&control->race.on, &control->race.found) &&
	       intact_are_bools(&control->window_again, &control->window_missed) &&
	       intact_are_bools(&control->recorded_full, &control->recorded_full) &&
	       intact_are_bools(&control->heap.looking, &control->heap.looking);
}

static bool is_turn(void)
{
	return intact_is_task(control->turn) && intact_is_task(control->requester) &&
	       intact_is_task(control->last_ran) &&
	       (control->request != REQUEST_RUN ||
		(intact_is_task(control->chosen) && control->chosen >= 0)) &&
	       control->request <= REQUEST_FINDING;
}

/* Learnt when it is there for certain: a birth may fail. */
static bool is_process(const struct task *task, int number)
{
	pid_t *pid = &stays.pids[number];

	if (*pid)
		return task->pid == *pid;
	if (task->state > TASK_BORN)
		*pid = task->pid;
	return task->pid >= 0;
}

static bool is_sound(const struct task *task, int number)
{
	/* One whose birth has failed is of no process. */
	return (task->process >= 0 || task->state == TASK_NONE) && task->state <= TASK_DEAD &&
	       task->role < stays.roles && intact_is_task(task->parent) &&
	       intact_is_task(task->process) && is_process(task, number) && task->tid >= 0 &&
	       is_call(&task->call) && task->held_count <= HELD_SIGNALS_MAX &&
	       task->stack_count <= STACK_FRAMES_MAX && task->operation <= HISTORY_MAX &&
	       intact_ends(task->name, sizeof(task->name)) &&
	       intact_are_bools(&task->in_runtime, &task->reaped) &&
	       intact_are_bools(&task->returned, &task->reported) &&
	       intact_are_bools(&task->faulted, &task->fault_writes) &&
	       intact_are_bools(&task->spins, &task->spins);
}

static bool is_store(const struct waiting_store *store)
{
	return window_has(store->address) && store->size <= sizeof(store->value) &&
	       window_has(store->address + store->size - 1) && store->slot < STORES_WAITING_MAX;
}

/* The supervisor carries out what waits there when their task is dead. */
static bool are_stores(const struct store_buffer *buffer)
{
	uint32_t i;

	if (buffer->count > STORES_WAITING_MAX || buffer->lens.size > sizeof(buffer->lens.shown) ||
	    (buffer->lens.size && !window_has(buffer->lens.address)))
		return false;
	for (i = 0; i < buffer->count; i++)
		if (!is_store(&buffer->stores[i]))
			return false;
	return true;
}

static bool is_shot(uint32_t number)
{
	const struct shot *shot = &control->shots[number];

	return shot->state <= SHOT_REFUSED && intact_is_task(shot->task) &&
	       memcmp(&shot->plan, &stays.faults[number], sizeof(shot->plan)) == 0;
}

static const char *name_of_task(uint32_t number)
{
	static char text[16];

	snprintf(text, sizeof(text), "task %u", number);
	return text;
}

static const char *running_lacks(void)
{
	uint32_t i;

	if (!is_as_it_was())
		return "what no task changes";
	if (!are_counts() || !are_flags())
		return "its state";
	if (!is_turn())
		return "the turn";
	for (i = 0; i < control->task_count; i++) {
		if (!is_sound(&control->tasks[i], (int)i))
			return name_of_task(i);
		if (!are_stores(&control->buffers[i]))
			return "the stores that wait";
	}
	for (i = 0; i < control->shot_count; i++)
		if (!is_shot(i))
			return "the faults";
	return NULL;
}

const char *intact_lacks(bool all)
{
	const char *what = running_lacks();

	return what || !all ? what : intact_tables_lack(stays.histories);
}

void intact_require(bool all)
{
	const char *what = begun ? intact_lacks(all) : NULL;
	unsigned round;

	/*
	 * A task may have come in between two of the looks, and may run beside this process: what
	 * was half of the one and half of the other is whole the next time, damage is not.
	 */
	for (round = 0; what && round < ROUNDS; round++) {
		sys_yield();
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		what = intact_lacks(all);
	}
	if (!what)
		return;
	begun = false;
	/* Who cleans up after this process goes by these. */
	control->world = stays.world;
	if (!intact_made())
		control->made_count = 0;
	if (tell)
		tell(what);
	fprintf(stderr, "sabot: a task has written over the harness's memory: %s\n", what);
	abort();
}

void intact_end(void)
{
	begun = false;
}
