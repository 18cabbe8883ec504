/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks that run another program. Such a task sleeps and runs as others do, but makes no call that
 * is seen, and may have children that are no tasks: of these, /proc tells what they do. Does not
 * know: what alarms such a program has set.
 */
#ifndef SABOT_EXEC_OUTSIDE_H
#define SABOT_EXEC_OUTSIDE_H

#include "core/control.h"

/* Whether children of the program, or theirs, still do what they have begun. */
bool outside_is_busy(const struct task *task);

/* Waits until no such children are busy. */
void outside_settle(void);

/*
 * Nobody can run. If another program waits for a time, that is the real one: waits as well, and not
 * for ever. Returns whether somebody may have been woken by then.
 */
bool outside_goes_on(void);

/* Whether the sleep that the thread is in ends by itself: the system call has a time-out. */
bool outside_sleep_ends(pid_t pid, pid_t tid);

/* Kills the children of the program, and theirs. */
void outside_kill(const struct task *task);

#endif
