/* SPDX-License-Identifier: Apache-2.0 */
/* The hunt for uncontrolled nondeterminism: each execution again, and the traces compared. Worker
 * only. */
#ifndef SABOT_CAMPAIGN_TWICE_H
#define SABOT_CAMPAIGN_TWICE_H

#include "campaign/campaign.h"

/*
 * Runs the execution that the control block shows once more, in processes of its own even if the
 * first used kept ones. A difference becomes a finding that names the first step that differs.
 */
void twice_compare(struct campaign *campaign);

#endif
