/* SPDX-License-Identifier: Apache-2.0 */
/* The shortest cycle of a waits-for graph: breadth first from each task, 64 tasks at most. */
#include "check/graph.h"

struct walk {
	struct graph *graph;
	bool guess;
	int from[TASKS_MAX]; /* by whom a task was reached first, or -1 */
	int queue[TASKS_MAX];
	int count;
};

static uint64_t successors(const struct walk *walk, const struct graph_edge *edge)
{
	/* Nobody waits for itself by a guess. */
	if (!graph_is_certain(edge))
		return walk->guess ? edge->holders & ~task_bit(edge->task) : 0;
	return edge->holders;
}

/* Whether a cycle through `start` was found; walk->from then leads backwards from it. */
static bool reaches_itself(struct walk *walk, int start)
{
	int at, i;

	for (i = 0; i < TASKS_MAX; i++)
		walk->from[i] = -1;
	walk->queue[0] = start;
	walk->count = 1;
	for (at = 0; at < walk->count; at++) {
		const struct graph_edge *edge = graph_edge_of(walk->graph, walk->queue[at]);
		uint64_t left = edge ? successors(walk, edge) : 0;

		for (; left; left &= left - 1) {
			int next = __builtin_ctzll(left);

			if (walk->from[next] >= 0)
				continue;
			walk->from[next] = walk->queue[at];
			if (next == start)
				return true;
			walk->queue[walk->count++] = next;
		}
	}
	return false;
}

/* The cycle through `start` into path[], in order; returns its length, 0 if it is but guesses. */
static uint32_t collect(const struct walk *walk, int start, int path[TASKS_MAX])
{
	int back[TASKS_MAX], at = start;
	uint32_t length = 0, i;
	bool certain = false;

	do {
		at = walk->from[at];
		back[length++] = at;
		certain |= graph_is_certain(graph_edge_of(walk->graph, at));
	} while (at != start);
	for (i = 0; i < length; i++)
		path[i] = back[length - 1 - i];
	return certain ? length : 0;
}

uint32_t graph_cycle(struct graph *graph, bool guess)
{
	struct walk walk = { .graph = graph, .guess = guess };
	int path[TASKS_MAX];
	uint32_t i, j;

	graph->cycle_length = 0;
	for (i = 0; i < graph->count; i++)
		graph->edges[i].next = -1;
	for (i = 0; i < graph->count; i++) {
		uint32_t length = 0;

		if (reaches_itself(&walk, graph->edges[i].task))
			length = collect(&walk, graph->edges[i].task, path);
		if (!length || (graph->cycle_length && length >= graph->cycle_length))
			continue;
		graph->cycle_length = length;
		for (j = 0; j < length; j++)
			graph->cycle[j] = path[j];
	}
	for (i = 0; i < graph->cycle_length; i++)
		graph_edge_of(graph, graph->cycle[i])->next =
			graph->cycle[(i + 1) % graph->cycle_length];
	return graph->cycle_length;
}
