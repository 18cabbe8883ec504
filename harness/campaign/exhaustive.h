/* SPDX-License-Identifier: Apache-2.0 */
/* The campaign of one case under all schedules. Worker only. */
#ifndef SABOT_CAMPAIGN_EXHAUSTIVE_H
#define SABOT_CAMPAIGN_EXHAUSTIVE_H

#include "campaign/campaign.h"

/*
 * Runs the case under every schedule, up to equivalence unless the options say "brute", and notes
 * in the record how many there were, and whether they were all. With a fault: each schedule
 * without it, and then the fault at each of its places that is new.
 */
void exhaustive_run(struct campaign *campaign);

/* Whether the options ask for it. */
bool exhaustive_is_wanted(const struct campaign_options *options);

/* How the command line says so: " --strategy exhaustive", or "". */
const char *exhaustive_words(const struct campaign_options *options, struct arena *arena);

#endif
