/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the supervisor does about tasks that die: it reaps its own children, sees the zombies that
 * are a task's to reap, and tells the control block what the kernel has released. Supervisor only.
 */
#ifndef SABOT_EXEC_DEATH_H
#define SABOT_EXEC_DEATH_H

#include "core/control.h"

/* Reaps what has died, without waiting. Returns how many processes. */
unsigned death_reap(void);
/* The same, and finds the zombies of tasks. False: of somebody that is not certain yet. */
bool death_find(void);

/* A process dies as one: its threads that are held must run inside the kernel for it, and may. */
void death_let(const struct task *task);
/* Waits until the task's process (or, for a further thread, that thread) is gone. */
void death_await(struct task *task);

/*
 * The task's process may have come to run another program, by execve(2) of the task: its other
 * threads are no more then, and who goes on is the process's first, whichever of them it was. True:
 * it has just been found to; the turn is that task's if it was the caller of execve.
 */
bool death_of_replaced(struct task *task);

#endif
