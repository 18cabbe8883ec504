/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/finding.h"

#include "campaign/recipe.h"
#include "campaign/shrink.h"
#include "check/explain.h"
#include "check/graph.h"
#include "check/histories.h"
#include "check/leaks.h"
#include "check/lock_order.h"
#include "check/place.h"
#include "exec/start.h"
#include "intercept/heap.h"
#include "memory/race.h"
#include "os/sys.h"
#include "os/whole.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_MAX = 8192 };

static struct record_finding *known(struct campaign *campaign, enum kind kind, const char *oracle,
				    uint64_t fingerprint)
{
	size_t i;

	for (i = 0; i < campaign->record->finding_count; i++) {
		struct record_finding *finding = &campaign->findings[i];

		if (finding->kind == kind && !strcmp(finding->oracle, oracle) &&
		    (finding->fingerprint == fingerprint ||
		     finding->shrunk_fingerprint == fingerprint || kind == KIND_INVARIANT))
			return finding;
	}
	return NULL;
}

/* What a new finding must not turn into while it is shrunk. */
static size_t list_known(const struct campaign *campaign, const struct finding *found,
			 uint64_t *known)
{
	size_t i, count = 0;

	for (i = 0; i < campaign->record->finding_count; i++) {
		const struct record_finding *finding = &campaign->findings[i];

		if (finding->kind != found->kind || strcmp(finding->oracle, found->oracle) != 0)
			continue;
		known[count++] = finding->fingerprint;
		known[count++] = finding->shrunk_fingerprint;
	}
	return count;
}

const char *finding_output(struct pool_context *context)
{
	static char text[OUTPUT_MAX];
	ssize_t got = sys_pread(context->output_fd, text, sizeof(text) - 1, 0);

	text[got > 0 ? got : 0] = '\0';
	if (got > 0) {
		(void)sys_call(SYS_ftruncate, context->output_fd, 0, 0, 0, 0, 0);
		(void)sys_call(SYS_lseek, context->output_fd, 0, SEEK_SET, 0, 0, 0);
	}
	return text;
}

/* A story that is being listened to. */
struct told {
	struct arena *arena;
	size_t count;
	struct record_step steps[EXPLAIN_STEPS_MAX];
};

static void listen(void *user, const struct record_step *step)
{
	struct told *told = user;
	struct record_step *copy;

	if (told->count == EXPLAIN_STEPS_MAX)
		return;
	copy = &told->steps[told->count++];
	*copy = *step;
	copy->task = arena_copy(told->arena, step->task);
	copy->process = arena_copy(told->arena, step->process);
	copy->text = arena_copy(told->arena, step->text);
	copy->place = arena_copy(told->arena, step->place);
	copy->file = arena_copy(told->arena, step->file);
}

static void take_story(struct record_finding *finding, struct arena *arena)
{
	struct told told = { .arena = arena };
	struct record_step *steps;

	explain_tell(listen, &told);
	steps = arena_alloc(arena, told.count * sizeof(*steps));
	memcpy(steps, told.steps, told.count * sizeof(*steps));
	finding->steps = steps;
	finding->step_count = told.count;
}

static void take_place(struct record_finding *finding, struct arena *arena)
{
	struct symbol symbol;
	char place[PLACE_BYTES];

	finding->place =
		arena_copy(arena, place_find(explain_site(), &symbol, place, sizeof(place)));
	finding->file = arena_copy(arena, symbol.line ? symbol.file : "");
	finding->line = symbol.line;
}

void finding_describe(struct record_finding *finding, struct pool_context *context)
{
	char *graph =
		control->finding.kind == KIND_POTENTIAL ? lock_order_text() : graph_last_text();
	char *history = histories_text();
	char *leaks = leaks_text();

	take_story(finding, context->arena);
	start_guard_again(); /* libdw may have come with the first story */
	finding->message = arena_copy(context->arena, control->finding.message);
	take_place(finding, context->arena);
	finding->graph = arena_copy(context->arena, graph);
	finding->history = arena_copy(context->arena, history);
	finding->leaks = arena_copy(context->arena, leaks);
	finding->output = arena_copy(context->arena, finding_output(context));
	finding->trace_hash = control->trace_hash;
	free(graph);
	free(history);
	free(leaks);
}

static void plain_name(char *text)
{
	for (; *text; text++)
		if (*text == '/' || *text == ' ')
			*text = '-';
}

