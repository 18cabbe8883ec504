/* SPDX-License-Identifier: Apache-2.0 */
/* From an execution that showed something to a finding that can be read and replayed. Worker only.
 */
#ifndef SABOT_CAMPAIGN_FINDING_H
#define SABOT_CAMPAIGN_FINDING_H

#include "campaign/campaign.h"

/*
 * Takes the finding that the control block shows: known already (counted), or new: shrunk,
 * explained, its plan written. Returns it, or NULL when there is no room for another kind of
 * finding.
 */
struct record_finding *finding_take(struct campaign *campaign);

/* Fills the parts that come from the control block: message, story, graph, output. */
void finding_describe(struct record_finding *finding, struct pool_context *context);

/* What the tasks have written to standard output and error since the last call, and forgets it. */
const char *finding_output(struct pool_context *context);

#endif
