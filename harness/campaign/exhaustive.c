/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/exhaustive.h"

#include "campaign/sweep.h"
#include "search/exhaustive_tree.h"
#include "search/strategies.h"

#include <string.h>

enum { CASCADE_SCHEDULES = 2 };

struct learner {
	struct exhaustive *search;
	struct campaign *campaign;
	enum exhaustive_lesson lesson;
	bool whole; /* nothing else has ended it */
};

bool exhaustive_is_wanted(const struct campaign_options *options)
{
	return options->strategy && (!strcmp(options->strategy, strategy_exhaustive.name) ||
				     !strcmp(options->strategy, strategy_brute.name));
}

const char *exhaustive_words(const struct campaign_options *options, struct arena *arena)
{
	if (!exhaustive_is_wanted(options))
		return "";
	if (options->bounded)
		return arena_print(arena, " --strategy %s --preemptions %u", options->strategy,
				   options->preemptions);
	return arena_print(arena, " --strategy %s", options->strategy);
}

/* Before anything else runs: the control block still shows the execution. */
static void learn(void *context)
{
	struct learner *learner = context;

	learner->lesson = exhaustive_learn(learner->search);
	if (learner->lesson == EXHAUSTIVE_ASTRAY && control->finding.kind == KIND_NONE)
		control_find(KIND_BROKEN, -1, "broken",
			     "not deterministic: the same decisions led elsewhere");
}

static bool try(struct learner *learner)
{
	struct campaign *campaign = learner->campaign;
	bool goes_on;

	campaign->learn = learn;
	campaign->learner = learner;
	goes_on = campaign_try(campaign);
	campaign->learn = NULL;
	return goes_on;
}

static bool run_one(struct learner *learner, struct sweep *sweep)
{
	bool goes_on;

	if (!sweep)
		return try(learner);
	learner->campaign->execution.fingerprint = true;
	goes_on = try(learner);
	learner->campaign->execution.fingerprint = false;
	if (!goes_on || learner->lesson != EXHAUSTIVE_WHOLE || control->finding.kind != KIND_NONE)
		return goes_on;
	exhaustive_follow(learner->search);
	return sweep_places(sweep, exhaustive_schedules(learner->search) <= CASCADE_SCHEDULES);
}

static void explore(struct learner *learner, struct sweep *sweep)
{
	struct execution *execution = &learner->campaign->execution;

	while (exhaustive_prepare(learner->search)) {
		if (!run_one(learner, sweep))
			return;
		execution->number++;
	}
	learner->whole = true;
}

static const char *plural(uint64_t number)
{
	return number == 1 ? "" : "s";
}

static const char *gap_of(const struct learner *learner)
{
	const char *gap = exhaustive_gap(learner->search);

	return gap || learner->whole ? gap : "it was ended before";
}

/* "all 252 schedules explored", or how many, and why not all. */
static const char *says(struct learner *learner)
{
	const struct campaign_options *options = learner->campaign->options;
	struct arena *arena = learner->campaign->context->arena;
	uint64_t count = exhaustive_schedules(learner->search);
	const char *gap = gap_of(learner), *bound = "";

	if (options->bounded)
		bound = arena_print(arena, " with at most %u preemption%s", options->preemptions,
				    plural(options->preemptions));
	if (gap)
		return arena_print(arena, "%llu schedule%s%s explored, not all: %s",
				   (unsigned long long)count, plural(count), bound, gap);
	return arena_print(arena, "all %llu schedule%s%s explored", (unsigned long long)count,
			   plural(count), bound);
}

static void note(struct learner *learner)
{
	struct record_case *record = learner->campaign->record;

	record->exhaustive = true;
	record->schedules = exhaustive_schedules(learner->search);
	record->complete = !gap_of(learner);
	record->explored = says(learner);
}

void exhaustive_run(struct campaign *campaign)
{
	const struct campaign_options *options = campaign->options;
	const struct exhaustive_options search = {
		.brute = !strcmp(options->strategy, strategy_brute.name),
		.bounded = options->bounded,
		.preemptions = options->preemptions,
	};
	bool faulty = campaign->target->scase->fault.kind;
	struct sweep *sweep = faulty ? sweep_begin(campaign) : NULL;
	struct learner learner = { .search = exhaustive_create(&search), .campaign = campaign };

	if (learner.search && (sweep || !faulty)) {
		campaign->execution.strategy = strategies_find(options->strategy);
		campaign->execution.brief = !faulty;
		explore(&learner, sweep);
		note(&learner);
	}
	campaign->ended = true;
	if (learner.search)
		exhaustive_free(learner.search);
	if (sweep)
		sweep_end(sweep);
}
