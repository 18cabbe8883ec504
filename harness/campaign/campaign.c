/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/campaign.h"

#include "campaign/conclude.h"
#include "campaign/exhaustive.h"
#include "campaign/finding.h"
#include "campaign/free.h"
#include "campaign/guided.h"
#include "campaign/observations.h"
#include "campaign/recipe.h"
#include "campaign/sweep.h"
#include "campaign/twice.h"
#include "check/expect.h"
#include "check/invariant.h"
#include "check/outcome.h"
#include "check/stuck.h"
#include "exec/unseen.h"
#include "intercept/heap.h"
#include "os/hot.h"
#include "os/sys.h"
#include "search/strategies.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	EXECUTIONS_CHECKED = 4, /* on valgrind: each takes as long as a hundred others */
	EXECUTIONS_CHECKED_QUICK = 2,
	EXECUTIONS_CHECKED_TWIN = 40,
	EXECUTIONS_PLAIN = 200,
	EXECUTIONS_QUICK = 40,
	EXECUTIONS_TWIN = 4000,
	EXECUTIONS_SWEEP = 50000,
	EXECUTIONS_EXHAUSTIVE = 500000,
	SEEN_ENOUGH = 20,  /* times that the same finding came back */
	BLIND_ENOUGH = 20, /* executions without an access, where a case needs them */
};

bool campaign_is_caught_by(const char *caught_by, enum kind kind, const char *oracle)
{
	if (kind == KIND_INVARIANT)
		return !strcmp(caught_by, oracle);
	if (!strcmp(caught_by, "deadlock"))
		return kind == KIND_DEADLOCK || kind == KIND_SELF_DEADLOCK ||
		       kind == KIND_ORPHANED || kind == KIND_STUCK;
	return !strcmp(caught_by, kind_name(kind));
}

const char *campaign_name(struct arena *arena, const struct sabot_scenario *scenario)
{
	return arena_print(arena, "%s/%s", scenario->group, scenario->name);
}

/* What the worker is at, for who reports its death. */
static struct pool_status *told HOT;

void campaign_tell(struct pool_status *status)
{
	told = status;
}

/* Not in tasks, which judge too: see withhold() in worker.c. */
static void tell(enum pool_phase phase)
{
	if (told && !task_self)
		atomic_store_explicit(&told->phase, phase, memory_order_relaxed);
}

static void judge(struct control *block, enum sabot_when when)
{
	tell(POOL_CHECK);
	invariant_judge(block, when);
	tell(POOL_TASKS);
}

static void ended(void)
{
	tell(POOL_CHECK);
	expect_judge();
	tell(POOL_TASKS);
}

/* Nothing in the control block can be believed any more: the worker ends, and its tasks with it. */
static void damaged(const char *what)
{
	if (told)
		snprintf(told->last_words, sizeof(told->last_words),
			 "a task has written over what the harness shares with it: %s", what);
	_exit(EXIT_UNDECIDED);
}

void campaign_execution(struct execution *execution, const struct campaign_options *options,
			const struct campaign_target *target)
{
	*execution = (struct execution){
		.scenario = target->scenario,
		.scase = target->scase,
		.strategy = &strategy_replay,
		.seed = options->seed,
		.memory = options->memory,
		.free = options->free,
		.pool = true,
		.judge = judge,
		.stuck = stuck_judge,
		.ended = ended,
		.damaged = damaged,
	};
}

bool campaign_is_twin(const struct campaign *campaign)
{
	return campaign->target->scase->caught_by && !campaign->options->raw;
}

bool campaign_has_shown_enough(const struct campaign *campaign)
{
	return campaign->options->quick && !campaign->options->executions &&
	       (!observations_wanted(campaign) || observations_are_all_there(campaign));
}

void campaign_count(struct campaign *campaign)
{
	campaign->record->executions++;
	atomic_fetch_add(&campaign->context->status->executions, 1);
	if (control->program.shares_files)
		atomic_store(&campaign->context->status->shares_files, true);
}

/* Where a finding ended the execution, processes did not come to their ends. */
static void count_sights(struct record_case *record)
{
	uint32_t i;

	if (control->finding.kind != KIND_NONE && control->finding.kind != KIND_MEMORY_LEAK)
		return;
	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].process == (int)i)
			record->sights[unseen_sight(&control->tasks[i])]++;
}

