/* SPDX-License-Identifier: Apache-2.0 */
#include "check/explain.h"
#include "check/graph.h"
#include "check/leaks.h"
#include "check/lock_order.h"
#include "check/place.h"

#include <ctype.h>
#include <string.h>

static uint64_t named_tasks(void)
{
	const struct graph *graph = graph_last();
	int task = control->finding.task;

	if (graph && graph->named)
		return graph->named;
	return task >= 0 && task < TASKS_MAX ? task_bit(task) : 0;
}

static uint64_t task_hash(const struct task *task)
{
	const char *role = control->scenario->roles[task->role].name;

	return random_mix(random_text_hash(role) ^
			  random_mix(place_hash(task->call.site) + (uint64_t)task->call.op));
}

/* What names no task has only its words: without numbers, which may be identifiers. */
static uint64_t message_hash(const char *message)
{
	char words[PLAN_MESSAGE_MAX];
	size_t used = 0;

	for (; *message && used < sizeof(words) - 1; message++)
		if (!isdigit((unsigned char)*message))
			words[used++] = *message;
	words[used] = '\0';
	return random_text_hash(words);
}

/*
 * The line of a crash, or 0 where that is not known: which access of memory the task was announced
 * at before depends on how closely it was watched.
 */
static uint64_t crash_hash(void)
{
	const struct finding *finding = &control->finding;
	const struct task *task = &control->tasks[finding->task < 0 ? 0 : finding->task];
	char text[128];

	if ((finding->kind != KIND_CRASH && finding->kind != KIND_UNMAPPED) || !task->stack_count)
		return 0;
	return strchr(place_text(task->stack[0] + 1, text, sizeof(text)), ':')
		       ? random_text_hash(text)
		       : 0;
}

uint64_t explain_fingerprint(void)
{
	const struct finding *finding = &control->finding;
	uint64_t hash, left, tasks = named_tasks(), sum = 0;

	hash = random_mix(random_text_hash(control->scenario->group) ^ (uint64_t)finding->kind);
	hash = random_mix(hash ^ random_text_hash(control->scenario->name));
	hash = random_mix(hash ^ random_text_hash(finding->oracle));
	if (finding->kind == KIND_POTENTIAL)
		return random_mix(hash ^ lock_order_hash());
	if (finding->kind == KIND_RACE)
		return random_mix(hash ^ (place_hash(control->race.first.site) +
					  place_hash(control->race.second.site)));
	if (crash_hash())
		return random_mix(hash ^ crash_hash());
	if (finding->kind == KIND_MEMORY_LEAK)
		return random_mix(hash ^ leaks_hash());
	/* A sum: the order of tasks of one role says nothing. */
	for (left = tasks; left; left &= left - 1)
		sum += task_hash(&control->tasks[__builtin_ctzll(left)]);
	if (!tasks)
		sum = message_hash(finding->message);
	return random_mix(hash ^ sum);
}
