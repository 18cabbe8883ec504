/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stack of a task that crashes, kept for the finding. Nothing else changes: the task dies of
 * the same signal, and a handler that the scenario installs takes the place of ours.
 */
#ifndef SABOT_INTERCEPT_CRASH_H
#define SABOT_INTERCEPT_CRASH_H

#include <signal.h>
#include <stdbool.h>

/* In the supervisor, before the first fork: forked processes inherit it. 0 or -errno. */
int crash_prepare(void);

/* Called in the handler when it is the supervisor that crashes, which may have been made to. */
extern void (*crash_of_supervisor)(void);

/* Whether the action is ours: to the scenario, the signal is at its default. */
bool crash_is_handler(const struct sigaction *action);

#endif
