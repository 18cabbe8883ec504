/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strategy `guided`: plans that showed something new are kept, and changed to make others. Of
 * a case with a fault, each place where it can strike is struck first where it was first seen.
 */
#ifndef SABOT_CAMPAIGN_GUIDED_H
#define SABOT_CAMPAIGN_GUIDED_H

#include "campaign/campaign.h"
#include "core/plan_code.h"

#include <stdbool.h>

struct guided_corpus;

bool guided_is_wanted(const struct campaign_options *options);

/* The tasks that the scenario starts with. */
void guided_roots(const struct sabot_scenario *scenario, struct plan_code_roots *roots);

/* How many faults a plan of the case may have: 0, 1 or 2. */
uint32_t guided_faults(const struct sabot_case *scase);

/* Makes the plan's faults those of the case, and leaves out what can never strike. */
void guided_fit(struct plan *plan, const struct sabot_case *scase);

/*
 * Whether the case allows each fault that struck in the execution that the control block shows: a
 * plan that somebody changed may have hit where the case's author does not.
 */
bool guided_is_allowed(const struct sabot_case *scase);

/* Until the campaign ends. */
void guided_run(struct campaign *campaign);

/* The same, and gives what was learnt in the end; it is the caller's. NULL: no memory. */
struct guided_corpus *guided_learn(struct campaign *campaign);

#endif
