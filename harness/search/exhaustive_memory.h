/* SPDX-License-Identifier: Apache-2.0 */
/* What a step has changed in the shared memory. Runs in tasks too. */
#ifndef SABOT_SEARCH_EXHAUSTIVE_MEMORY_H
#define SABOT_SEARCH_EXHAUSTIVE_MEMORY_H

#include "core/control.h"

/* From here on, what differs from now. */
void exhaustive_memory_begin(void);

/*
 * Compares with the last time. What the step announced, and has not changed, it did not write:
 * a store of what is there already commutes as a load does. What changed and was not announced,
 * nobody knows who reads.
 */
void exhaustive_memory_compare(struct explore_step *step);

#endif
