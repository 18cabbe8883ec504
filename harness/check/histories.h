/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges the histories that an execution has recorded, each by its specification. Verifies what
 * check/linearize.h says. Does not verify that anything was recorded at all where a fault struck.
 */
#ifndef SABOT_CHECK_HISTORIES_H
#define SABOT_CHECK_HISTORIES_H

/*
 * When all tasks are reaped. A history without an order is a finding of the kind "invariant", by
 * the history's name. BROKEN are: a task that has ended within an operation, a scenario whose
 * histories stayed empty though nobody was struck, and a history with too many orders to try.
 */
void histories_judge(void);

/*
 * The part of the finding's history that has no order, shortened, as a table with a heading; "" if
 * the finding is another. The caller frees it; NULL if there is no memory.
 */
char *histories_text(void);

#endif