static void count(struct campaign *campaign)
{
	struct record_case *record = campaign->record;
	uint32_t i;

	campaign_count(campaign);
	record->points += control->steps;
	record->checks += control->checks;
	record->mutated += control->mutated;
	record->trace_hash = random_join(record->trace_hash, control->trace_hash);
	for (i = 0; i < control->shot_count; i++)
		if (control->shots[i].state == SHOT_CONFIRMED)
			record->faults_fired++;
	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].op > 0)
			campaign->roles_reached |= (uint64_t)1 << control->tasks[i].role;
	if (heap_checker())
		count_sights(record);
	/* The code has memory points: from the next execution on races are looked for. */
	if (control->accesses)
		campaign->accessed = campaign->execution.races = true;
	campaign->missed |= control->window_missed;
	if (control->decisions > campaign->length)
		campaign->length = control->decisions;
}

static bool is_blind(const struct campaign *campaign)
{
	return campaign->record->executions >= BLIND_ENOUGH && !campaign->accessed &&
	       conclude_needs_memory_points(campaign->target);
}

bool campaign_is_out_of_time(const struct campaign *campaign)
{
	const struct pool_context *context = campaign->context;

	return atomic_load(context->stop) ||
	       (context->deadline_ns && sys_now_ns() >= context->deadline_ns);
}

/* A little time for everybody else: with a worker on each CPU, real-time tasks would leave none. */
static void be_polite(void)
{
	static uint64_t last_ns HOT;
	uint64_t now = sys_now_ns();

	if (now - last_ns < 20000000)
		return;
	if (last_ns)
		sys_nap(1000000);
	last_ns = sys_now_ns();
}

/* What was found, and whether there is any use in looking on. */
static void note_finding(struct campaign *campaign)
{
	const char *caught_by = campaign->target->scase->caught_by;
	const struct record_finding *finding = finding_take(campaign);

	/* That a call failed which must not is no oracle's word: another may still be heard. */
	if (campaign->options->mutation && finding && finding->kind == KIND_BROKEN &&
	    finding->seen < SEEN_ENOUGH)
		return;
	if (!finding || finding->seen >= SEEN_ENOUGH || campaign->options->first)
		campaign->ended = true;
	/* A livelock costs what its limit is, each time. */
	else if (finding->kind == KIND_BROKEN || finding->kind == KIND_LIVELOCK)
		campaign->ended = true;
	else if (campaign_is_twin(campaign) && !campaign->options->free &&
		 campaign_is_caught_by(caught_by, finding->kind, finding->oracle))
		campaign->ended = true;
}

bool campaign_try(struct campaign *campaign)
{
	struct record_case *record = campaign->record;
	int error;

	if (campaign->ended || record->executions >= campaign->limit ||
	    campaign_is_out_of_time(campaign) || is_blind(campaign)) {
		campaign->ended = true;
		return false;
	}
	be_polite();
	recipe_note_running(campaign->context, &campaign->execution, campaign->target);
	campaign_tell(campaign->context->status);
	tell(POOL_SETUP);
	error = execution_run(&campaign->execution);
	atomic_fetch_add(&campaign->context->status->alive, 1);
	if (error) {
		record->verdict = VERDICT_BROKEN;
		record->message =
			arena_print(campaign->context->arena, "an execution could not be run: %s",
				    strerror(-error));
		campaign->ended = true;
		return false;
	}
	if (control->finding.kind == KIND_UNFIT) {
		conclude_skip(campaign,
			      arena_copy(campaign->context->arena, control->finding.message));
		return false;
	}
	if (campaign->learn)
		campaign->learn(campaign->learner);
	count(campaign);
	if (campaign->options->twice && control->finding.kind == KIND_NONE)
		twice_compare(campaign);
	if (observations_wanted(campaign) && observations_take(campaign))
		return true;
	if (control->finding.kind != KIND_NONE)
		note_finding(campaign);
	return !campaign->ended;
}

