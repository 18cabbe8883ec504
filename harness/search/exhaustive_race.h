/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps of the execution that the control block shows happened before which, by vector
 * clocks, and which pairs of steps could have come the other way round. Supervisor only.
 */
#ifndef SABOT_SEARCH_EXHAUSTIVE_RACE_H
#define SABOT_SEARCH_EXHAUSTIVE_RACE_H

#include "core/control.h"

enum { EXHAUSTIVE_REVERSALS_MAX = TASKS_MAX };

struct exhaustive_race {
	uint16_t (*clocks)[TASKS_MAX]; /* of each step: how many of each task's come before it */
	uint16_t *ordinals;	       /* of each step, within its task, from 1 */
};

/* A step and a later one that depends on it, with nothing in between that keeps them apart. */
struct exhaustive_reversal {
	uint32_t at;	/* the earlier one */
	uint64_t first; /* the tasks with which a schedule may begin there that turns them round */
};

int exhaustive_race_create(struct exhaustive_race *race);
void exhaustive_race_free(struct exhaustive_race *race);

/* The clock of the step at this place, and its races with those before it; returns how many. */
uint32_t exhaustive_race_find(struct exhaustive_race *race, uint32_t at,
			      struct exhaustive_reversal reversals[EXHAUSTIVE_REVERSALS_MAX]);

/*
 * All earlier steps that collide with the one at this place: whatever lies in between, while its
 * task could have taken it, and before that the last one of each task. Returns how many.
 */
uint32_t exhaustive_race_collisions(uint32_t at, uint32_t collisions[EXPLORE_STEPS_MAX]);

#endif
