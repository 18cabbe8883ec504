/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/conclude.h"

#include "campaign/free.h"
#include "campaign/observations.h"
#include "campaign/recipe.h"
#include "intercept/heap.h"
#include "os/checker.h"

#include <string.h>

static const char strikes_woken[] =
	"a task has to be struck between being woken and running, which takes real-time "
	"priorities (see `sabot doctor`)";

/* It shows something only where accesses are seen. */
bool conclude_needs_memory_points(const struct campaign_target *target)
{
	const char *caught_by = target->scase->caught_by;

	return target->scenario->needs_memory_points ||
	       (caught_by && !strcmp(caught_by, kind_name(KIND_RACE)));
}

static bool role_is_silent(const struct campaign *campaign, const char **name)
{
	const struct sabot_role *roles = campaign->target->scenario->roles;
	unsigned i;

	for (i = 0; roles[i].name; i++)
		if (!(campaign->roles_reached >> i & 1)) {
			*name = roles[i].name;
			return true;
		}
	return false;
}

/* What counts most: what happened before what could, and both before what could not be tested. */
static const struct record_finding *first_finding(const struct record_case *record)
{
	const struct record_finding *best = &record->findings[0];
	size_t i;

	for (i = 0; i < record->finding_count; i++) {
		const struct record_finding *finding = &record->findings[i];

		if (finding->kind != KIND_BROKEN && finding->kind != KIND_POTENTIAL)
			return finding;
		if (best->kind == KIND_BROKEN)
			best = finding;
	}
	return best;
}

/* One that was asked for from outside need not make sense everywhere. */
static void no_fault(struct campaign *campaign)
{
	struct record_case *record = campaign->record;

	record->message = "no fault ever fired";
	if (!campaign->target->injected || campaign_is_out_of_time(campaign))
		return;
	record->verdict = VERDICT_SKIP;
	record->message = "a fault of this kind has no place in it";
}

static void conclude_correct(struct campaign *campaign)
{
	struct record_case *record = campaign->record;
	struct arena *arena = campaign->context->arena;
	const char *role;

	if (record->finding_count) {
		const struct record_finding *first = first_finding(record);

		record->verdict = first->kind == KIND_BROKEN ? VERDICT_BROKEN : VERDICT_FAIL;
		record->kind = first->kind;
		record->plan_path = first->plan_path;
		record->message = first->message;
		return;
	}
	record->verdict = VERDICT_INCONCLUSIVE;
	if (record->executions == 0)
		record->message = "stopped before an execution was complete";
	else if (role_is_silent(campaign, &role))
		record->message = arena_print(arena, "role \"%s\" never reached a point", role);
	else if (campaign->target->scase->fault.kind && record->faults_fired == 0)
		no_fault(campaign);
	else if (observations_wanted(campaign) && !record->observation_count)
		record->message = "nothing was observed";
	else if (campaign->target->scenario->invariants && record->checks == 0 &&
		 !observations_wanted(campaign))
		record->message = "no invariant was ever judged";
	else if (record->exhaustive && !record->complete)
		record->message = record->explored;
	else if (!campaign->options->endless && atomic_load(campaign->context->stop))
		record->message = "interrupted: nothing was found so far";
	else
		record->verdict = VERDICT_PASS;
}

/* All that was to be tried was: it was not cut short. */
static bool is_tried(const struct campaign *campaign)
{
	const struct record_case *record = campaign->record;

	if (atomic_load(campaign->context->stop))
		return false;
	return campaign->swept || record->complete || record->executions >= campaign->limit;
}

static void conclude_twin(struct campaign *campaign)
{
	struct record_case *record = campaign->record;
	struct arena *arena = campaign->context->arena;
	const char *caught_by = campaign->target->scase->caught_by;
	size_t i;

	for (i = 0; i < record->finding_count; i++) {
		const struct record_finding *finding = &record->findings[i];

		if (!campaign_is_caught_by(caught_by, finding->kind, finding->oracle))
			continue;
		record->verdict = VERDICT_PASS;
		record->kind = finding->kind;
		record->message = finding->message;
		record->plan_path = finding->plan_path;
		return;
	}
	record->verdict = VERDICT_FAIL;
	if (record->finding_count) {
		const struct record_finding *first = &record->findings[0];

		if (first->kind == KIND_BROKEN)
			record->verdict = VERDICT_BROKEN;
		record->kind = first->kind;
		record->plan_path = first->plan_path;
		record->message =
			arena_print(arena, "a twin that \"%s\" must catch; what caught it: %s",
				    caught_by, first->message);
	} else if (campaign->target->scase->fault.kind && record->faults_fired == 0) {
		record->verdict = VERDICT_INCONCLUSIVE;
		record->message = "no fault ever fired";
	} else {
		if (!is_tried(campaign))
			record->verdict = VERDICT_INCONCLUSIVE;
		record->message = arena_print(arena, "a twin that \"%s\" must catch was not caught",
					      caught_by);
	}
}

