/* SPDX-License-Identifier: Apache-2.0 */
#include "check/histories.h"

#include "check/linearize.h"
#include "check/linearize_shorten.h"
#include "check/linearize_table.h"
#include "core/history.h"
#include "core/trace.h"

#include <stdlib.h>
#include <string.h>

/* ---- What was recorded --------------------------------------------------------------------- */

static int by_call(const void *left, const void *right)
{
	const struct history_operation *one = left, *other = right;

	return (one->called > other->called) - (one->called < other->called);
}

/* In free mode a death is noticed some time after: this is the last that it did itself. */
static uint32_t last_of(uint32_t task)
{
	uint32_t last = 0, i;

	for (i = 0; i < trace_count(); i++)
		if (control->events[i].kind != EVENT_DEATH && control->events[i].task == task)
			last = i;
	return last;
}

/* When it died, as a number of the trace. If that was not kept: right after what was. */
static uint32_t death_of(uint32_t task)
{
	uint32_t i;

	if (control->free.on)
		return last_of(task);
	for (i = 0; i < trace_count(); i++)
		if (control->events[i].kind == EVENT_DEATH && control->events[i].task == task)
			break;
	return i;
}

static uint32_t add_deaths(struct history_operation *operations, uint32_t count)
{
	uint32_t callers = count, task, i;

	for (task = 0; task < control->task_count; task++) {
		for (i = 0; i < callers && operations[i].told.caller != task; i++)
			continue;
		if (i == callers || control->tasks[task].state != TASK_DEAD)
			continue;
		operations[count++] = (struct history_operation){
			.told = { .what = SABOT_DEATH, .caller = task, .unknown = true },
			.called = death_of(task),
			.returned = HISTORY_PENDING,
		};
	}
	qsort(operations, count, sizeof(operations[0]), by_call);
	return count;
}

/* The history of one row. False: nothing was recorded, or there is no memory. */
static bool collect(struct linearize_history *history, const struct sabot_history *row)
{
	uint32_t number = (uint32_t)(row - control->scenario->histories), count = 0, i;
	struct history_operation *operations;

	operations = malloc((control->history.count + TASKS_MAX) * sizeof(operations[0]));
	for (i = 0; operations && i < control->history.count; i++)
		if (control->history.operations[i].history == number)
			operations[count++] = control->history.operations[i];
	if (count && row->specification->deaths)
		count = add_deaths(operations, count);
	*history = (struct linearize_history){
		.specification = row->specification,
		.parameter = row->parameter,
		.operations = operations,
		.count = count,
	};
	if (!count)
		free(operations);
	return count > 0;
}

static void discard(const struct linearize_history *history)
{
	free((void *)(uintptr_t)history->operations);
}

/* ---- The judgement ------------------------------------------------------------------------- */

static bool was_anybody_struck(void)
{
	uint32_t i;

	for (i = 0; i < control->shot_count; i++)
		if (control->shots[i].state == SHOT_FIRED ||
		    control->shots[i].state == SHOT_CONFIRMED)
			return true;
	return false;
}

/* What is no history: then to judge it would show nothing. */
static bool is_broken(void)
{
	uint32_t i;

	if (!control->history.count && !was_anybody_struck())
		control_find(KIND_BROKEN, -1, "broken",
			     "no operation was recorded in any of the scenario's histories");
	for (i = 0; i < control->history.count; i++) {
		const struct history_operation *operation = &control->history.operations[i];
		const struct task *task = &control->tasks[operation->told.caller];
		char text[HISTORY_TEXT];

		if (operation->returned != HISTORY_PENDING || task->state != TASK_ENDED ||
		    task->parent >= 0)
			continue;
		history_text(history_of(operation)->specification, &operation->told, text,
			     sizeof(text));
		control_find(KIND_BROKEN, task_number(task), "broken",
			     "%s has ended without a return from %s", task->name, text);
	}
	return control->over;
}

static uint32_t count_parts(const struct linearize_history *history, const unsigned char *parts)
{
	uint32_t count = 0, i;

	for (i = 0; i < history->count; i++)
		count += parts[i] != LINEARIZE_ABSENT;
	return count;
}

static void judge(const struct sabot_history *row, const struct linearize_history *history)
{
	unsigned char *parts = malloc(history->count);
	uint64_t tried = 0;

	control->checks++;
	switch (parts ? linearize_judge(history, parts, &tried) : LINEARIZE_NO_MEMORY) {
	case LINEARIZE_ORDER:
		break;
	case LINEARIZE_NO_ORDER:
		control_find(KIND_INVARIANT, -1, row->name,
			     "%u operations have no order that %s allows",
			     count_parts(history, parts), row->specification->name);
		break;
	case LINEARIZE_TOO_MANY:
		control_find(KIND_BROKEN, -1, "broken",
			     "\"%s\" was not decided: %llu ways to order its %u operations were "
			     "tried",
			     row->name, (unsigned long long)tried, history->count);
		break;
	case LINEARIZE_NO_MEMORY:
		control_find(KIND_BROKEN, -1, "broken",
			     "\"%s\" was not decided: there is no memory, or its specification "
			     "works beyond the state's end",
			     row->name);
		break;
	}
	free(parts);
}

void histories_judge(void)
{
	const struct sabot_history *row = control->scenario->histories;
	struct linearize_history history;

	if (!row || !row->name || is_broken())
		return;
	for (; row->name && !control->over; row++)
		if (collect(&history, row)) {
			judge(row, &history);
			discard(&history);
		}
}

/* ---- The table ----------------------------------------------------------------------------- */

static const char *task_name(unsigned task)
{
	return control->tasks[task].name;
}

static void write_shortened(FILE *file, const struct linearize_history *history,
			    unsigned char *parts)
{
	struct linearize_shortened shortened = { 0 };
	uint32_t count;

	if (linearize_shorten(history, parts, &shortened) != 0)
		return;
	count = shortened.required + shortened.beside;
	fprintf(file, "of %u operations, ", history->count);
	if (count == 1)
		fprintf(file, "this one has");
	else
		fprintf(file, "these %u%s have", count,
			shortened.shortest ? "" : " (there may be fewer)");
	fprintf(file, " no order that %s allows:\n", history->specification->name);
	linearize_table(file, history, parts, task_name);
}

/* False: this row has an order, or was not the one. */
static bool write_row(FILE *file, const struct sabot_history *row)
{
	struct linearize_history history;
	unsigned char *parts;
	bool found;

	if (strcmp(row->name, control->finding.oracle) != 0 || !collect(&history, row))
		return false;
	parts = malloc(history.count);
	found = parts && linearize_judge(&history, parts, NULL) == LINEARIZE_NO_ORDER;
	if (found)
		write_shortened(file, &history, parts);
	free(parts);
	discard(&history);
	return found;
}

char *histories_text(void)
{
	const struct sabot_history *row = control->scenario->histories;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	if (control->finding.kind == KIND_INVARIANT)
		for (; row && row->name && !write_row(file, row); row++)
			continue;
	fclose(file);
	return text;
}
