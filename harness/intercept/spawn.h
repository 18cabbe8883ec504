/* SPDX-License-Identifier: Apache-2.0 */
/* How a task makes another: what fork() and pthread_create() have in common. */
#ifndef SABOT_INTERCEPT_SPAWN_H
#define SABOT_INTERCEPT_SPAWN_H

#include "core/control.h"

/*
 * Announces a task that the caller is about to make, as its first thread (process) or one more. It
 * is called after its maker, with the number of its makings: "holder#0/1". Call it in the turn.
 * When there is no room the execution is broken, and this does not return.
 */
struct task *spawn_begin(bool process);
/* It could not be made. */
void spawn_undo(struct task *child);
/* It was made: waits until it is parked. */
void spawn_done(const struct task *child);
/*
 * It was made, and runs another program: a task that makes no calls that are seen. It is held (or,
 * without the gate, runs) from its first instruction on. In place of spawn_done().
 */
void spawn_outside(struct task *child);
/* In the new task: it is one from now on, and waits for its first turn. */
void spawn_enter(struct task *child);

/* The object that stands for a task's process, or for its thread, where they are waited for. */
int spawn_object(enum family family, const struct task *task);

#endif
