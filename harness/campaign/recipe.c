/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/recipe.h"

#include "campaign/exhaustive.h"
#include "campaign/guided.h"
#include "core/plan_text.h"
#include "core/trace.h"
#include "intercept/heap.h"
#include "os/proc.h"
#include "os/sys.h"
#include "search/strategies.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNNING_BYTES = 4096 };

void recipe_strategy_text(const struct execution *execution, char *text, size_t size)
{
	static const char *const memory[] = { "", "+tso", "+pso" };

	if (execution->free)
		snprintf(text, size, "free:%u", execution->length);
	else if (execution->depth)
		snprintf(text, size, "%s:%u,%u%s", execution->strategy->name, execution->depth,
			 execution->length, memory[execution->memory]);
	else
		snprintf(text, size, "%s%s", execution->strategy->name, memory[execution->memory]);
}

int recipe_strategy(struct execution *execution, const char *text)
{
	char name[PLAN_NAME_MAX];
	unsigned depth = 0, length = 0;

	if (sscanf(text, "%63[^:+]:%u,%u", name, &depth, &length) < 1)
		return -EINVAL;
	execution->memory = strstr(text, "+pso")   ? SABOT_PSO
			    : strstr(text, "+tso") ? SABOT_TSO
						   : SABOT_SC;
	execution->free = !strcmp(name, "free");
	execution->strategy = execution->free ? &strategy_replay : strategies_find(name);
	execution->length = execution->free ? depth : length;
	execution->depth = execution->free ? 0 : depth;
	return execution->strategy ? 0 : -EINVAL;
}

bool recipe_is_free(const struct plan *plan)
{
	return !strncmp(plan->strategy, "free:", 5);
}

static void head(struct plan *plan, const struct execution *execution,
		 const struct campaign_target *target)
{
	memset(plan, 0, sizeof(*plan));
	snprintf(plan->scenario, sizeof(plan->scenario), "%.60s/%.60s", target->scenario->group,
		 target->scenario->name);
	snprintf(plan->case_name, sizeof(plan->case_name), "%s", target->scase->name);
	snprintf(plan->module, sizeof(plan->module), "%s", target->module);
	recipe_strategy_text(execution, plan->strategy, sizeof(plan->strategy));
	plan->seed = execution->seed;
	plan->execution = execution->number;
	plan->fault_count = execution->fault_count;
	if (execution->fault_count)
		memcpy(plan->faults, execution->faults,
		       execution->fault_count * sizeof(plan->faults[0]));
}

void recipe_before(struct plan *plan, const struct execution *execution,
		   const struct campaign_target *target)
{
	head(plan, execution, target);
	if (execution->plan) {
		plan->switch_count = execution->plan->switch_count;
		memcpy(plan->switches, execution->plan->switches,
		       plan->switch_count * sizeof(plan->switches[0]));
	}
}

static const char *task_name(uint8_t task)
{
	return task < TASKS_MAX ? control->tasks[task].name : PLAN_NOBODY;
}

/* Who runs, or whose store arrives: the first, the second, ... of those that may. */
static void target_text(uint16_t target, char *text, size_t size)
{
	const char *name = control->tasks[target % TASKS_MAX].name;

	if (target < TARGET_STORES)
		snprintf(text, size, "%s", name);
	else
		snprintf(text, size, "%.26s~%u", name, (unsigned)target / TASKS_MAX);
}

void recipe_after(struct plan *plan, const struct execution *execution,
		  const struct campaign_target *target)
{
	uint32_t i;

	recipe_before(plan, execution, target);
	plan->trace_hash = control->trace_hash;
	if (control->recorded_full)
		return;
	recipe_strategy_text(&(struct execution){ .strategy = &strategy_replay,
						  .free = execution->free,
						  .length = execution->length,
						  .memory = execution->memory },
			     plan->strategy, sizeof(plan->strategy));
	plan->switch_count = control->recorded_count;
	for (i = 0; i < control->recorded_count; i++) {
		const struct recorded_switch *from = &control->recorded[i];
		struct plan_switch *to = &plan->switches[i];

		snprintf(to->task, sizeof(to->task), "%s", task_name(from->task));
		target_text(from->target, to->target, sizeof(to->target));
		snprintf(to->call, sizeof(to->call), "%s", op_name((enum op)from->op_kind));
		to->op = from->op;
		to->pass = from->pass;
	}
	/* Only the faults that struck are part of what happened. */
	for (i = plan->fault_count; i-- > 0;)
		if (i < control->shot_count && control->shots[i].state == SHOT_ARMED)
			plan->faults[i] = plan->faults[--plan->fault_count];
}

