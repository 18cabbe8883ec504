/* SPDX-License-Identifier: Apache-2.0 */
/* How tasks come to life and end, in fork mode and in a pool. */
#ifndef SABOT_EXEC_START_H
#define SABOT_EXEC_START_H

#include "core/control.h"

/* Forks a process for each task of each role; all are parked when it returns. 0 or -errno. */
int start_fork(void);
/* Whether the processes of the last execution can be used again. */
bool start_can_reuse(void);
/* Makes the kept tasks ready for another execution. */
void start_reuse(void);
/* A library was loaded since, and may have handlers for exit() of its own. */
void start_guard_again(void);
/* Kills whatever runs, and reaps everything. */
void start_kill_all(void);

#endif