/* Without a fault: the default schedule, then random walks and random priorities in turn. */
static void run_plain(struct campaign *campaign)
{
	struct execution *execution = &campaign->execution;
	const char *strategy = campaign->options->strategy;
	uint64_t i;

	execution->brief = true;
	for (i = 0; !campaign->ended; i++) {
		execution->number = i;
		execution->depth = 0;
		if (strategy && strcmp(strategy, "sweep"))
			execution->strategy = strategies_find(strategy);
		else
			execution->strategy = i == 0	   ? &strategy_replay
					      : i % 2 == 1 ? &strategy_random
							   : &strategy_pct;
		if (execution->strategy == &strategy_pct) {
			execution->depth = campaign->options->depth;
			execution->length = campaign->length;
		}
		if (campaign_try(campaign) && observations_wanted(campaign) &&
		    campaign->record->executions >= EXECUTIONS_QUICK &&
		    campaign_has_shown_enough(campaign))
			campaign->ended = true;
	}
}

static uint64_t limit_of(const struct campaign *campaign)
{
	bool checked = heap_checker() == HEAP_VALGRIND;

	if (campaign->options->executions)
		return campaign->options->executions;
	if (exhaustive_is_wanted(campaign->options))
		return EXECUTIONS_EXHAUSTIVE;
	if (campaign->target->scase->fault.kind)
		return guided_is_wanted(campaign->options) ? EXECUTIONS_TWIN : EXECUTIONS_SWEEP;
	if (campaign_is_twin(campaign))
		return checked ? EXECUTIONS_CHECKED_TWIN : EXECUTIONS_TWIN;
	if (checked)
		return campaign->options->quick ? EXECUTIONS_CHECKED_QUICK : EXECUTIONS_CHECKED;
	if (campaign->options->quick && !campaign->target->scase->characterises)
		return EXECUTIONS_QUICK;
	return EXECUTIONS_PLAIN;
}

static struct record_case *new_record(struct pool_context *context,
				      const struct campaign_options *options,
				      const struct campaign_target *target)
{
	struct record_case *record = arena_alloc(context->arena, sizeof(*record));

	record->scenario = campaign_name(context->arena, target->scenario);
	record->name = arena_copy(context->arena, target->scase->name);
	record->caught_by =
		options->raw ? "" : arena_copy(context->arena, target->scase->caught_by);
	record->characterises =
		options->raw ? "" : arena_copy(context->arena, target->scase->characterises);
	record->message = record->plan_path = "";
	record->seed = options->seed;
	record->known = target->scase->known;
	return record;
}

struct campaign *campaign_begin(struct pool_context *context,
				const struct campaign_options *options,
				const struct campaign_target *target)
{
	struct campaign *campaign = arena_alloc(context->arena, sizeof(*campaign));

	campaign->began_ns = sys_now_ns();
	campaign->options = options;
	campaign->target = target;
	campaign->context = context;
	campaign->record = new_record(context, options, target);
	mutate_apply(options->mutation);
	(void)finding_output(context); /* of the case before */
	campaign->record->findings = campaign->findings;
	campaign->record->observations = campaign->observations;
	campaign->limit = limit_of(campaign);
	campaign_execution(&campaign->execution, options, target);
	if (observations_wanted(campaign))
		campaign->execution.over = outcome_look;
	if (!options->free)
		conclude_skip_unheld(campaign);
	conclude_skip_unchecked(campaign);
	return campaign;
}

static void run(struct campaign *campaign)
{
	if (campaign->options->free) {
		free_run(campaign);
		return;
	}
	if (campaign->ended)
		return;
	if (exhaustive_is_wanted(campaign->options))
		exhaustive_run(campaign);
	else if (guided_is_wanted(campaign->options))
		guided_run(campaign);
	else if (campaign->target->scase->fault.kind && campaign->options->sampled)
		sweep_sample(campaign);
	else if (campaign->target->scase->fault.kind)
		sweep_run(campaign);
	else
		run_plain(campaign);
}

struct record_case *campaign_end(struct campaign *campaign)
{
	struct record_case *record = campaign->record;

	conclude(campaign);
	strikes_take(&campaign->strikes, campaign->context->arena, record);
	record->seconds = (double)(sys_now_ns() - campaign->began_ns) / 1e9;
	recipe_forget_running(campaign->context);
	return record;
}

struct record_case *campaign_run(struct pool_context *context,
				 const struct campaign_options *options,
				 const struct campaign_target *target)
{
	struct campaign *campaign = campaign_begin(context, options, target);

	run(campaign);
	return campaign_end(campaign);
}
