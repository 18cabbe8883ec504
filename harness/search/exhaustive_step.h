/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a step does, as far as other tasks could tell, and whether the order of two steps matters.
 * What is not understood matters to everything: an order too many is tried, none is left out.
 *
 * It is understood of one semaphore, lock, queue, pipe or file at a time, and of memory. Taken for
 * granted: if any code of the scenario has memory points, all that touches the shared memory has,
 * but for libc's locks; and tasks share nothing that neither they nor we see, as a terminal.
 */
#ifndef SABOT_SEARCH_EXHAUSTIVE_STEP_H
#define SABOT_SEARCH_EXHAUSTIVE_STEP_H

#include "core/control.h"

/* Before the task's step: what it has announced. Runs in tasks too. */
void exhaustive_step_open(struct explore_step *step, const struct task *task);

/* After it: what the trace, the memory and the checks show of it. Runs in tasks too. */
void exhaustive_step_close(struct explore_step *step);

/*
 * As exhaustive_step_open, of a task at a place at which it was in an earlier execution, and took
 * this step: objects have their numbers of now.
 */
void exhaustive_step_reopen(struct explore_step *step, const struct task *task,
			    const struct explore_step *taken);

/* What other tasks hold, now, of the objects that the step touches: equal if equal. */
uint64_t exhaustive_step_others(const struct explore_step *step);

/* Whether two steps, one after the other, may not be swapped. Runs in tasks too. */
bool exhaustive_step_depends(const struct explore_step *a, const struct explore_step *b);

/* Forgets the memory of the execution before: the next comparison is with what is there now. */
void exhaustive_step_begin(void);

#endif
