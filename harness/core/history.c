/* SPDX-License-Identifier: Apache-2.0 */
#include "core/history.h"

#include "core/api.h"
#include "core/free.h"
#include "core/store_buffer.h"
#include "core/trace.h"

#include <stdio.h>

const struct sabot_history *history_of(const struct history_operation *operation)
{
	return &control->scenario->histories[operation->history];
}

const char *history_text(const struct sabot_specification *specification,
			 const struct sabot_operation *operation, char *text, size_t size)
{
	text[0] = '\0';
	if (operation->what == SABOT_DEATH)
		snprintf(text, size, "its death");
	else
		specification->describe(operation, text, size);
	return text;
}

const char *history_event_text(const struct event *event, char *text, size_t size)
{
	const struct history_operation *operation;
	struct sabot_operation told;

	text[0] = '\0';
	if (event->detail[0] >= control->history.count)
		return text;
	operation = &control->history.operations[event->detail[0]];
	if (operation->history == UINT32_MAX)
		return text; /* its caller did not get to fill it */
	told = operation->told;
	told.unknown |= event->kind == EVENT_OPERATION;
	return history_text(history_of(operation)->specification, &told, text, size);
}

static bool is_known(unsigned history)
{
	const struct sabot_history *row = control->scenario->histories;
	unsigned i;

	for (i = 0; row && row[i].name; i++)
		if (i == history)
			return true;
	return false;
}

/* Says why this cannot be recorded, and does not come back. */
static _Noreturn void refuse(const struct task *task, unsigned history, uintptr_t site)
{
	int number = task_number(task);
	char text[HISTORY_TEXT];

	if (task->operation) {
		const struct history_operation *within =
			&control->history.operations[task->operation - 1];

		history_text(history_of(within)->specification, &within->told, text, sizeof(text));
		control_find(KIND_BROKEN, number, "broken",
			     "%s calls an operation within another: %s has not returned",
			     task->name, text);
	}
	if (!is_known(history))
		control_find(KIND_BROKEN, number, "broken",
			     "%s calls an operation of history %u, which the scenario's table of "
			     "histories lacks",
			     task->name, history);
	control_find(KIND_BROKEN, number, "broken",
		     "%s calls an operation when %d are recorded: there is room for no more",
		     task->name, HISTORY_MAX);
	control->finding.site = site;
	api_leave();
}

/* HISTORY_MAX: there is no room. */
static uint32_t next_operation(void)
{
	bool before = free_lock();
	uint32_t at = control->history.count;

	if (at < HISTORY_MAX) {
		/* Its caller may be killed before it is filled: then it is of no history. */
		control->history.operations[at].history = UINT32_MAX;
		control->history.operations[at].called = 0;
		control->history.operations[at].returned = 0;
		control->history.count++;
	}
	free_unlock(before);
	return at;
}

static void call(struct task *task, unsigned history, const struct sabot_operation *told,
		 uintptr_t site)
{
	struct history_operation *operation;
	uint32_t at = HISTORY_MAX;

	if (is_known(history) && !task->operation)
		at = next_operation();
	if (at == HISTORY_MAX)
		refuse(task, history, site);
	operation = &control->history.operations[at];
	operation->told = *told;
	operation->told.caller = (unsigned)task_number(task);
	operation->told.unknown = true;
	operation->last_store = 0;
	operation->returned = HISTORY_PENDING;
	operation->history = history;
	task->operation = at + 1;
	operation->called = trace_operation(EVENT_OPERATION, task, at, site);
}

void sabot_call(struct sabot_task *task, unsigned history, int what, int64_t argument)
{
	const struct sabot_operation told = { .what = what, .argument = argument };

	call(api_task(task), history, &told, (uintptr_t)__builtin_return_address(0));
}

void sabot_call_pair(struct sabot_task *task, unsigned history, int what, int64_t argument,
		     int64_t second)
{
	const struct sabot_operation told = { .what = what,
					      .argument = argument,
					      .second = second };

	call(api_task(task), history, &told, (uintptr_t)__builtin_return_address(0));
}

uint32_t history_arrived(const struct task *task, uint32_t oldest)
{
	uint32_t count = 0, i;

	for (i = 0; i < control->history.count; i++) {
		struct history_operation *operation = &control->history.operations[i];

		if (operation->told.caller != (unsigned)task_number(task) ||
		    !operation->last_store || (oldest && oldest <= operation->last_store))
			continue;
		operation->returned = control->event_count - 1;
		operation->last_store = 0;
		count++;
	}
	return count;
}

/* It is over for others when the last of its stores has arrived. */
static void end(struct task *task, struct history_operation *operation)
{
	operation->last_store = 0;
	if (control->memory != SABOT_SC) {
		store_buffer_close(task);
		operation->last_store = store_buffer_latest(task);
	}
	if (operation->last_store)
		control->buffers[task_number(task)].owed++;
}

int64_t sabot_return(struct sabot_task *handle, int64_t result)
{
	struct task *task = api_task(handle);
	struct history_operation *operation;
	uint32_t number;

	if (!task->operation) {
		control_find(KIND_BROKEN, task_number(task), "broken",
			     "%s returns from an operation that it has not called", task->name);
		control->finding.site = (uintptr_t)__builtin_return_address(0);
		api_leave();
	}
	operation = &control->history.operations[task->operation - 1];
	operation->told.unknown = result == SABOT_UNKNOWN;
	operation->told.result = result == SABOT_UNKNOWN ? 0 : result;
	end(task, operation);
	number = trace_operation(EVENT_RESULT, task, task->operation - 1,
				 (uintptr_t)__builtin_return_address(0));
	if (!operation->last_store)
		operation->returned = number;
	task->operation = 0;
	return result;
}
