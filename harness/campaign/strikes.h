/* SPDX-License-Identifier: Apache-2.0 */
/* Where in the code a campaign's faults could strike, and where they did. Worker only. */
#ifndef SABOT_CAMPAIGN_STRIKES_H
#define SABOT_CAMPAIGN_STRIKES_H

#include "campaign/arena.h"
#include "campaign/coordinates.h"
#include "core/record.h"

/* Grows; zeroed is empty. */
struct strikes {
	struct record_strike *list;
	size_t count, room;
};

/*
 * A place that is to be tried; what came of the try is noted in what it returns, which is valid
 * until the next call. NULL: no memory.
 */
struct record_strike *strikes_know(struct strikes *strikes, const struct sabot_fault *fault,
				   const struct coordinate *at);

/* Moves them into the record, in the order in which they came to be known. */
void strikes_take(struct strikes *strikes, struct arena *arena, struct record_case *record);

#endif
