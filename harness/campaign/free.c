/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/free.h"

#include "campaign/coordinates.h"
#include "os/checker.h"
#include "os/sys.h"

#include <stdlib.h>
#include <string.h>

enum {
	EXECUTIONS = 1000,
	EXECUTIONS_TWIN = 4000,
	EXECUTIONS_QUICK = 200,
	ROUNDS = 3, /* in which each place of a fault is tried */
	LATE_MAX = 2,
};

/* Of real time, for a case whose executions nobody has counted. */
#define CASE_NS UINT64_C(10000000000)

struct faults {
	struct coordinate_set known, covered, refused;
	struct coordinates first, second;
};

struct run {
	struct campaign *campaign;
	uint64_t end_ns; /* 0: none */
	uint32_t late;
	struct faults *faults;
};

/* ---- What cannot be judged ----------------------------------------------------------------- */

/* Why, or NULL. */
static const char *why_not(const struct campaign *campaign)
{
	const struct sabot_scenario *scenario = campaign->target->scenario;
	const struct sabot_case *scase = campaign->target->scase;
	const char *caught_by = campaign->options->raw ? NULL : scase->caught_by;

	if (scase->characterises && !campaign->options->raw)
		return "what a platform does is shown step by step: run it without --free";
	if (scenario->needs_steps || scenario->needs_priorities)
		return "it counts on steps, which free mode has none of";
	if (scase->fault.where == SABOT_WOKEN)
		return "free mode holds nobody between being woken and running";
	if (!caught_by)
		return NULL;
	if (!strcmp(caught_by, kind_name(KIND_LIVELOCK)))
		return "a livelock cannot be told from a slow run in free mode";
	if (!strcmp(caught_by, kind_name(KIND_RACE)) ||
	    !strcmp(caught_by, kind_name(KIND_POTENTIAL)))
		return "what might happen in another order is looked for step by step: run it "
		       "without --free";
	if (scase->memory == SABOT_PSO)
		return "this processor keeps stores in order: its twin takes --memory=pso";
	return NULL;
}

/* ---- Executions ---------------------------------------------------------------------------- */

/* Told of each execution, while the control block shows it. */
static void note(void *argument)
{
	struct run *run = argument;

	if (control->free.late && ++run->late == LATE_MAX)
		run->campaign->ended = true;
}

static bool try_next(struct run *run)
{
	struct campaign *campaign = run->campaign;

	if (run->end_ns && sys_now_ns() >= run->end_ns)
		campaign->ended = true;
	if (!campaign_try(campaign))
		return false;
	campaign->execution.number++;
	return !campaign->ended;
}

/* ---- Faults -------------------------------------------------------------------------------- */

static uint64_t key_of(const struct coordinate *at)
{
	uint64_t key = random_join(random_text_hash(at->victim), at->key);

	return random_join(key, (uint64_t)at->where << 32 | (uint32_t)at->value);
}

/* The fault at the coordinate, or none: then this execution shows where there are any. */
static bool strike(struct run *run, const struct coordinate *first, const struct coordinate *second)
{
	const struct sabot_case *scase = run->campaign->target->scase;
	struct execution *execution = &run->campaign->execution;
	struct plan_fault shots[2];
	bool more;

	if (first)
		coordinates_aim(&shots[0], &scase->fault, first);
	if (second)
		coordinates_aim(&shots[1], &scase->second, second);
	execution->faults = shots;
	execution->fault_count = (first ? 1u : 0u) + (second ? 1u : 0u);
	more = try_next(run);
	execution->faults = NULL;
	execution->fault_count = 0;
	return more;
}

static void count(struct run *run, const struct coordinate *first)
{
	struct faults *faults = run->faults;

	if (control->shot_count && control->shots[0].state == SHOT_CONFIRMED)
		(void)coordinate_set_add(&faults->covered, key_of(first));
	else if (control->shot_count && control->shots[0].state == SHOT_REFUSED)
		(void)coordinate_set_add(&faults->refused, key_of(first));
}

