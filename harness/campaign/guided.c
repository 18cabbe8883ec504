/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/guided.h"

#include "campaign/coordinates.h"
#include "campaign/recipe.h"
#include "core/fault.h"
#include "search/guided_corpus.h"
#include "search/guided_edit.h"
#include "search/strategies.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES_MAX = 2048, WALKS_FIRST = 8 };

/* Where the fault can strike, and the plan that leads there. */
struct place {
	struct plan_code_fault fault;
	struct coordinate at;
	uint32_t entry; /* of the corpus */
	bool second;
};

struct guided {
	struct campaign *campaign;
	struct guided_corpus *corpus;
	struct guided_limits limits;
	struct plan_code_roots roots;
	struct coordinate_set known;
	struct coordinates coordinates;
	uint32_t place_count, next_place;
	struct place places[PLACES_MAX];
	const struct place *struck; /* that is tried now for the first time, or NULL */
	bool open; /* what ran last can be struck once more, at any of `coordinates` */
	struct plan_code code, donor; /* what runs now; and a spare */
	struct plan plan, frozen, shot;
	uint8_t map[GUIDED_MAP_BYTES];
};

bool guided_is_wanted(const struct campaign_options *options)
{
	return options->strategy && !strcmp(options->strategy, strategy_guided.name);
}

void guided_roots(const struct sabot_scenario *scenario, struct plan_code_roots *roots)
{
	const struct sabot_role *role;
	unsigned index;

	roots->count = 0;
	for (role = scenario->roles; role->name; role++)
		for (index = 0; index < (role->count ? role->count : 1); index++)
			if (roots->count < PLAN_CODE_ROOTS_MAX)
				snprintf(roots->names[roots->count++], PLAN_TASK_MAX, "%s#%u",
					 role->name, (uint8_t)index);
}

uint32_t guided_faults(const struct sabot_case *scase)
{
	return !scase->fault.kind ? 0 : scase->second.kind ? 2 : 1;
}

static bool can_strike(const struct plan_fault *fault, const struct sabot_fault *allowed)
{
	const struct fault_kind *kind = fault_kinds[fault->kind];
	struct shot shot = { .plan = *fault };

	return (!kind->in_call || fault->where == PLAN_AT_POINT) &&
	       (!kind->places || (kind->places >> fault->where & 1)) &&
	       (!allowed->where || (allowed->where >> fault->where & 1)) && kind->arm(&shot) == 0;
}

void guided_fit(struct plan *plan, const struct sabot_case *scase)
{
	uint32_t i, kept = 0, most = guided_faults(scase);

	for (i = 0; i < plan->fault_count && kept < most; i++) {
		const struct sabot_fault *allowed = kept ? &scase->second : &scase->fault;
		struct plan_fault *fault = &plan->faults[kept];

		*fault = plan->faults[i];
		fault->kind = coordinates_kind(allowed);
		fault->signo = allowed->kind == SABOT_SIGNAL ? allowed->signo : 0;
		if (plan_fault_value(fault->kind) == PLAN_VALUE_NONE)
			fault->value = 0;
		fault->lasting = fault->lasting && plan_fault_lasts(fault->kind);
		if (can_strike(fault, allowed))
			kept++;
	}
	plan->fault_count = kept;
}

static bool is_among(const struct coordinates *coordinates, const struct plan_fault *shot)
{
	size_t i;

	for (i = 0; i < coordinates->count; i++) {
		const struct coordinate *at = &coordinates->list[i];

		if (at->op == shot->op && at->where == shot->where && at->again == shot->again &&
		    at->value == shot->value && at->lasting == shot->lasting &&
		    !strcmp(at->victim, shot->victim))
			return true;
	}
	return false;
}

static bool allows(const struct sabot_fault *fault, const struct shot *shot)
{
	static struct coordinates coordinates;

	if (!fault->kind || coordinates_kind(fault) != shot->plan.kind ||
	    (fault->kind == SABOT_SIGNAL && fault->signo != shot->plan.signo))
		return false;
	coordinates_collect(&coordinates, fault, false);
	return is_among(&coordinates, &shot->plan);
}