int recipe_trace(struct plan_trace *trace)
{
	uint32_t count = trace_count(), i;
	char text[400];

	trace->count = 0;
	trace->lines = calloc(count + 1, sizeof(*trace->lines));
	if (!trace->lines)
		return -ENOMEM;
	if (count > PLAN_TRACE_LINES_MAX)
		count = PLAN_TRACE_LINES_MAX;
	for (i = 0; i < count; i++) {
		trace->lines[i] = strdup(trace_line(&control->events[i], text, sizeof(text)));
		if (!trace->lines[i])
			return -ENOMEM;
		trace->count++;
	}
	return 0;
}

const char *recipe_again(const struct campaign *campaign)
{
	const struct campaign_options *options = campaign->options;
	const struct campaign_target *target = campaign->target;
	struct arena *arena = campaign->context->arena;

	const char *search =
		guided_is_wanted(options) ? " --strategy guided" : exhaustive_words(options, arena);

	if (heap_checker())
		search = arena_print(arena, "%s --leaks=%s", search,
				     heap_checker_name(heap_checker()));
	/* A program's command line is the last, with all that it has. */
	if (target->module[0])
		return arena_print(arena, "%s run%s --case %s --seed %llu%s %s", options->program,
				   options->free ? " --free" : "", target->scase->name,
				   (unsigned long long)options->seed, search, target->module);
	return arena_print(arena, "%s run%s %s/%s --case %s --seed %llu%s", options->program,
			   options->free ? " --free" : "", target->scenario->group,
			   target->scenario->name, target->scase->name,
			   (unsigned long long)options->seed, search);
}

static int running_fd = -1;

static void running_name(const struct pool_context *context, char *name, size_t size)
{
	snprintf(name, size, "running-%u.plan", context->worker);
}

static size_t add_faults(char *text, size_t size, const struct execution *execution)
{
	size_t used = 0;
	uint32_t i;

	for (i = 0; i < execution->fault_count; i++) {
		const struct plan_fault *fault = &execution->faults[i];
		char value[24];

		used += (size_t)snprintf(text + used, size - used,
					 "fault %s %s%s at %u %s %s again %u after %u%s\n",
					 plan_fault_name(fault->kind),
					 plan_fault_argument(fault, value, sizeof(value)),
					 fault->victim, fault->op, fault->call,
					 plan_where_name(fault->where), fault->again, fault->after,
					 fault->lasting ? " lasting" : "");
	}
	return used;
}

void recipe_note_running(const struct pool_context *context, const struct execution *execution,
			 const struct campaign_target *target)
{
	char text[RUNNING_BYTES], name[64], strategy[PLAN_NAME_MAX], module[PLAN_PATH_MAX * 3];
	size_t used;

	if (running_fd < 0) {
		running_name(context, name, sizeof(name));
		running_fd = openat(context->out_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (running_fd < 0)
			return;
		running_fd = proc_move_fd(running_fd, control->fd_base);
	}
	recipe_strategy_text(execution, strategy, sizeof(strategy));
	used = (size_t)snprintf(text, sizeof(text) - 512,
				"sabot-plan %d\nscenario %s/%s\ncase %s\n", PLAN_VERSION,
				target->scenario->group, target->scenario->name,
				target->scase->name);
	if (target->module[0] && strlen(target->module) < PLAN_PATH_MAX)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "module %s\n",
					 plan_text_escape(PLAN_TEXT_FREE, target->module, module));
	used += (size_t)snprintf(text + used, sizeof(text) - used,
				 "seed 0x%016llx\nexecution %llu\nstrategy %s\n",
				 (unsigned long long)execution->seed,
				 (unsigned long long)execution->number, strategy);
	used += add_faults(text + used, sizeof(text) - used - 8, execution);
	used += (size_t)snprintf(text + used, sizeof(text) - used, "end\n");
	(void)sys_call(SYS_pwrite64, running_fd, (long)text, (long)used, 0, 0, 0);
	(void)sys_call(SYS_ftruncate, running_fd, (long)used, 0, 0, 0, 0);
}

void recipe_forget_running(const struct pool_context *context)
{
	char name[64];

	running_name(context, name, sizeof(name));
	(void)unlinkat(context->out_fd, name, 0);
	if (running_fd >= 0)
		(void)sys_close(running_fd);
	running_fd = -1;
}
