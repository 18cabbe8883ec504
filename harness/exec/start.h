/* SPDX-License-Identifier: Apache-2.0 */
/* How tasks come to life and end, in fork mode and in a pool. */
#ifndef SABOT_EXEC_START_H
#define SABOT_EXEC_START_H

#include "core/control.h"

/* Forks a process for each task of each role; all are parked when it returns. 0 or -errno. */
int start_fork(void);

/*
 * The role of the task, which is dead, is started again, in a new process with the same index and a
 * name as a child's. It parks at its start. 0 or -errno.
 */
int start_again(struct task *dead);

/* Whether the processes of the last execution can be used again. */
bool start_can_reuse(void);
/* Makes the kept tasks ready for another execution. */
void start_reuse(void);
/* A library was loaded since, and may have handlers for exit() of its own. */
void start_guard_again(void);
/* Kills whatever runs, and reaps everything. */
void start_kill_all(void);

#endif
