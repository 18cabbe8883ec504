/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How tasks may end. Verifies: nobody died of a signal that was neither injected nor sent to it
 * (and of a crash in shared memory that somebody had taken away: who, and by what),
 * everyone else ended with status 0, nobody ended while it owned a lock in memory, nothing is left
 * behind, the invariants hold at the end, histories have an order, and locks were taken in an
 * order. Does not verify: that a fault which was to strike did; its campaign counts that.
 */
#ifndef SABOT_CHECK_EXPECT_H
#define SABOT_CHECK_EXPECT_H

#include "core/control.h"

/* Judges when all tasks are reaped: the hook execution->ended. */
void expect_judge(void);

/* Records the finding if a task died unexpectedly. Returns whether one did. */
bool expect_crashed(void);

/* "was killed", "died of SIGSEGV", "ended"; of a task that is over. Returns text. */
const char *expect_fate(const struct task *task, char *text, size_t size);

#endif
