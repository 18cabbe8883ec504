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
	if (i == PLAN_TRACE_LINES_MAX) {
		control_find(KIND_BROKEN, -1, "broken",
			     "not deterministic%s: the same for %u steps, which is as far as they "
			     "are kept, and not in the end",
			     why, i);
		return;
	}
	control_find(KIND_BROKEN, -1, "broken",
		     "not deterministic%s: step %u was \"%.80s\", then \"%.80s\"", why, i + 1,
		     i < first->count ? first->lines[i] : "nothing", text);
}

/* Runs it again; true if the trace was the same. */
static bool is_same(struct campaign *campaign, bool pool, uint64_t hash)
{
	struct execution again = campaign->execution;

	again.pool = pool;
	again.races = control->race.on; /* as it was run: the first of a campaign looks for none */
	campaign_count(campaign);
	return execution_run(&again) != 0 || control->trace_hash == hash;
}

/*
 * In processes that are kept, where what a body left behind can show, and in new ones; the one
 * before may have been the first in its processes.
 */
void twice_compare(struct campaign *campaign)
{
	bool kept = campaign->target->scenario->keeps_no_state;
	uint64_t hash = control->trace_hash;
	struct plan_trace first = { 0 };

	if (recipe_trace(&first) == 0 &&
	    ((kept && !is_same(campaign, true, hash)) || !is_same(campaign, false, hash)))
		differ(&first, kept ? ", or it keeps state although it says that it does not" : "");
	plan_trace_free(&first);
}
