/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each operation may touch, and the touches of a step: an object, or bytes of memory. Runs in
 * tasks too.
 */
#ifndef SABOT_SEARCH_EXHAUSTIVE_REACH_H
#define SABOT_SEARCH_EXHAUSTIVE_REACH_H

#include "core/control.h"

/* Touches of objects lie where no memory does. */
#define EXHAUSTIVE_OBJECTS ((uint64_t)1 << 63)

/* Adds what the call is announced to touch, and the flags that come of that. */
void exhaustive_reach_open(struct explore_step *step, const struct call *call);

void exhaustive_reach_object(struct explore_step *step, int object, bool writes);

/* One operation may be on several semaphores of a set: the set's first stands for all. */
int exhaustive_reach_set(int object);

/* The object of a touch, or NULL: it is of memory, or of all record locks. */
const struct object *exhaustive_reach_at(const struct explore_touch *touch);

/* It touches nothing that another task could. */
bool exhaustive_reach_is_private(unsigned op);

/* It takes or gives back what the table of objects counts. */
bool exhaustive_reach_is_lock(unsigned op);

/* It touches bytes of memory, and no object; and stores there. */
bool exhaustive_reach_is_access(unsigned op);
bool exhaustive_reach_is_store(unsigned op);

#endif
