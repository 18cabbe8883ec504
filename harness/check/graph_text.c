/* SPDX-License-Identifier: Apache-2.0 */
/* The waits-for graph in words, and for Graphviz. */
#include "check/graph.h"

#include "check/place.h"
#include "core/object.h"

#include <stdlib.h>
#include <string.h>

enum { NAMED_MAX = 4 };

const char *graph_what(const struct graph_edge *edge, char *text, size_t size)
{
	const char *of = edge->object >= 0 ? object_label(edge->object) : edge->name;
	bool part = edge->part[0] && edge->how != GRAPH_OPEN && edge->how != GRAPH_SENT;
	bool many = edge->amount < -1 && (op_family(edge->op) == FAMILY_SYSV_SEM);

	if (!of[0])
		of = "something unknown";
	if (many)
		snprintf(text, size, "%lld of %s", (long long)-edge->amount, of);
	else
		snprintf(text, size, "%s%s%s", of, part ? " " : "", part ? edge->part : "");
	return text;
}

const char *graph_free(const struct graph_edge *edge)
{
	bool queue = edge->object >= 0 && control->objects[edge->object].family == FAMILY_POSIX_MQ;

	if (edge->how == GRAPH_READY)
		return ", which is ready";
	return queue ? ", which already holds a message" : ", which is free";
}

const char *graph_names(uint64_t tasks, char *text, size_t size)
{
	int count = __builtin_popcountll(tasks), shown = 0;
	size_t used = 0;

	text[0] = '\0';
	for (; tasks && used < size; tasks &= tasks - 1, shown++) {
		const char *gap = shown == 0 ? "" : shown + 1 == count ? " and " : ", ";
		int got;

		if (shown == NAMED_MAX && count > NAMED_MAX + 1) {
			snprintf(text + used, size - used, " and %d more", count - shown);
			break;
		}
		got = snprintf(text + used, size - used, "%s%s", gap,
			       control->tasks[__builtin_ctzll(tasks)].name);
		used += got > 0 ? (size_t)got : 0;
	}
	return text;
}

/* " (killed)" of those that are no more. */
static const char *fate(uint64_t tasks)
{
	uint64_t left;
	bool dead = false, ended = false;

	for (left = tasks; left; left &= left - 1) {
		const struct task *task = &control->tasks[__builtin_ctzll(left)];

		dead |= task->state == TASK_DEAD;
		ended |= task->state == TASK_ENDED;
	}
	if (dead && ended)
		return " (dead or ended)";
	return dead ? " (killed)" : ended ? " (ended)" : "";
}

static void write_holders(FILE *file, const struct graph_edge *edge)
{
	char names[200];
	const char *over = fate(edge->holders);

	graph_names(edge->holders, names, sizeof(names));
	if (edge->free) {
		fprintf(file, "%s", graph_free(edge));
		return;
	}
	if (!edge->holders && edge->harness)
		snprintf(names, sizeof(names), "the harness, by setup");
	else if (!edge->holders) {
		fprintf(file, ", and nobody is left to end that");
		return;
	}
	switch (edge->how) {
	case GRAPH_ANYBODY:
		fprintf(file, ", which nobody holds: up to %s", names);
		break;
	case GRAPH_HELD:
		fprintf(file, ", held by %s%s", names, over);
		break;
	case GRAPH_MAYBE:
		fprintf(file, ", taken before by %s%s", names, over);
		break;
	case GRAPH_GIVEN:
		fprintf(file, ", given to %s%s", names, over);
		break;
	case GRAPH_POSTED:
		fprintf(file, ", posted before by %s%s", names, over);
		break;
	case GRAPH_FILLS:
		fprintf(file, ", which %s filled%s", names, over);
		break;
	case GRAPH_EMPTIES:
		fprintf(file, ", which %s emptied%s", names, over);
		break;
	case GRAPH_AHEAD:
		fprintf(file, ", where %s comes first", names);
		break;
	case GRAPH_OPEN:
		fprintf(file, ", whose %s is open in %s", edge->part, names);
		break;
	case GRAPH_SENT:
		fprintf(file, ", whose %s is in a message that %s could receive", edge->part,
			names);
		break;
	case GRAPH_INSIDE:
		fprintf(file, ", which still counts %s%s", names, over);
		break;
	case GRAPH_UNARRIVED:
		fprintf(file, ", where %s did not arrive%s", names, over);
		break;
	case GRAPH_READY:
		fprintf(file, ", which %s could make ready", names);
		break;
	case GRAPH_ALIVE:
		break;
	}
}

static void write_edge(FILE *file, const struct graph_edge *edge)
{
	char what[160], place[128], names[200];

	place_text(edge->site, place, sizeof(place));
	fprintf(file, "%s%s%s%s ", control->tasks[edge->task].name, place[0] ? " (" : "", place,
		place[0] ? ")" : "");
	if (edge->how == GRAPH_ALIVE)
		fprintf(file, "waits for the end of %s",
			graph_names(edge->holders, names, sizeof(names)));
	else
		fprintf(file, "%s %s", edge->spins ? "spins on" : "waits for",
			graph_what(edge, what, sizeof(what)));
	write_holders(file, edge);
	fprintf(file, "%s\n", edge->next >= 0 ? "   <- the cycle" : "");
}

void graph_write(FILE *file, struct graph *graph)
{
	uint32_t i;

	for (i = 0; i < graph->count; i++)
		write_edge(file, &graph->edges[i]);
	if (!graph->cycle_length)
		return;
	fprintf(file, "the cycle: ");
	for (i = 0; i < graph->cycle_length; i++)
		fprintf(file, "%s -> ", control->tasks[graph->cycle[i]].name);
	fprintf(file, "%s\n", control->tasks[graph->cycle[0]].name);
}

/* ---- Graphviz ------------------------------------------------------------------------------ */

static void write_quoted(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', file);
		fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
	}
	fputc('"', file);
}

static void write_arrow(FILE *file, const struct graph_edge *edge, int holder)
{
	bool cycle = edge->next == holder;
	char what[160];

	fputc('\t', file);
	write_quoted(file, control->tasks[edge->task].name);
	fprintf(file, " -> ");
	write_quoted(file, control->tasks[holder].name);
	fprintf(file, " [label=");
	write_quoted(file, graph_what(edge, what, sizeof(what)));
	fprintf(file, "%s%s];\n", graph_is_certain(edge) ? "" : ", style=dashed",
		cycle ? ", color=red, penwidth=2" : "");
}

void graph_write_dot(FILE *file, struct graph *graph)
{
	uint32_t i;

	fprintf(file, "digraph waits_for {\n");
	for (i = 0; i < control->task_count; i++) {
		fputc('\t', file);
		write_quoted(file, control->tasks[i].name);
		fprintf(file, "%s;\n",
			task_is_over(&control->tasks[i]) ? " [style=dotted, fontcolor=gray]" : "");
	}
	for (i = 0; i < graph->count; i++) {
		uint64_t left = graph->edges[i].holders;

		for (; left; left &= left - 1)
			write_arrow(file, &graph->edges[i], __builtin_ctzll(left));
	}
	fprintf(file, "}\n");
}

char *graph_last_text(void)
{
	struct graph *graph = graph_last();
	char *text = NULL;
	size_t size;
	FILE *file;

	file = open_memstream(&text, &size);
	if (!file)
		return NULL;
	if (graph)
		graph_write(file, graph);
	fclose(file);
	return text;
}
