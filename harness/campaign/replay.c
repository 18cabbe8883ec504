/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/replay.h"

#include "campaign/finding.h"
#include "campaign/recipe.h"
#include "campaign/shrink.h"
#include "core/trace.h"
#include "memory/race.h"
#include "os/sys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct replay_request *held_request;
static struct replay_result *held_result;
static struct pool_context *held_context;

/* Of the one that the finding is about, or of the one that the user has named. */
static const char *whom(const struct replay_request *request, const struct finding *finding)
{
	if (request->held_task)
		return request->held_task;
	return finding->kind != KIND_NONE && finding->task >= 0 ? control->tasks[finding->task].name
								: NULL;
}

/* With `all` set, also those that have ended, and so cannot be looked at. */
static bool list_tasks(const char *wanted, bool all)
{
	struct replay_result *result = held_result;
	bool found = !wanted;
	uint32_t i, count = 0;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (!all && task_is_over(task))
			continue;
		found |= wanted && !strcmp(wanted, task->name);
		result->tasks[count].name = arena_copy(held_context->arena, task->name);
		result->tasks[count].pid = task->pid;
		result->tasks[count].tid = task->tid;
		result->tasks[count].doing = op_name(task->call.op);
		count++;
	}
	atomic_store(&result->task_count, count);
	return found && count;
}

/*
 * Called by the execution when it is over, before anything is killed. Who has died of it, or has
 * ended before, cannot be looked at: then the execution is judged, and run again.
 */
static void hold(void)
{
	struct replay_result *result = held_result;
	const struct finding *finding = &control->finding;
	const char *name = whom(held_request, finding);

	/* Of who was killed by a fault, the finding is what the survivors see. */
	if (!held_request->held_task && name && control->tasks[finding->task].injured)
		name = NULL;
	if (!list_tasks(name, false))
		return;
	if (finding->kind != KIND_NONE) {
		result->held_finding = true;
		result->held_message = arena_copy(held_context->arena, finding->message);
	}
	atomic_store(&result->held, true);
	while (!atomic_load(held_context->stop)) {
		atomic_fetch_add(&held_context->status->alive, 1); /* still alive */
		sys_nap(50000000);
	}
}

/* As a finding is mostly about somebody who has ended, a second run stops before that end. */
static int hold_before_end(const struct replay_request *request, struct execution *execution,
			   struct replay_result *result)
{
	const char *name = whom(request, &control->finding);

	if (result->held || !name)
		return 0;
	execution->held = arena_copy(held_context->arena, name);
	result->held_finding = control->finding.kind != KIND_NONE;
	result->held_message = arena_copy(held_context->arena, control->finding.message);
	(void)list_tasks(NULL, true);
	return execution_run(execution);
}

static void compare(const struct replay_request *request, struct pool_context *context,
		    struct replay_result *result)
{
	const struct plan_trace *trace = request->trace;
	uint32_t count = trace_count(), i;
	char text[400] = "nothing";
	bool equal = true;

	result->steps = count;
	result->compared = trace->count || request->plan->trace_hash;
	for (i = 0; equal && i < count && i < trace->count; i++)
		equal = !strcmp(trace_line(&control->events[i], text, sizeof(text)),
				trace->lines[i]);
	/* Beyond the lines that a plan holds, and without any, the hash tells. */
	if (equal && (trace->count == 0 || trace->count == PLAN_TRACE_LINES_MAX)) {
		result->diverged = request->plan->trace_hash &&
				   request->plan->trace_hash != control->trace_hash;
		result->expected = result->got = "";
		return;
	}
	if (equal && i == trace->count && i == count)
		return;
	if (!equal)
		i--;
	else if (i < count)
		trace_line(&control->events[i], text, sizeof(text));
	else
		snprintf(text, sizeof(text), "(the end)");
	result->diverged = true;
	result->diverged_step = i + 1;
	result->expected =
		arena_copy(context->arena, i < trace->count ? trace->lines[i] : "(the end)");
	result->got = arena_copy(context->arena, text);
}

static void describe(struct replay_result *result, struct pool_context *context)
{
	result->finding.kind = control->finding.kind;
	result->finding.oracle = arena_copy(context->arena, control->finding.oracle);
	finding_describe(&result->finding, context);
	result->finding.plan_path = result->finding.replay_line = "";
}

