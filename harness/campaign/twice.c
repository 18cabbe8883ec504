/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/twice.h"

#include "campaign/recipe.h"
#include "core/trace.h"

#include <stdio.h>
#include <string.h>

static void differ(const struct plan_trace *first, const char *why)
{
	uint32_t count = trace_count(), i;
	char text[400] = "nothing";

	for (i = 0; i < count && i < first->count; i++)
		if (strcmp(trace_line(&control->events[i], text, sizeof(text)), first->lines[i]))
			break;
	if (i == count)
		snprintf(text, sizeof(text), "nothing");
	control->finding.kind = KIND_NONE;
	control_find(KIND_BROKEN, -1, "broken",
		     "not deterministic%s: step %u was \"%.80s\", then \"%.80s\"", why, i + 1,
		     i < first->count ? first->lines[i] : "nothing", text);
}

void twice_compare(struct campaign *campaign)
{
	struct execution again = campaign->execution;
	uint64_t hash = control->trace_hash;
	struct plan_trace first = { 0 };
	int error = recipe_trace(&first);

	again.pool = false;
	if (!error)
		error = execution_run(&again);
	campaign->record->executions++;
	if (!error && control->trace_hash != hash)
		differ(&first, campaign->target->scenario->keeps_no_state
				       ? ", or it keeps state although it says that it does not"
				       : "");
	plan_trace_free(&first);
}