/* Where it turned out each time that it cannot happen there, there is nothing to cover. */
static void sum_up(struct record_case *record, struct faults *faults)
{
	size_t i;

	record->kill_points_known = faults->known.count;
	record->kill_points_covered = faults->covered.count;
	for (i = 0; i < faults->refused.size; i++)
		if (faults->refused.slots[i] &&
		    coordinate_set_add(&faults->covered, faults->refused.slots[i]))
			record->kill_points_known--;
}

/* Where the recoverer dies as well: another place each time. */
static const struct coordinate *some_second(const struct run *run)
{
	const struct coordinates *second = &run->faults->second;

	if (!second->count)
		return NULL;
	return &second->list[random_mix(run->campaign->execution.number + 1) % second->count];
}

static bool run_round(struct run *run)
{
	const struct sabot_case *scase = run->campaign->target->scase;
	struct faults *faults = run->faults;
	size_t i;

	if (!strike(run, NULL, NULL))
		return false;
	if (control->finding.kind != KIND_NONE)
		return true;
	coordinates_collect_free(&faults->first, &scase->fault);
	if (scase->second.kind)
		coordinates_collect_free(&faults->second, &scase->second);
	for (i = 0; i < faults->first.count; i++) {
		(void)coordinate_set_add(&faults->known, key_of(&faults->first.list[i]));
		if (!strike(run, &faults->first.list[i], some_second(run)))
			return false;
		count(run, &faults->first.list[i]);
	}
	return true;
}

static bool is_enough(const struct run *run, unsigned rounds)
{
	const struct record_case *record = run->campaign->record;

	return rounds > ROUNDS && record->executions >= EXECUTIONS_QUICK && record->faults_fired &&
	       !run->campaign->options->executions;
}

static void run_faults(struct run *run)
{
	struct record_case *record = run->campaign->record;
	struct faults *faults = run->faults = calloc(1, sizeof(*faults));
	unsigned round;

	for (round = 0; faults && run_round(run); round++)
		if (is_enough(run, round + 1))
			break;
	if (!faults)
		return;
	sum_up(record, faults);
	coordinate_set_free(&faults->known);
	coordinate_set_free(&faults->covered);
	coordinate_set_free(&faults->refused);
	free(faults);
}

void free_run(struct campaign *campaign)
{
	const struct campaign_options *options = campaign->options;
	struct record_case *record = campaign->record;
	const char *reason = why_not(campaign);
	struct run run = { .campaign = campaign };

	record->free = true;
	if (reason) {
		record->verdict = VERDICT_SKIP;
		record->message = reason;
		return;
	}
	if (!options->executions) {
		campaign->limit = *record->caught_by ? EXECUTIONS_TWIN
				  : options->quick   ? EXECUTIONS_QUICK
						     : EXECUTIONS;
		run.end_ns = sys_now_ns() + CASE_NS * (unsigned)checker_slowness();
	}
	campaign->execution.length = (uint32_t)campaign->limit; /* how often a replay runs it */
	campaign->learn = note;
	campaign->learner = &run;
	if (campaign->target->scase->fault.kind)
		run_faults(&run);
	else
		while (try_next(&run))
			continue;
	campaign->ended = true;
	record->late = run.late;
}

/* ---- The verdict --------------------------------------------------------------------------- */

static bool is_caught(const struct campaign *campaign)
{
	return campaign->record->verdict == VERDICT_PASS;
}

void free_conclude(struct campaign *campaign)
{
	struct record_case *record = campaign->record;
	struct arena *arena = campaign->context->arena;
	bool twin = *record->caught_by;
	size_t i;

	for (i = 0; i < record->finding_count; i++)
		campaign->findings[i].out_of = record->executions;
	if (twin && !is_caught(campaign)) {
		record->verdict = VERDICT_INCONCLUSIVE;
		record->message =
			record->finding_count
				? arena_print(arena, "\"%s\" did not catch it; what did: %s",
					      record->caught_by, record->findings[0].message)
				: arena_print(arena, "\"%s\" did not catch it in %llu executions",
					      record->caught_by,
					      (unsigned long long)record->executions);
	}
	if (record->late && !record->finding_count) {
		record->verdict = VERDICT_INCONCLUSIVE;
		record->message = arena_print(
			arena, "%llu of %llu executions did not end, and nothing proves why",
			(unsigned long long)record->late, (unsigned long long)record->executions);
	}
}
