/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that tasks made. */
#ifndef SABOT_INTERCEPT_PROCESS_H
#define SABOT_INTERCEPT_PROCESS_H

#include "core/control.h"

/*
 * The body of a task's role has returned: records a finding for a child that it did not wait for,
 * or that it leaves running. (A role that means to leave it behind ends with _exit().) In the task.
 */
void process_children_left(const struct task *task);

/* exit(3) of a task, or of whoever calls it: by no line of the scenario. */
_Noreturn void process_exit(int status);

#endif
