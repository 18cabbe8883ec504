/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/sweep.h"

#include "campaign/coordinates.h"
#include "intercept/heap.h"
#include "search/strategies.h"

#include <stdlib.h>
#include <string.h>

enum {
	BASES = 8,
	BASES_QUICK = 1,
	BASES_TWIN = 256,
	CASCADE_BASES = 2,
	/* In a quick run, of the places that follow a first strike. */
	SECOND_QUICK = 10,
	/* On valgrind, where an execution takes as long as a hundred others. */
	BASES_CHECKED_TWIN = 16,
	PLACES_CHECKED_QUICK = 3,
	SECOND_CHECKED = 2,
};

struct sweep {
	struct campaign *campaign;
	struct coordinate_set seen; /* what was tried, over all bases */
	struct coordinates first;
	struct coordinates second;
};

/* The base schedule: the default one first, then a random walk or random priorities each. */
static void choose_base(struct campaign *campaign, uint64_t base)
{
	struct execution *execution = &campaign->execution;
	const char *strategy = campaign->options->strategy;

	execution->number = base;
	execution->depth = 0;
	execution->strategy = base == 0	      ? &strategy_replay
			      : base % 2 == 1 ? &strategy_random
					      : &strategy_pct;
	if (strategy && base > 0 && strcmp(strategy, "sweep"))
		execution->strategy = strategies_find(strategy);
	if (execution->strategy == &strategy_pct) {
		execution->depth = campaign->options->depth;
		execution->length = campaign->length;
	}
	execution->faults = NULL;
	execution->fault_count = 0;
}

/*
 * Strikes there by the last of `shots` faults. Where it turns out that it cannot happen there,
 * there is nothing to cover. Returns false when the campaign is to end.
 */
static bool strike_at(struct campaign *campaign, const struct sabot_fault *fault,
		      const struct coordinate *at, struct plan_fault *shots, uint32_t count)
{
	struct record_strike *strike = strikes_know(&campaign->strikes, fault, at);
	struct record_strike none = { 0 };
	struct record_case *record = campaign->record;
	uint64_t fired = record->faults_fired;
	bool goes_on;

	if (!strike)
		strike = &none;
	record->kill_points_known++;
	coordinates_aim(&shots[count - 1], fault, at);
	campaign->execution.fault_count = count;
	goes_on = campaign_try(campaign);
	/* If it showed something, the control block has the shrunk execution by now. */
	if (record->faults_fired - fired >= count) {
		record->kill_points_covered++;
		strike->struck++;
	} else if (goes_on && control->shot_count >= count &&
		   control->shots[count - 1].state == SHOT_REFUSED) {
		record->kill_points_known--;
		strike->known--;
	}
	return goes_on;
}

static bool on_valgrind(const struct campaign *campaign)
{
	return heap_checker() == HEAP_VALGRIND && !campaign->options->executions &&
	       !campaign->options->schedules;
}

/* A quick run, of a case that has to show that it is sound. */
static bool is_quick(const struct campaign *campaign)
{
	return campaign->options->quick && !campaign->options->executions &&
	       !campaign->options->schedules && !campaign_is_twin(campaign);
}

/* How many of the places there is time for; 0: all. */
static size_t most_of(const struct campaign *campaign, bool second)
{
	if (on_valgrind(campaign))
		return second ? SECOND_CHECKED : is_quick(campaign) ? PLACES_CHECKED_QUICK : 0;
	return second && is_quick(campaign) ? SECOND_QUICK : 0;
}

/* One in how many, so that those are taken wherever they lie. */
static size_t step_of(const struct campaign *campaign, size_t count, bool second)
{
	size_t most = most_of(campaign, second);

	return most ? (count + most - 1) / most : 1;
}

/*
 * Known, and not struck for want of time. A twin's count for nothing: another schedule may come to
 * the same one.
 */
static void leave(struct sweep *sweep, const struct sabot_fault *fault, const struct coordinate *at)
{
	struct campaign *campaign = sweep->campaign;

	if (campaign_is_twin(campaign) || !coordinate_set_add(&sweep->seen, at->key))
		return;
	campaign->record->kill_points_known++;
	campaign->record->kill_points_left++;
	(void)strikes_know(&campaign->strikes, fault, at);
}

/*
 * After the first fault, the recoverer dies as well: each coordinate that followed it. If these are
 * too many, then after each first strike others of them.
 */
static void sweep_second(struct sweep *sweep, struct plan_fault shots[2], size_t turn)
{
	const struct sabot_fault *fault = &sweep->campaign->target->scase->second;
	struct execution *execution = &sweep->campaign->execution;
	size_t i, step;

	coordinates_collect(&sweep->second, fault, true);
	step = step_of(sweep->campaign, sweep->second.count, true);
	for (i = 0; i < sweep->second.count; i++) {
		if ((i + turn) % step) {
			leave(sweep, fault, &sweep->second.list[i]);
			continue;
		}
		if (!coordinate_set_add(&sweep->seen, sweep->second.list[i].key))
			continue;
		if (!strike_at(sweep->campaign, fault, &sweep->second.list[i], shots, 2))
			return;
	}
	execution->fault_count = 1;
}

