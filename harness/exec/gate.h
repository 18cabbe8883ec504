/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Priorities as the gate. All tasks of a worker and their supervisor share one CPU. A task that has
 * the turn runs at GATE_RUN; the supervisor below it, so it runs exactly when that task sleeps; a
 * task that has been found asleep is lowered below the supervisor, so once woken it cannot run
 * before it is let go. Without the right to real-time priorities there is no gate: control->gated
 * is false.
 */
#ifndef SABOT_EXEC_GATE_H
#define SABOT_EXEC_GATE_H

#include "core/control.h"

/* Makes the caller the supervisor on its CPU. Returns whether the gate holds. Harness only. */
bool gate_open(void);
/* A forked task, about to park for the first time, enters the game. */
void gate_join(void);
/* A task found asleep is held from now on. */
void gate_hold(const struct task *task);
/* The task may run: it does so before this returns, if it can. */
void gate_release(const struct task *task);

#endif
