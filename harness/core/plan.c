/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan.h"

#include "core/plan_text.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	enum plan_value value;
	bool lasts;
} faults[PLAN_FAULT_KIND_COUNT] = {
	[PLAN_KILL] = { "kill", PLAN_VALUE_NONE, false },
	[PLAN_STOP] = { "stop", PLAN_VALUE_NONE, false },
	[PLAN_SIGNAL] = { "signal", PLAN_VALUE_SIGNAL, false },
	[PLAN_ERRNO] = { "errno", PLAN_VALUE_ERRNO, true },
	[PLAN_SHORT] = { "short", PLAN_VALUE_NUMBER, true },
	[PLAN_DELAY] = { "delay", PLAN_VALUE_NUMBER, false },
	[PLAN_CLOCK] = { "clock", PLAN_VALUE_SIGNED, false },
	[PLAN_REMOVE] = { "remove", PLAN_VALUE_NUMBER, false },
	[PLAN_LIMIT] = { "limit", PLAN_VALUE_NUMBER, false },
	[PLAN_SPAWN] = { "spawn", PLAN_VALUE_ERRNO, true },
	[PLAN_RESTART] = { "restart", PLAN_VALUE_NONE, false },
	[PLAN_ALLOC] = { "alloc", PLAN_VALUE_ERRNO, true },
};

static const char *const where_names[PLAN_WHERE_COUNT] = {
	[PLAN_AT_POINT] = "point",
	[PLAN_ASLEEP] = "asleep",
	[PLAN_WOKEN] = "woken",
};

const char *plan_fault_name(enum plan_fault_kind kind)
{
	return kind < PLAN_FAULT_KIND_COUNT ? faults[kind].name : "?";
}

enum plan_value plan_fault_value(enum plan_fault_kind kind)
{
	return kind < PLAN_FAULT_KIND_COUNT ? faults[kind].value : PLAN_VALUE_NONE;
}

bool plan_fault_lasts(enum plan_fault_kind kind)
{
	return kind < PLAN_FAULT_KIND_COUNT && faults[kind].lasts;
}

const char *plan_fault_argument(const struct plan_fault *fault, char *text, size_t size)
{
	const char *name;

	text[0] = '\0';
	switch (plan_fault_value(fault->kind)) {
	case PLAN_VALUE_SIGNAL:
		snprintf(text, size, "%d ", fault->signo);
		break;
	case PLAN_VALUE_ERRNO:
		name = strerrorname_np(fault->value);
		snprintf(text, size, "%s ", name ? name : "?");
		break;
	case PLAN_VALUE_NUMBER:
		snprintf(text, size, "%d ", fault->value);
		break;
	case PLAN_VALUE_SIGNED:
		snprintf(text, size, "%+d ", fault->value);
		break;
	case PLAN_VALUE_NONE:
		break;
	}
	return text;
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

static bool value_fits(const struct plan_fault *fault)
{
	switch (plan_fault_value(fault->kind)) {
	case PLAN_VALUE_SIGNAL:
		return fault->signo >= 1 && fault->signo < NSIG && fault->value == 0;
	case PLAN_VALUE_ERRNO:
		return fault->signo == 0 && fault->value > 0 && strerrorname_np(fault->value);
	case PLAN_VALUE_NUMBER:
		return fault->signo == 0 && fault->value >= 0 && fault->value <= PLAN_NUMBER_MAX;
	case PLAN_VALUE_SIGNED:
		return fault->signo == 0 && fault->value >= -PLAN_NUMBER_MAX &&
		       fault->value <= PLAN_NUMBER_MAX;
	case PLAN_VALUE_NONE:
		break;
	}
	return fault->signo == 0 && fault->value == 0;
}

static bool fault_valid(const struct plan_fault *fault)
{
	return fault->kind < PLAN_FAULT_KIND_COUNT && fault->where < PLAN_WHERE_COUNT &&
	       value_fits(fault) && (!fault->lasting || plan_fault_lasts(fault->kind)) &&
	       FITS(PLAN_TEXT_TASK, fault->victim) && FITS(PLAN_TEXT_CALL, fault->call);
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