static void shrink(const struct replay_request *request, const struct execution *execution,
		   struct pool_context *context, struct replay_result *result)
{
	static struct plan plan;
	struct finding found = control->finding;
	struct plan *shrunk = arena_alloc(context->arena, sizeof(*shrunk));
	struct shrink_goal goal = { .kind = found.kind, .oracle = found.oracle };
	bool still;

	recipe_after(&plan, execution, request->target);
	result->tries = shrink_plan(&plan, execution, &goal, context->status, &still);
	(void)shrink_run(&plan, execution);
	snprintf(plan.finding, sizeof(plan.finding), "%s: %.200s", kind_name(found.kind),
		 control->finding.message);
	plan.trace_hash = control->trace_hash;
	*shrunk = plan;
	result->shrunk = shrunk;
	(void)recipe_trace(&result->shrunk_trace);
}

/* The lines are in this process's memory: moved to where the command line can read them. */
static void share_trace(struct plan_trace *trace, struct arena *arena)
{
	char **lines = arena_alloc(arena, (trace->count + 1) * sizeof(*lines));
	size_t i;

	for (i = 0; i < trace->count; i++)
		lines[i] = (char *)(uintptr_t)arena_copy(arena, trace->lines[i]);
	plan_trace_free(&(struct plan_trace){ trace->lines, trace->count });
	trace->lines = lines;
}

/*
 * Of free mode: as often as the plan says, or as was asked for. There are no steps to compare; how
 * often the finding comes back is all that there is to know.
 */
static int replay_free(struct pool_context *context, const struct replay_request *request,
		       struct execution *execution, struct replay_result *result)
{
	uint64_t times = request->times ? request->times : execution->length;

	while (result->runs < times && !atomic_load(context->stop)) {
		int error = execution_run(execution);

		if (error)
			return error;
		atomic_fetch_add(&context->status->alive, 1);
		result->runs++;
		execution->number++;
		if (control->finding.kind == KIND_NONE || result->seen++)
			continue;
		result->steps = trace_count();
		describe(result, context);
	}
	result->finding.seen = result->seen;
	result->finding.out_of = result->runs;
	return 0;
}

static int replay_steps(struct pool_context *context, const struct replay_request *request,
			const struct execution *execution, struct replay_result *result)
{
	uint64_t run;

	for (run = 1; run <= request->times && !result->diverged && !atomic_load(context->stop);
	     run++) {
		int error = execution_run(execution);

		atomic_fetch_add(&context->status->alive, 1);
		if (error)
			return error;
		result->runs = run;
		compare(request, context, result);
		if (result->diverged)
			result->diverged_run = run;
	}
	return 0;
}

void replay_run(struct pool_context *context, const struct replay_request *request,
		struct replay_result *result)
{
	struct execution execution;
	int error;

	sys_withhold(result, sizeof(*result));
	campaign_tell(context->status);
	campaign_execution(&execution, request->options, request->target);
	execution.seed = request->plan->seed;
	execution.number = request->plan->execution;
	execution.plan = request->plan;
	execution.faults = request->plan->faults;
	execution.fault_count = request->plan->fault_count;
	execution.pool = false;
	execution.races = true;
	if (recipe_strategy(&execution, request->plan->strategy) != 0) {
		result->error =
			arena_print(context->arena, "the plan's strategy \"%s\" is not known",
				    request->plan->strategy);
		return;
	}
	held_request = request;
	held_result = result;
	held_context = context;
	if (request->hold)
		execution.over = hold;
	error = execution.free ? replay_free(context, request, &execution, result)
			       : replay_steps(context, request, &execution, result);
	if (!error && request->hold && !execution.free)
		error = hold_before_end(request, &execution, result);
	if (error) {
		result->error =
			arena_print(context->arena, "it could not be run: %s", strerror(-error));
		return;
	}
	if (execution.free)
		return;
	if (control->finding.kind == KIND_RACE && !request->hold) {
		race_watch(&control->race.first); /* whose stack is known the next time */
		(void)execution_run(&execution);
		race_watch(NULL);
	}
	if (request->shrink && control->finding.kind != KIND_NONE) {
		shrink(request, &execution, context, result);
		share_trace(&result->shrunk_trace, context->arena);
	}
	describe(result, context);
}