void conclude_skip(struct campaign *campaign, const char *why)
{
	campaign->record->verdict = VERDICT_SKIP;
	campaign->record->message = why;
	campaign->ended = true;
}

/* Without the gate nobody can be held between being woken and running. */
void conclude_skip_unheld(struct campaign *campaign)
{
	const struct campaign_target *target = campaign->target;

	if (control->gated)
		return;
	if (target->scenario->needs_priorities)
		conclude_skip(campaign,
			      "it is right only if a woken task is held until it is chosen, which "
			      "takes real-time priorities (see `sabot doctor`)");
	else if (target->scase->fault.where == SABOT_WOKEN ||
		 target->scase->second.where == SABOT_WOKEN)
		conclude_skip(campaign, strikes_woken);
}

/* What only a checker of memory can tell; and with one, what does not need it. */
void conclude_skip_unchecked(struct campaign *campaign)
{
	const char *caught_by = campaign->target->scase->caught_by;
	bool lost = campaign_is_twin(campaign) && !strcmp(caught_by, kind_name(KIND_MEMORY_LEAK));

	/* Scenarios that are built in have no memory points where AddressSanitizer sees accesses.
	 */
	if (CHECKER_IS_ASAN && !campaign->target->module[0] &&
	    conclude_needs_memory_points(campaign->target))
		conclude_skip(campaign, "it needs memory points, of which a build with "
					"AddressSanitizer has none");
	else if (lost && !heap_checker())
		conclude_skip(campaign, "memory that is lost is looked for with --leaks=valgrind "
					"or --leaks=lsan");
	else if (!heap_checker() || lost)
		return;
	else if (campaign_is_twin(campaign) && strcmp(caught_by, kind_name(KIND_LEAK)) != 0)
		conclude_skip(campaign, "what it must be caught by is judged without --leaks");
	else if (observations_wanted(campaign))
		conclude_skip(campaign, "what the platform does is shown without --leaks");
}

static bool may_strike_woken(const struct sabot_fault *fault)
{
	return fault->kind && (!fault->where || (fault->where & SABOT_WOKEN));
}

/* A twin that was not caught, or what nothing was shown of. */
static bool shows_nothing(const struct campaign *campaign)
{
	const struct record_case *record = campaign->record;

	return !record->finding_count && record->executions &&
	       (record->verdict == VERDICT_INCONCLUSIVE ||
		(record->verdict == VERDICT_FAIL && campaign_is_twin(campaign)));
}

/* What was not seen for the lack of the gate alone is not undecided: it cannot be tested here. */
static void skip_woken(struct campaign *campaign)
{
	const struct sabot_case *scase = campaign->target->scase;
	struct record_case *record = campaign->record;

	if (control->gated || !shows_nothing(campaign) || atomic_load(campaign->context->stop))
		return;
	if (!may_strike_woken(&scase->fault) && !may_strike_woken(&scase->second))
		return;
	if (record->faults_fired && !campaign_is_twin(campaign))
		return;
	conclude_skip(campaign, strikes_woken);
}

/* Nothing was found; but were the accesses seen, where it matters? */
static void conclude_points(struct campaign *campaign)
{
	struct record_case *record = campaign->record;

	if (record->verdict != VERDICT_PASS || !conclude_needs_memory_points(campaign->target) ||
	    record->finding_count || !record->executions)
		return;
	if (campaign->accessed && !campaign->missed)
		return;
	record->verdict = VERDICT_INCONCLUSIVE;
	record->message = campaign->accessed
				  ? "it needs memory points, and maps shared memory at an address "
				    "that it asks for, or more than there is room for, where none "
				    "are"
				  : "it needs memory points, and has none: compile it with "
				    "`sabot cc`";
}

void conclude(struct campaign *campaign)
{
	struct record_case *record = campaign->record;

	conclude_points(campaign);
	if (record->verdict == VERDICT_PASS) {
		if (campaign_is_twin(campaign))
			conclude_twin(campaign);
		else
			conclude_correct(campaign);
		if (campaign->options->free)
			free_conclude(campaign);
		else
			skip_woken(campaign);
	}
	if (record->verdict != VERDICT_PASS && !record->finding_count)
		record->replay_line = recipe_again(campaign);
}
