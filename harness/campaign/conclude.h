/* SPDX-License-Identifier: Apache-2.0 */
/* What the executions of a campaign amount to: its verdict, and why. Worker only. */
#ifndef SABOT_CAMPAIGN_CONCLUDE_H
#define SABOT_CAMPAIGN_CONCLUDE_H

#include "campaign/campaign.h"

/* The case shows something only where accesses of shared memory are seen. */
bool conclude_needs_memory_points(const struct campaign_target *target);

/* Before the first execution: these end the campaign of a case that cannot be tested here. */
void conclude_skip_unheld(struct campaign *campaign);
void conclude_skip_unchecked(struct campaign *campaign);

/* Ends the campaign of a case that cannot be tested here, for the reason given. */
void conclude_skip(struct campaign *campaign, const char *why);

/* Fills verdict, kind, message and replay line of the record. */
void conclude(struct campaign *campaign);

#endif
