/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep: each fault at each coordinate of each victim, over several base schedules. Worker
 * only. */
#ifndef SABOT_CAMPAIGN_SWEEP_H
#define SABOT_CAMPAIGN_SWEEP_H

#include "campaign/campaign.h"

/* What was tried already, over several base schedules. NULL: no memory. */
struct sweep *sweep_begin(struct campaign *campaign);
void sweep_end(struct sweep *sweep);

/*
 * The control block shows an execution without the fault, and without a finding: strikes at each of
 * its places that is new, under the same schedule, which is campaign->execution; and (second) once
 * more after each. Returns false when the campaign is to end.
 */
bool sweep_places(struct sweep *sweep, bool second);

/*
 * For each base schedule: one execution without a fault tells the coordinates (a task at a point,
 * asleep in a call, woken and not yet run); then one execution for each. Coordinates that no
 * survivor can tell apart count once: the same state of everything, or nothing but pure steps in
 * between.
 */
void sweep_run(struct campaign *campaign);

/*
 * Schedule after schedule: one execution without a fault, and one that strikes at any one of its
 * places (a second one too, if the case has it). What a sweep is to be measured against.
 */
void sweep_sample(struct campaign *campaign);

#endif
