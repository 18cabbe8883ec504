/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/observations.h"

#include "check/outcome.h"

#include <string.h>

bool observations_wanted(const struct campaign *campaign)
{
	return campaign->target->scase->characterises && !campaign->options->raw;
}

/* An execution in which the fault did not strike says nothing of what it does. */
static bool counts(const struct campaign *campaign)
{
	uint32_t i;

	for (i = 0; i < control->shot_count; i++)
		if (control->shots[i].state == SHOT_CONFIRMED)
			return true;
	return !campaign->target->scase->fault.kind;
}

static void add(struct campaign *campaign, const char *text)
{
	struct record_observation *list = campaign->observations;
	size_t count = campaign->record->observation_count, at = 0;

	while (at < count && strcmp(list[at].text, text) < 0)
		at++;
	if (at < count && !strcmp(list[at].text, text)) {
		list[at].seen++;
		return;
	}
	if (count == CAMPAIGN_OBSERVATIONS_MAX)
		return;
	memmove(&list[at + 1], &list[at], (count - at) * sizeof(*list));
	list[at].text = arena_copy(campaign->context->arena, text);
	list[at].seen = 1;
	campaign->record->observation_count++;
}

bool observations_take(struct campaign *campaign)
{
	uint32_t i;

	if (!outcome_observe())
		return false;
	if (counts(campaign))
		for (i = 0; i < control->observed.count; i++)
			add(campaign, control->observed.texts[i]);
	return true;
}

static bool was_seen(const struct campaign *campaign, const char *text)
{
	size_t i;

	for (i = 0; i < campaign->record->observation_count; i++)
		if (!strcmp(campaign->observations[i].text, text))
			return true;
	return false;
}

bool observations_are_all_there(const struct campaign *campaign)
{
	const char *const *known = campaign->target->scase->known;

	while (known && *known && was_seen(campaign, *known))
		known++;
	return campaign->record->observation_count && (!known || !*known);
}
