/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops that wait for others, in code that the engine sees from outside only. A task that comes by
 * the same places again, and has neither changed anything nor could see anything new, would do so
 * once more: that is no choice, until somebody else changes something that it looks at.
 *
 * A loop may as well count, and give up. So of each loop, the first time that a task is in it,
 * that task runs alone until it leaves, or for so many rounds that it never will. What is found out
 * is kept for the campaign. A loop that gives up after more rounds than that is taken for endless.
 */
#ifndef SABOT_SEARCH_EXHAUSTIVE_LOOP_H
#define SABOT_SEARCH_EXHAUSTIVE_LOOP_H

#include "core/control.h"

/* An execution begins. */
void exhaustive_loop_begin(void);

/* The step was taken. */
void exhaustive_loop_note(const struct explore_step *step);

/*
 * Of the tasks that can run, those whose step can bring something new. While it is to be found out
 * whether a loop ends, that is its task alone; when it was, *probed is set.
 */
uint64_t exhaustive_loop_options(uint64_t all, bool *probed);

#endif
