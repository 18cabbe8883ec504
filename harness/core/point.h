/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where tasks meet the schedule. All of this runs in the task that has the turn, and returns when
 * it has the turn again. The supervisor takes part only where the task cannot know enough itself:
 * somebody asleep may have been woken, a fault strikes, or a sleeper is to run.
 */
#ifndef SABOT_CORE_POINT_H
#define SABOT_CORE_POINT_H

#include "core/control.h"

/* The task is about to begin task->call: counts it, judges, decides, and hands over if so decided.
 */
void point_pass(struct task *task);
/*
 * The same for an access of shared memory, which is no place to judge invariants at. `idle`: it
 * counts as a step without progress.
 */
void point_access(struct task *task, bool idle);

/* Asks the supervisor and waits for the turn. */
void point_request(struct task *task, enum request_kind kind);

/* Waits for the turn without asking: a new task's first park, or one that ran without the turn. */
void point_wait(struct task *task);

/*
 * Waits for the turn at the end of a real call that the task came out of by itself: without the
 * gate, or where priority inheritance lifted it over the gate. Then it stays "woken" to all others.
 */
void point_return(struct task *task);

/* Whether the task may run: nobody waits for a turn in free mode. */
bool point_has_turn(const struct task *task);

/* Without the gate the supervisor sleeps: tells it that this task may do so too. Else nothing. */
void point_ring(void);

/* Leaves the turn to the supervisor for good: the caller's thread or process ends now. */
void point_leave(struct task *task);

/*
 * Whether the task is the one of control->waits_at_end: it stands where it would end, or be killed,
 * and the execution is over. For who wants to look at it with a debugger.
 */
bool point_is_held(const struct task *task);

/* In a task that is about to end: does not return if it is the one that is held. */
void point_hold(struct task *task);

/* Set by who looks at memory: the task is at its next operation, at which a fault may be due. */
extern void (*point_before_strike)(struct task *task);

/* Set by the interceptors of signals: runs the handlers that were held while the task was parked.
 */
extern void (*point_run_held)(struct task *task);

#endif
