/* SPDX-License-Identifier: Apache-2.0 */
#include "check/outcome.h"

#include "check/graph.h"
#include "check/invariant.h"
#include "core/observe.h"

#include <string.h>

static const char *role_of(int task)
{
	return control->scenario->roles[control->tasks[task].role].name;
}

void outcome_look(void)
{
	enum kind kind = control->finding.kind;

	if (kind != KIND_BROKEN && kind != KIND_UNFIT && kind != KIND_ASSERTION)
		invariant_look(control);
}

static void observe_waits(void)
{
	const struct graph *graph = graph_last();
	uint32_t i;

	for (i = 0; graph && i < graph->count; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		observe_add("%s %s for ever in %s", role_of(edge->task),
			    edge->spins ? "spins" : "blocks", op_name(edge->op));
	}
}

/* "holder#0 died of SIGSEGV": which of its tasks does not matter. */
static void observe_task(void)
{
	const struct finding *finding = &control->finding;
	const char *name = finding->task >= 0 ? control->tasks[finding->task].name : "-";
	size_t length = strlen(name);

	if (strncmp(finding->message, name, length) != 0)
		observe_add("%s", finding->message);
	else
		observe_add("%s%s", role_of(finding->task), finding->message + length);
}

bool outcome_observe(void)
{
	const struct finding *finding = &control->finding;

	switch (finding->kind) {
	case KIND_NONE:
		return true;
	case KIND_ASSERTION:
	case KIND_BROKEN:
	case KIND_UNFIT:
	case KIND_RACE:
		return false;
	case KIND_INVARIANT:
		observe_add("not so: %s", finding->oracle);
		return true;
	case KIND_LIVELOCK:
		if (finding->task >= 0)
			observe_add("%s runs for ever", role_of(finding->task));
		observe_waits();
		return true;
	case KIND_CRASH:
	case KIND_UNMAPPED:
	case KIND_EXIT:
	case KIND_LEAK:
	case KIND_MEMORY_LEAK:
		observe_task();
		return true;
	default:
		observe_waits();
		return true;
	}
}
