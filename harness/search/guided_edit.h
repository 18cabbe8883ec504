/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of plans that mean something: a switch is moved, a fault added, two plans are spliced.
 * Pure functions over the binary form, so that a search in this process and AFL++'s, in its own,
 * change plans alike.
 */
#ifndef SABOT_SEARCH_GUIDED_EDIT_H
#define SABOT_SEARCH_GUIDED_EDIT_H

#include "core/plan_code.h"
#include "core/random.h"

/* What plans of the case may hold. */
struct guided_limits {
	uint32_t roots;	 /* tasks that it starts with */
	uint32_t cases;	 /* 0 and 1: there is but one */
	uint32_t faults; /* at most so many */
	uint32_t length; /* decisions expected in an execution */
};

/* Nothing listed: a walk of its own. */
void guided_edit_fresh(struct plan_code *code, const struct guided_limits *limits,
		       struct random *random);

/* One change or a few. The donor is another plan, to take from; may be NULL. */
void guided_edit(struct plan_code *code, const struct plan_code *donor,
		 const struct guided_limits *limits, struct random *random);

/* Adds a fault to a plan that has none, if it may have one. */
void guided_edit_strike(struct plan_code *code, const struct guided_limits *limits,
			struct random *random);

/* Leaves out the entries [from, from + count), faults first and then switches. */
void guided_edit_drop(struct plan_code *code, uint32_t from, uint32_t count);

#endif