static int write_plan(struct campaign *campaign, const struct plan *plan, const char *name)
{
	struct plan_trace trace = { 0 };
	struct whole whole;
	FILE *file;
	int error;

	error = recipe_trace(&trace);
	if (error)
		return error;
	file = whole_begin(&whole, campaign->context->out_fd, name);
	error = file ? whole_end(&whole, file, plan_write(file, plan, &trace)) : -errno;
	plan_trace_free(&trace);
	return error;
}

static void save(struct campaign *campaign, struct record_finding *finding, struct plan *plan)
{
	struct arena *arena = campaign->context->arena;
	const struct campaign_options *options = campaign->options;
	char name[256];
	int error;

	snprintf(name, sizeof(name), "%.60s-%.60s.%.60s.%zu.plan",
		 campaign->target->scenario->group, campaign->target->scenario->name,
		 campaign->target->scase->name, campaign->record->finding_count + 1);
	plain_name(name);
	snprintf(plan->finding, sizeof(plan->finding), "%s: %.200s", kind_name(finding->kind),
		 control->finding.message);
	plan->trace_hash = control->trace_hash;
	error = write_plan(campaign, plan, name);
	finding->plan_path = arena_print(arena, "%s/%s", options->out_directory, name);
	*strrchr(name, '.') = '\0';
	leaks_save(campaign->context->out_fd, name);
	if (error) {
		finding->replay_line = arena_print(arena, "(the plan could not be written: %s: %s)",
						   finding->plan_path, strerror(-error));
		finding->plan_path = "";
		return;
	}
	finding->replay_line = arena_print(arena, "%s replay %s%s%s", options->program,
					   finding->plan_path, heap_checker() ? " --leaks=" : "",
					   heap_checker() ? heap_checker_name(heap_checker()) : "");
}

/* Shrinks the plan and leaves its execution in the control block; else runs the whole one again. */
static void settle_on_plan(struct campaign *campaign, struct plan *plan,
			   const struct finding *found)
{
	uint64_t others[2 * CAMPAIGN_FINDINGS_MAX];
	struct shrink_goal goal = { found->kind, found->oracle, others,
				    list_known(campaign, found, others) };
	struct execution told = campaign->execution;
	const struct execution *execution = &told;
	static struct plan shrunk;
	bool still, is_shrunk = false;

	if (found->kind == KIND_BROKEN || told.free)
		return;
	told.brief = told.fingerprint = false;
	atomic_store(&campaign->context->status->phase, POOL_REPORT);
	shrunk = *plan;
	if (campaign->options->shrink && !strncmp(plan->strategy, "replay", 6)) {
		(void)shrink_plan(&shrunk, execution, &goal, campaign->context->status, &still);
		(void)finding_output(campaign->context);
		is_shrunk = still && shrink_run(&shrunk, execution) == 0 &&
			    control->finding.kind == found->kind;
	}
	if (is_shrunk)
		*plan = shrunk;
	else
		(void)execution_run(execution);
	if (control->finding.kind != KIND_RACE)
		return;
	race_watch(&control->race.first); /* whose stack is known the next time */
	(void)(is_shrunk ? shrink_run(&shrunk, execution) : execution_run(execution));
	race_watch(NULL);
}

/* Something that we do not control had a part in it: says what was found, beside a story without
 * it. */
static void came_once(const struct finding *found)
{
	control->finding = *found;
	snprintf(control->finding.message, sizeof(control->finding.message),
		 "%.*s; not deterministic: it did not come again", PLAN_MESSAGE_MAX - 50,
		 found->message);
}

struct record_finding *finding_take(struct campaign *campaign)
{
	static struct plan plan;
	struct finding found = control->finding;
	uint64_t fingerprint = explain_fingerprint();
	struct record_finding *finding = known(campaign, found.kind, found.oracle, fingerprint);
	struct arena *arena = campaign->context->arena;

	if (finding) {
		finding->seen++;
		return finding;
	}
	if (campaign->record->finding_count == CAMPAIGN_FINDINGS_MAX)
		return NULL;
	finding = &campaign->findings[campaign->record->finding_count];
	finding->kind = found.kind;
	finding->oracle = arena_copy(arena, found.oracle);
	finding->fingerprint = fingerprint;
	finding->seen = 1;
	recipe_after(&plan, &campaign->execution, campaign->target);
	settle_on_plan(campaign, &plan, &found);
	if (control->finding.kind != found.kind)
		came_once(&found);
	finding->shrunk_fingerprint = explain_fingerprint();
	finding_describe(finding, campaign->context);
	save(campaign, finding, &plan);
	campaign->record->finding_count++;
	atomic_fetch_add(&campaign->context->status->findings, 1);
	return finding;
}
