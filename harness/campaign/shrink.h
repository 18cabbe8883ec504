/* SPDX-License-Identifier: Apache-2.0 */
/* Removes from a plan what its finding does not need; each try is a real execution. Worker only. */
#ifndef SABOT_CAMPAIGN_SHRINK_H
#define SABOT_CAMPAIGN_SHRINK_H

#include "campaign/campaign.h"

/* What an execution has to show. */
struct shrink_goal {
	enum kind kind;
	const char *oracle;
	/* Fingerprints of findings of that kind and oracle that are known already: not these. */
	const uint64_t *known;
	size_t known_count;
};

/*
 * Shrinks *plan, which must be explicit, as long as executions show what is wanted. Returns how
 * many executions that took. *still is whether the plan shows it at all.
 */
uint64_t shrink_plan(struct plan *plan, const struct execution *execution,
		     const struct shrink_goal *goal, struct pool_status *status, bool *still);

/* Runs an explicit plan. */
int shrink_run(const struct plan *plan, const struct execution *execution);

#endif