bool guided_is_allowed(const struct sabot_case *scase)
{
	const struct shot *shots = control->shots, *fired[PLAN_FAULTS_MAX];
	uint32_t i, count = 0;

	for (i = 0; i < control->shot_count; i++)
		if (shots[i].state == SHOT_FIRED || shots[i].state == SHOT_CONFIRMED)
			fired[count++] = &shots[i];
	if (count == 0)
		return true;
	if (count == 1)
		return allows(&scase->fault, fired[0]);
	if (count > 2)
		return false;
	if (fired[1]->fired < fired[0]->fired) {
		const struct shot *later = fired[0];

		fired[0] = fired[1];
		fired[1] = later;
	}
	return allows(&scase->fault, fired[0]) && allows(&scase->second, fired[1]);
}

/* ---- After an execution -------------------------------------------------------------------- */

static bool shot_at(struct guided *guided, const struct sabot_fault *fault,
		    const struct coordinate *at, struct plan_code_fault *to)
{
	guided->shot.fault_count = 1;
	guided->shot.switch_count = 0;
	coordinates_aim(&guided->shot.faults[0], fault, at);
	if (!plan_code_from_plan(&guided->donor, &guided->roots, &guided->shot))
		return false;
	*to = guided->donor.faults[0];
	return true;
}

/* A place in the code that was not seen before, and the plan that is the last entry. */
static void add_place(struct guided *guided, const struct sabot_fault *fault,
		      const struct coordinate *at, bool second)
{
	uint64_t key = random_join(at->place, second);
	struct place *place = &guided->places[guided->place_count];

	if (guided->place_count == PLACES_MAX || !coordinate_set_add(&guided->known, key) ||
	    !shot_at(guided, fault, at, &place->fault))
		return;
	place->at = *at;
	place->entry = guided->corpus->count - 1;
	place->second = second;
	guided->place_count++;
}

/* Which of the case's faults can strike what ran last; NULL: none any more. */
static const struct sabot_fault *next_fault(const struct guided *guided)
{
	const struct sabot_case *scase = guided->campaign->target->scase;

	if (guided->plan.fault_count >= guided->limits.faults)
		return NULL;
	return guided->plan.fault_count ? &scase->second : &scase->fault;
}

static void collect_places(struct guided *guided, bool kept)
{
	const struct sabot_fault *fault = next_fault(guided);
	bool second = guided->plan.fault_count > 0;
	size_t i;

	guided->open = false;
	if (!fault || control->finding.kind != KIND_NONE)
		return;
	coordinates_collect(&guided->coordinates, fault, second);
	guided->open = guided->coordinates.count > 0;
	for (i = 0; kept && i < guided->coordinates.count; i++)
		add_place(guided, fault, &guided->coordinates.list[i], second);
}

/* What is kept lists all of its decisions, if so many can be listed. */
static bool keep(struct guided *guided)
{
	const struct campaign *campaign = guided->campaign;

	recipe_after(&guided->frozen, &campaign->execution, campaign->target);
	if (!plan_code_from_plan(&guided->donor, &guided->roots, &guided->frozen))
		plan_code_copy(&guided->donor, &guided->code);
	return guided_corpus_add(guided->corpus, &guided->donor);
}

/* While the control block still shows it. */
static void learn(void *learner)
{
	struct guided *guided = learner;
	struct campaign *campaign = guided->campaign;
	bool kept;

	guided->open = false;
	if (!guided_is_allowed(campaign->target->scase)) {
		control->finding.kind = KIND_NONE;
		return;
	}
	memset(guided->map, 0, sizeof(guided->map));
	guided_features_collect(guided->map);
	if (control->decisions > guided->limits.length)
		guided->limits.length = control->decisions;
	/* One that shows a finding would show it again, however it is changed. */
	kept = guided_features_add(guided->corpus->seen, guided->map) &&
	       control->finding.kind == KIND_NONE && keep(guided);
	collect_places(guided, kept);
}

/* ---- Before one ---------------------------------------------------------------------------- */

static bool dice(struct guided *guided, uint32_t of)
{
	return random_below(&guided->corpus->random, of) != 0;
}

static void strike(struct guided *guided, const struct place *place)
{
	struct plan_code *code = &guided->code;

	if (code->fault_count == guided->limits.faults)
		code->fault_count--;
	code->faults[code->fault_count++] = place->fault;
}

