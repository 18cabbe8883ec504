/* SPDX-License-Identifier: Apache-2.0 */
/* Plans out of executions, and executions out of plans. Worker only. */
#ifndef SABOT_CAMPAIGN_RECIPE_H
#define SABOT_CAMPAIGN_RECIPE_H

#include "campaign/campaign.h"

/* Before an execution: how it will be made. Seed, strategy and number make it whole. */
void recipe_before(struct plan *plan, const struct execution *execution,
		   const struct campaign_target *target);
/*
 * After one: its decisions, explicit; needs no strategy any more. If there were more than a plan
 * holds, as recipe_before.
 */
void recipe_after(struct plan *plan, const struct execution *execution,
		  const struct campaign_target *target);
/* A strategy with its parameters as a plan names it, and back (0 or -EINVAL). */
void recipe_strategy_text(const struct execution *execution, char *text, size_t size);
int recipe_strategy(struct execution *execution, const char *text);
/* Whether the plan is of free mode: then its strategy tells how often to run it, "free:1000". */
bool recipe_is_free(const struct plan *plan);
/* The steps of the execution that the control block shows, as lines. 0 or -ENOMEM. */
int recipe_trace(struct plan_trace *trace);

/* No plan tells why nothing was found: the way back is to run the case as it was run. */
const char *recipe_again(const struct campaign *campaign);

/*
 * Lays the plan of the execution that begins into OUT/running-N.plan: whatever kills the harness,
 * what it ran is there. Cheap enough for every execution.
 */
void recipe_note_running(const struct pool_context *context, const struct execution *execution,
			 const struct campaign_target *target);
void recipe_forget_running(const struct pool_context *context);

#endif
