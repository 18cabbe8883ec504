/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as part of the schedule. The kernel gets our trampoline in place of a user's handler: it
 * runs the handler when its task has the turn, and holds the signal while the task is parked.
 */
#ifndef SABOT_INTERCEPT_SIGNAL_H
#define SABOT_INTERCEPT_SIGNAL_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Installs the harness's own handlers, which tasks inherit: that of checker_signal() ends a wait
 * whose deadline came; that of SIGXCPU, a step that does not end. Supervisor only, before tasks.
 * Returns 0 or -errno.
 */
int signal_prepare(pid_t supervisor);

/* Whether the harness keeps the signal for itself: tasks can neither handle, block nor send it. */
bool signal_is_ours(int signo);

/* The set without the harness's own signals. */
sigset_t signal_strip(const sigset_t *set);

/*
 * A task is about to send the signal (0: none) to the process: who dies of it did not crash, and
 * the supervisor looks what became of each of its tasks.
 */
void signal_expect(pid_t pid, int signo);

/* The process that called signal_prepare(). */
pid_t signal_harness(void);

#endif