static void strike_new(struct guided *guided)
{
	const struct place *place = &guided->places[guided->next_place++];
	const struct guided_entry *entry = &guided->corpus->entries[place->entry];

	plan_code_decode(&guided->code, entry->bytes, entry->size);
	strike(guided, place);
	guided->struck = place;
}

/* The same once more, struck at one of the places that it came to. */
static bool strike_last(struct guided *guided)
{
	const struct sabot_fault *fault = next_fault(guided);
	const struct coordinates *coordinates = &guided->coordinates;
	struct plan_code_fault shot;
	size_t at;

	if (!guided->open)
		return false;
	at = random_below(&guided->corpus->random, coordinates->count);
	guided->open = false;
	if (!shot_at(guided, fault, &coordinates->list[at], &shot))
		return false;
	guided->code.fault_count = guided->plan.fault_count;
	guided->code.faults[guided->code.fault_count++] = shot;
	return true;
}

static void choose(struct guided *guided)
{
	struct guided_corpus *corpus = guided->corpus;
	uint64_t done = guided->campaign->record->executions;

	guided->struck = NULL;
	if (done == 0) {
		plan_code_decode(&guided->code, NULL, 0);
		guided->code.seed = guided->campaign->options->seed;
		return;
	}
	if (guided->next_place < guided->place_count && dice(guided, 4)) {
		strike_new(guided);
		return;
	}
	if (dice(guided, 8) && strike_last(guided))
		return;
	if (corpus->count < 2 || done < WALKS_FIRST || dice(guided, 2)) {
		guided_edit_fresh(&guided->code, &guided->limits, &corpus->random);
		return;
	}
	guided_corpus_pick(corpus, &guided->code);
	guided_corpus_any(corpus, &guided->donor);
	guided_edit(&guided->code, &guided->donor, &guided->limits, &corpus->random);
}

/* Each place in the code that a fault could strike is told once, with what came of it. */
static void count_strike(struct guided *guided, uint64_t fired)
{
	const struct place *place = guided->struck;
	struct campaign *campaign = guided->campaign;
	const struct sabot_case *scase = campaign->target->scase;
	struct record_strike *strike;

	if (!place)
		return;
	strike = strikes_know(&campaign->strikes, place->second ? &scase->second : &scase->fault,
			      &place->at);
	campaign->record->kill_points_known++;
	if (fired < guided->code.fault_count)
		return;
	campaign->record->kill_points_covered++;
	if (strike)
		strike->struck++;
}

static bool try(struct guided *guided)
{
	struct campaign *campaign = guided->campaign;
	struct execution *execution = &campaign->execution;
	uint64_t fired = campaign->record->faults_fired;
	bool goes_on;

	plan_code_to_plan(&guided->code, &guided->roots, &guided->plan);
	guided_fit(&guided->plan, campaign->target->scase);
	execution->plan = &guided->plan;
	execution->faults = guided->plan.faults;
	execution->fault_count = guided->plan.fault_count;
	execution->seed = guided->plan.seed;
	execution->strategy = &strategy_guided;
	execution->depth = guided->code.base;
	execution->length = guided->code.length;
	campaign->learn = learn;
	campaign->learner = guided;
	edges_clear();
	goes_on = campaign_try(campaign);
	campaign->learn = NULL;
	count_strike(guided, campaign->record->faults_fired - fired);
	return goes_on;
}

struct guided_corpus *guided_learn(struct campaign *campaign)
{
	struct guided *guided = calloc(1, sizeof(*guided));
	struct guided_corpus *corpus = guided_corpus_create(campaign->options->seed);

	if (!guided || !corpus)
		return NULL;
	guided->campaign = campaign;
	guided->corpus = corpus;
	guided_roots(campaign->target->scenario, &guided->roots);
	guided->limits.roots = guided->roots.count;
	guided->limits.faults = guided_faults(campaign->target->scase);
	do
		choose(guided);
	while (try(guided));
	coordinate_set_free(&guided->known);
	free(guided);
	return corpus;
}

void guided_run(struct campaign *campaign)
{
	struct guided_corpus *corpus = guided_learn(campaign);

	campaign->ended = true;
	if (corpus)
		guided_corpus_free(corpus);
}
