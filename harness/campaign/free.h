/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The campaign of one case in free mode: the same case, many times, with nobody's hand on the
 * schedule. Faults are swept over hit counts. What free mode cannot judge is skipped, what it did
 * not see is undecided: neither passes nor fails. Worker only.
 */
#ifndef SABOT_CAMPAIGN_FREE_H
#define SABOT_CAMPAIGN_FREE_H

#include "campaign/campaign.h"

/* Runs it, unless it cannot be judged; then the record says so. */
void free_run(struct campaign *campaign);
/* Of a case that has run, and whose verdict is that of any other: what free mode can stand for. */
void free_conclude(struct campaign *campaign);

#endif
