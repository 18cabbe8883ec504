/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan.h"

#include "core/plan_text.h"

#include <signal.h>
#include <stdlib.h>

static const char *const fault_names[PLAN_FAULT_KIND_COUNT] = {
	[PLAN_KILL] = "kill",
	[PLAN_STOP] = "stop",
	[PLAN_SIGNAL] = "signal",
};

static const char *const where_names[PLAN_WHERE_COUNT] = {
	[PLAN_AT_POINT] = "point",
	[PLAN_ASLEEP] = "asleep",
	[PLAN_WOKEN] = "woken",
};

const char *plan_fault_name(enum plan_fault_kind kind)
{
	return kind < PLAN_FAULT_KIND_COUNT ? fault_names[kind] : "?";
}

const char *plan_where_name(enum plan_where where)
{
	return where < PLAN_WHERE_COUNT ? where_names[where] : "?";
}

void plan_trace_free(struct plan_trace *trace)
{
	for (size_t i = 0; i < trace->count; i++)
		free(trace->lines[i]);
	free(trace->lines);
	*trace = (struct plan_trace){ 0 };
}

#define FITS(kind, array) (!plan_text_wrong((kind), (array), sizeof(array)))

static bool fault_valid(const struct plan_fault *fault)
{
	const bool signo_fits = fault->kind == PLAN_SIGNAL
					? fault->signo >= 1 && fault->signo < NSIG
					: fault->signo == 0;

	return fault->kind < PLAN_FAULT_KIND_COUNT && fault->where < PLAN_WHERE_COUNT &&
	       signo_fits && FITS(PLAN_TEXT_TASK, fault->victim) &&
	       FITS(PLAN_TEXT_CALL, fault->call);
}

static bool switch_valid(const struct plan_switch *entry)
{
	return FITS(PLAN_TEXT_TASK, entry->task) && FITS(PLAN_TEXT_CALL, entry->call) &&
	       FITS(PLAN_TEXT_TASK, entry->target);
}

bool plan_valid(const struct plan *plan)
{
	if (!FITS(PLAN_TEXT_SCENARIO, plan->scenario) || !FITS(PLAN_TEXT_NAME, plan->case_name) ||
	    !FITS(PLAN_TEXT_FREE, plan->module) || !FITS(PLAN_TEXT_NAME, plan->strategy) ||
	    !FITS(PLAN_TEXT_FREE, plan->finding))
		return false;
	if (plan->fault_count > PLAN_FAULTS_MAX || plan->switch_count > PLAN_SWITCHES_MAX)
		return false;
	for (uint32_t i = 0; i < plan->fault_count; i++) {
		if (!fault_valid(&plan->faults[i]))
			return false;
	}
	for (uint32_t i = 0; i < plan->switch_count; i++) {
		if (!switch_valid(&plan->switches[i]))
			return false;
	}
	return true;
}
