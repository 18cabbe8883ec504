/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free mode, in tasks: all of them run at once, on all CPUs, and nobody has a turn. What a point
 * does is done here without one: count, strike at hit counts, and take part in a census.
 *
 * A census is how a settled state is come by: whoever comes to a point stays there until all others
 * do so too, or sleep in the kernel, or are over. The supervisor judges then, and lets them go on.
 *
 * Tables that tasks change at the same time are changed under one lock. A death may leave it taken;
 * the supervisor gives it back then. What it guards is whole at each store, so that the next one
 * can go on with it.
 */
#ifndef SABOT_CORE_FREE_H
#define SABOT_CORE_FREE_H

#include "core/control.h"

/* Supervisor: before the first task starts; before an execution of it. */
void free_begin(bool on);

static inline bool free_on(void)
{
	return __builtin_expect(control->free.on, 0);
}

/* The task is at the start: all of those that setup's tasks are go on together, or nearly so. */
void free_start(struct task *task);
/* A point of task->call, and an access of shared memory. Return when the task may go on. */
void free_pass(struct task *task);
void free_access(struct task *task);
/* The task's body has returned, or its thread ends. */
void free_leave(struct task *task);
/* The execution is over: the task goes no further. */
_Noreturn void free_stop(struct task *task);
/*
 * Whether the task is where the shot is to strike: counts differ from run to run, as spins do, so
 * that is the first operation of the plan's kind from its number on; or, if the plan names no kind,
 * whatever has that number, an access of shared memory too.
 */
bool free_is_at(const struct shot *shot, const struct task *task, bool access);
/* More tasks have come to their end. Returns whether all have. */
bool free_all_left(uint64_t more);
/* Tells the supervisor that there is something to see. */
void free_ring(void);

/*
 * The lock of the tables. Nothing unless in free mode. Handlers are held meanwhile. Returns what
 * free_unlock() takes.
 */
bool free_lock(void);
void free_unlock(bool was_in_runtime);
/* Supervisor: the task is dead and changes nothing any more. */
void free_break_lock(int task);

#endif
