/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/shrink.h"

#include "check/explain.h"
#include "search/ddmin.h"
#include "search/strategies.h"

#include <string.h>

enum { TRIES_MAX = 1000 };

struct shrinking {
	const struct plan *whole;
	const struct execution *execution;
	const struct shrink_goal *goal;
	struct pool_status *status;
};

int shrink_run(const struct plan *plan, const struct execution *execution)
{
	struct execution run = *execution;

	run.strategy = &strategy_replay;
	run.plan = plan;
	run.faults = plan->faults;
	run.fault_count = plan->fault_count;
	run.depth = 0;
	return execution_run(&run);
}

/* Faults come first: items 0 .. fault_count-1, then the switches. */
static void subset(struct plan *plan, const struct plan *whole, const unsigned char *keep)
{
	uint32_t i;

	*plan = *whole;
	plan->fault_count = plan->switch_count = 0;
	for (i = 0; i < whole->fault_count; i++)
		if (keep[i])
			plan->faults[plan->fault_count++] = whole->faults[i];
	for (i = 0; i < whole->switch_count; i++)
		if (keep[whole->fault_count + i])
			plan->switches[plan->switch_count++] = whole->switches[i];
}

static bool is_known(const struct shrink_goal *goal)
{
	uint64_t fingerprint = goal->known_count ? explain_fingerprint() : 0;
	size_t i;

	for (i = 0; i < goal->known_count; i++)
		if (goal->known[i] == fingerprint)
			return true;
	return false;
}

static bool shows_it(const struct shrinking *shrinking, const struct plan *plan)
{
	const struct shrink_goal *goal = shrinking->goal;

	atomic_fetch_add(&shrinking->status->alive, 1);
	return shrink_run(plan, shrinking->execution) == 0 && control->finding.kind == goal->kind &&
	       !strcmp(control->finding.oracle, goal->oracle) && !is_known(goal);
}

static bool still(void *context, const unsigned char *keep, size_t n)
{
	static struct plan plan; /* large, and nobody else's */
	const struct shrinking *shrinking = context;

	(void)n;
	subset(&plan, shrinking->whole, keep);
	return shows_it(shrinking, &plan);
}

uint64_t shrink_plan(struct plan *plan, const struct execution *execution,
		     const struct shrink_goal *goal, struct pool_status *status, bool *holds)
{
	static struct plan whole, best;
	unsigned char keep[PLAN_FAULTS_MAX + PLAN_SWITCHES_MAX];
	struct ddmin_result result = { 0 };
	struct shrinking shrinking = {
		.whole = &whole, .execution = execution, .goal = goal, .status = status
	};
	uint32_t count = plan->fault_count + plan->switch_count;

	whole = *plan;
	*holds = shows_it(&shrinking, &whole);
	if (!*holds || count == 0)
		return 1;
	memset(keep, 1, sizeof(keep));
	(void)ddmin_run(keep, count, still, &shrinking, TRIES_MAX, &result);
	subset(&best, &whole, keep);
	*plan = best;
	return result.tries + 1;
}
