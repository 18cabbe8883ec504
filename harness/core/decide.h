/* SPDX-License-Identifier: Apache-2.0 */
/* One decision: who runs next. Taken by the task that has the turn, or by the supervisor. */
#ifndef SABOT_CORE_DECIDE_H
#define SABOT_CORE_DECIDE_H

#include "core/control.h"

/*
 * Asks the strategy and records what differs from the default. `current` is the deciding task if it
 * can go on, else -1; `at` is the deciding task in any case, -1 only before the first one runs.
 * Every task's state must be known (settled). Returns the task that runs next, or -1 if none can.
 */
int decide(int current, int at);

/*
 * An armed shot whose coordinate is now, or that has a victim to let go now, or NULL. The deciding
 * task `at` is parked at its point.
 */
struct shot *decide_shot(int at);

/* At how many of its next accesses of shared memory the task, which has the turn, is not to decide.
 */
uint32_t decide_quiet(int current);

/* Tasks that can run now without the end of a time-out. */
uint64_t decide_ready(void);

#endif
