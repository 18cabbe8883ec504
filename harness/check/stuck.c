/* SPDX-License-Identifier: Apache-2.0 */
#include "check/stuck.h"

#include "check/expect.h"
#include "check/graph.h"
#include "check/wakeup.h"
#include "core/object.h"

#include <stdarg.h>
#include <string.h>

enum { CHAIN_MAX = 3, LISTED_MAX = 3 };

static const char *name_of(int task)
{
	return control->tasks[task].name;
}

static uint64_t in_state(enum task_state state)
{
	uint64_t tasks = 0;
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].state == state)
			tasks |= task_bit((int)i);
	return tasks;
}

static void find(struct graph *graph, enum kind kind, int task, uint64_t named, const char *message)
{
	graph->named = named;
	control_find(kind, task, kind_name(kind == KIND_STUCK ? KIND_DEADLOCK : kind), "%s",
		     message);
}

static size_t append(char *text, size_t size, size_t used, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static size_t append(char *text, size_t size, size_t used, const char *format, ...)
{
	va_list list;
	int got;

	va_start(list, format);
	got = vsnprintf(text + used, size - used, format, list);
	va_end(list);
	used += got > 0 ? (size_t)got : 0;
	return used < size ? used : size - 1;
}

/* ---- Cycles -------------------------------------------------------------------------------- */

static bool judge_self(struct graph *graph)
{
	char what[160], message[PLAN_MESSAGE_MAX];
	uint32_t i;

	for (i = 0; i < graph->count; i++) {
		struct graph_edge *edge = &graph->edges[i];

		if (!graph_is_certain(edge) || edge->holders != task_bit(edge->task))
			continue;
		edge->next = edge->task;
		graph->cycle_length = 1;
		graph->cycle[0] = edge->task;
		graph_what(edge, what, sizeof(what));
		if (edge->how == GRAPH_OPEN)
			snprintf(message, sizeof(message),
				 "%s waits for %s, whose %s it has open itself",
				 name_of(edge->task), what, edge->part);
		else if (edge->how == GRAPH_SENT)
			snprintf(message, sizeof(message),
				 "%s waits for %s, whose %s is in a message to itself",
				 name_of(edge->task), what, edge->part);
		else if (edge->how == GRAPH_READY)
			snprintf(message, sizeof(message),
				 "%s waits for %s, which it alone could make ready",
				 name_of(edge->task), what);
		else
			snprintf(message, sizeof(message), "%s waits for %s, which it holds itself",
				 name_of(edge->task), what);
		find(graph, KIND_SELF_DEADLOCK, edge->task, edge->holders, message);
		return true;
	}
	return false;
}

static size_t chain_link(char *text, size_t size, size_t used, struct graph *graph, uint32_t at)
{
	const struct graph_edge *edge = graph_edge_of(graph, graph->cycle[at]);
	const char *next = name_of(edge->next);
	const char *who = at ? "which" : name_of(edge->task);
	char what[160];

	graph_what(edge, what, sizeof(what));
	used = append(text, size, used, "%s%s ", at ? ", " : "", who);
	if (edge->how == GRAPH_ALIVE)
		return append(text, size, used, "waits for the end of %s", next);
	if (edge->how == GRAPH_AHEAD)
		return append(text, size, used, "waits for %s, where %s comes first", what, next);
	if (edge->how == GRAPH_OPEN)
		return append(text, size, used, "waits for %s, whose %s is open in %s", what,
			      edge->part, next);
	if (edge->how == GRAPH_SENT)
		return append(text, size, used,
			      "waits for %s, whose %s is in a message that %s could receive", what,
			      edge->part, next);
	if (edge->how == GRAPH_READY)
		return append(text, size, used, "waits for %s, which %s could make ready", what,
			      next);
	return append(text, size, used, "%s %s, %s %s", edge->spins ? "spins on" : "waits for",
		      what, graph_is_certain(edge) ? "held by" : "which is up to", next);
}

static bool judge_cycle(struct graph *graph, bool guess)
{
	char message[PLAN_MESSAGE_MAX];
	uint32_t i, length = graph_cycle(graph, guess);
	uint64_t named = 0;
	size_t used = 0;

	if (!length)
		return false;
	for (i = 0; i < length; i++)
		named |= task_bit(graph->cycle[i]);
	if (length <= CHAIN_MAX) {
		for (i = 0; i < length; i++)
			used = chain_link(message, sizeof(message), used, graph, i);
	} else {
		used = append(message, sizeof(message), used,
			      "%u tasks wait for one another: ", length);
		for (i = 0; i <= length; i++)
			used = append(message, sizeof(message), used, "%s%s", i ? " -> " : "",
				      name_of(graph->cycle[i % length]));
	}
	find(graph, KIND_DEADLOCK, graph->cycle[0], named, message);
	return true;
}

/* ---- What the dead have left --------------------------------------------------------------- */

static void tell_orphan(struct graph *graph, const struct graph_edge *edge)
{
	uint64_t dead = edge->holders & in_state(TASK_DEAD);
	int holder = __builtin_ctzll(dead ? dead : edge->holders);
	char what[160], fate[40], message[PLAN_MESSAGE_MAX];
	const char *verb = edge->spins ? "spins on" : "waits for";
	const char *name = name_of(holder);
	const char *form;

	expect_fate(&control->tasks[holder], fate, sizeof(fate));
	graph_what(edge, what, sizeof(what));
	switch (edge->how) {
	case GRAPH_GIVEN:
		form = "had been given when it";
		break;
	case GRAPH_POSTED:
		form = "posted before it";
		break;
	case GRAPH_FILLS:
		form = "was to fill when it";
		break;
	case GRAPH_EMPTIES:
		form = "was to empty when it";
		break;
	case GRAPH_INSIDE:
		form = "was in when it";
		break;
	default:
		form = "held when it";
		break;
	}
	if (edge->how == GRAPH_UNARRIVED)
		snprintf(message, sizeof(message), "%s %s %s, where %s can arrive no more: it %s",
			 name_of(edge->task), verb, what, name, fate);
	else
		snprintf(message, sizeof(message), "%s %s %s, which %s %s %s", name_of(edge->task),
			 verb, what, name, form, fate);
	find(graph, edge->spins ? KIND_LIVELOCK : KIND_ORPHANED, edge->task,
	     task_bit(edge->task) | task_bit(holder), message);
}

static bool judge_orphan(struct graph *graph)
{
	uint64_t dead = in_state(TASK_DEAD), over = dead | in_state(TASK_ENDED);
	uint32_t i;

	for (i = 0; i < graph->count; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		if (!graph_is_certain(edge) || (edge->holders & ~over))
			continue;
		/* Somebody who ended held a lock for good; what else it did not do is no orphan. */
		if (edge->how != GRAPH_HELD && !(edge->holders & dead))
			continue;
		tell_orphan(graph, edge);
		return true;
	}
	return false;
}

/* ---- The rest ------------------------------------------------------------------------------ */

static bool judge_wakeup(struct graph *graph)
{
	char message[PLAN_MESSAGE_MAX];
	uint64_t named;
	uint32_t i;

	for (i = 0; i < graph->count; i++)
		if (wakeup_lost(&graph->edges[i], &named, message, sizeof(message))) {
			find(graph, KIND_LOST_WAKEUP, graph->edges[i].task, named, message);
			return true;
		}
	return false;
}

static uint64_t waiting(const struct graph *graph, bool *all_spin)
{
	uint64_t tasks = 0;
	uint32_t i;

	*all_spin = graph->count > 0;
	for (i = 0; i < graph->count; i++) {
		tasks |= task_bit(graph->edges[i].task);
		*all_spin &= graph->edges[i].spins;
	}
	return tasks;
}

/* No shape explains it: says what each waits for, and who is no more. */
static void tell_rest(struct graph *graph)
{
	char message[PLAN_MESSAGE_MAX] = "nobody can run", what[160], names[160];
	uint64_t dead = in_state(TASK_DEAD);
	bool all_spin;
	uint64_t tasks = waiting(graph, &all_spin);
	size_t used = 0;
	uint32_t i;

	for (i = 0; i < graph->count && i < LISTED_MAX; i++)
		used = append(message, sizeof(message), used, "%s%s %s %s", i ? ", " : "",
			      name_of(graph->edges[i].task),
			      graph->edges[i].spins ? "spins on" : "waits for",
			      graph_what(&graph->edges[i], what, sizeof(what)));
	if (graph->count > LISTED_MAX)
		used = append(message, sizeof(message), used, ", and %u more wait",
			      graph->count - LISTED_MAX);
	if (graph->count)
		used = append(message, sizeof(message), used, ", and nobody is left to end that");
	if (dead)
		append(message, sizeof(message), used, " (killed: %s)",
		       graph_names(dead, names, sizeof(names)));
	find(graph, all_spin ? KIND_LIVELOCK : KIND_STUCK, graph->count ? graph->edges[0].task : -1,
	     tasks, message);
}

void stuck_judge(void)
{
	struct graph *graph = graph_kept();

	graph_build(graph);
	if (!expect_crashed() && !judge_self(graph) && !judge_cycle(graph, false) &&
	    !judge_orphan(graph) && !judge_wakeup(graph) && !judge_cycle(graph, true))
		tell_rest(graph);
	graph->trace_hash = control->trace_hash;
}
