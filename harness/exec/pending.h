/* SPDX-License-Identifier: Apache-2.0 */
/* What became of signals that were sent: the supervisor's part of intercept/signal.h. Supervisor
 * only. */
#ifndef SABOT_EXEC_PENDING_H
#define SABOT_EXEC_PENDING_H

#include "core/control.h"

/*
 * For each task to which a signal was sent: waits until it is dead, if the signal kills it;
 * stopped, if it stops it; or has it, if a handler takes it.
 */
void pending_settle(void);

/* Its process was stopped, or goes on: known of all its threads, and told once. */
void pending_note_stop(struct task *task, bool stopped);

/*
 * The child is over. Without the gate, a parent that was parked takes its SIGCHLD while others run:
 * until it has, it counts as signalled.
 */
void pending_tell_parent(const struct task *child);

#endif
