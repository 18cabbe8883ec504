/* SPDX-License-Identifier: Apache-2.0 */
/* A case that characterises: what its executions were seen to do, instead of a judgement. */
#ifndef SABOT_CAMPAIGN_OBSERVATIONS_H
#define SABOT_CAMPAIGN_OBSERVATIONS_H

#include "campaign/campaign.h"

/* Whether the campaign is of such a case; one that is judged raw is not. */
bool observations_wanted(const struct campaign *campaign);

/*
 * Adds what the execution in the control block observed to the record. False if it ended in a
 * finding that is one here too.
 */
bool observations_take(struct campaign *campaign);

/* Something was observed, and all that the case knows of was. */
bool observations_are_all_there(const struct campaign *campaign);

#endif
