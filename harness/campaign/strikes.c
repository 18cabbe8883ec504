/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/strikes.h"

#include "core/fault.h"

#include <stdlib.h>
#include <string.h>

/* A call that had slept in this operation before is a transfer, of which part was done. */
static enum record_where where_of(const struct coordinate *at)
{
	if (at->where == PLAN_AT_POINT)
		return RECORD_AT_POINT;
	if (at->again)
		return RECORD_IN_TRANSFER;
	return at->where == PLAN_ASLEEP ? RECORD_ASLEEP : RECORD_WOKEN;
}

struct record_strike *strikes_know(struct strikes *strikes, const struct sabot_fault *fault,
				   const struct coordinate *at)
{
	const char *kind = fault_kinds[coordinates_kind(fault)]->name;
	enum record_where where = where_of(at);
	struct record_strike *strike;
	size_t i;

	for (i = 0; i < strikes->count; i++) {
		strike = &strikes->list[i];
		if (strike->site == at->site && strike->role == at->role && strike->fault == kind &&
		    strike->where == where) {
			strike->known++;
			return strike;
		}
	}
	if (strikes->count == strikes->room) {
		size_t room = strikes->room ? strikes->room * 2 : 64;
		void *list = realloc(strikes->list, room * sizeof(*strikes->list));

		if (!list)
			return NULL;
		strikes->list = list;
		strikes->room = room;
	}
	strike = &strikes->list[strikes->count++];
	*strike = (struct record_strike){
		.fault = kind, .role = at->role, .where = where, .site = at->site, .known = 1
	};
	return strike;
}

void strikes_take(struct strikes *strikes, struct arena *arena, struct record_case *record)
{
	size_t size = strikes->count * sizeof(*strikes->list);

	if (strikes->count) {
		record->strikes = arena_alloc(arena, size);
		memcpy(record->strikes, strikes->list, size);
		record->strike_count = strikes->count;
	}
	free(strikes->list);
	*strikes = (struct strikes){ 0 };
}