bool sweep_places(struct sweep *sweep, bool second)
{
	struct campaign *campaign = sweep->campaign;
	struct execution *execution = &campaign->execution;
	const struct sabot_case *scase = campaign->target->scase;
	struct plan_fault shots[2];
	size_t i, step;

	coordinates_collect(&sweep->first, &scase->fault, false);
	execution->faults = shots;
	step = step_of(campaign, sweep->first.count, false);
	for (i = 0; i < sweep->first.count && !campaign->ended; i++) {
		if (i % step) {
			leave(sweep, &scase->fault, &sweep->first.list[i]);
			continue;
		}
		if (!coordinate_set_add(&sweep->seen, sweep->first.list[i].key))
			continue;
		if (!strike_at(campaign, &scase->fault, &sweep->first.list[i], shots, 1))
			break;
		if (scase->second.kind && second)
			sweep_second(sweep, shots, i);
	}
	execution->faults = NULL;
	execution->fault_count = 0;
	return !campaign->ended;
}

static bool sweep_base(struct sweep *sweep, uint64_t base)
{
	choose_base(sweep->campaign, base);
	sweep->campaign->execution.fingerprint = true;
	if (!campaign_try(sweep->campaign))
		return false;
	sweep->campaign->execution.fingerprint = false;
	if (control->finding.kind != KIND_NONE)
		return true; /* the block shows the shrunk finding, not the base */
	return sweep_places(sweep, base < CASCADE_BASES);
}

/*
 * How many schedules are swept: a quick run is content with one, or with as many as show what is
 * known of a platform. But where the case's own fault has found no place so far, as many are tried
 * as for a twin.
 */
static bool is_enough(const struct campaign *campaign, uint64_t bases)
{
	const struct campaign_options *options = campaign->options;
	bool twin = campaign->target->scase->caught_by && !options->raw;

	if (on_valgrind(campaign))
		return bases >=
		       (twin || !campaign->record->faults_fired ? BASES_CHECKED_TWIN : BASES_QUICK);
	/* Asked for a number of executions: as many schedules as that takes. */
	if (options->executions)
		return false;
	if (options->schedules)
		return bases >= options->schedules;
	if (twin || (!campaign->record->faults_fired && !campaign->target->injected))
		return bases >= BASES_TWIN;
	return bases >= (campaign_has_shown_enough(campaign) ? BASES_QUICK : BASES);
}

struct sweep *sweep_begin(struct campaign *campaign)
{
	struct sweep *sweep = calloc(1, sizeof(*sweep));

	if (sweep)
		sweep->campaign = campaign;
	return sweep;
}

void sweep_end(struct sweep *sweep)
{
	coordinate_set_free(&sweep->seen);
	free(sweep);
}

void sweep_run(struct campaign *campaign)
{
	struct sweep *sweep = sweep_begin(campaign);
	uint64_t base = 0;

	if (!sweep)
		return;
	while (!campaign->swept && sweep_base(sweep, base))
		campaign->swept = is_enough(campaign, ++base);
	campaign->ended = true;
	sweep_end(sweep);
}

/* Any place of the execution that the control block shows. False: there is none. */
static bool draw(struct sweep *sweep, struct random *random, const struct sabot_fault *fault,
		 struct plan_fault *shot, bool second)
{
	coordinates_collect(&sweep->first, fault, second);
	if (!sweep->first.count)
		return false;
	coordinates_aim(shot, fault, &sweep->first.list[random_below(random, sweep->first.count)]);
	return true;
}

static void sample_one(struct sweep *sweep, struct random *random)
{
	struct campaign *campaign = sweep->campaign;
	const struct sabot_case *scase = campaign->target->scase;
	struct execution *execution = &campaign->execution;
	struct plan_fault shots[2];

	if (!draw(sweep, random, &scase->fault, &shots[0], false))
		return;
	execution->faults = shots;
	execution->fault_count = 1;
	if (campaign_try(campaign) && scase->second.kind && control->finding.kind == KIND_NONE &&
	    draw(sweep, random, &scase->second, &shots[1], true)) {
		execution->fault_count = 2;
		(void)campaign_try(campaign);
	}
	execution->faults = NULL;
	execution->fault_count = 0;
}

void sweep_sample(struct campaign *campaign)
{
	struct sweep *sweep = sweep_begin(campaign);
	struct random random;
	uint64_t base;

	if (!sweep)
		return;
	random_seed_stream(&random, campaign->options->seed, random_text_hash("strikes"), 0, 0);
	for (base = 1; !campaign->ended; base++) {
		choose_base(campaign, base);
		if (campaign_try(campaign) && control->finding.kind == KIND_NONE)
			sample_one(sweep, &random);
	}
	sweep_end(sweep);
}
