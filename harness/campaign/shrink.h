/* SPDX-License-Identifier: Apache-2.0 */
/* Removes from a plan what its finding does not need; each try is a real execution. Worker only. */
#ifndef SABOT_CAMPAIGN_SHRINK_H
#define SABOT_CAMPAIGN_SHRINK_H

#include "campaign/campaign.h"

/*
 * Shrinks *plan, which must be explicit, as long as executions show the same kind of finding by the
 * same oracle. Returns how many executions that took. *still is whether the plan shows it at all.
 */
uint64_t shrink_plan(struct plan *plan, const struct execution *execution, enum kind kind,
		     const char *oracle, struct pool_status *status, bool *still);

/* Runs an explicit plan. */
int shrink_run(const struct plan *plan, const struct execution *execution);

#endif
