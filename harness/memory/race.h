/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data races between tasks: two accesses of the same memory, at least one of them a plain store,
 * that nothing orders. Happens-before by vector clocks, one a task and one a synchronising object;
 * the last accesses of each word by shadow cells. Every edge that is drawn may hide a race, none
 * can make one up: where it is not clear what a call orders, it orders more.
 */
#ifndef SABOT_MEMORY_RACE_H
#define SABOT_MEMORY_RACE_H

#include "core/control.h"

enum race_flag {
	RACE_WRITES = 1,
	RACE_ATOMIC = 2,
};

/*
 * Maps the shadow memory, once, at addresses that all tasks will have: of this memory, or -1: of
 * its own. By the supervisor, before tasks are forked, and by programs that join. Returns 0 or
 * -errno: then races are not looked for.
 */
int race_map(int memory_fd);
/* Memory that programs can map as well. Returns a descriptor, close-on-exec, or -errno. */
int race_memory(void);

/* A new execution: nothing has happened yet. `on`: whether races are looked for. */
void race_begin(bool on);

/*
 * The stack of the first of two accesses is known when the execution that showed them is done
 * again: from now on it is kept of this one. NULL: of none. Supervisor only.
 */
void race_watch(const struct race_side *side);

/*
 * The task is about to access memory of the window. A race is the execution's finding; then the
 * call does not return.
 */
void race_access(struct task *task, uintptr_t address, size_t size, unsigned flags, uintptr_t site);

/* What an atomic operation orders, by its memory order; before it is done. */
void race_load(struct task *task, uintptr_t address, int order);
void race_store(struct task *task, uintptr_t address, int order);
void race_update(struct task *task, uintptr_t address, int order);
/* Of a store that waits in its task's buffer: until it arrives, loads find what was there before.
 */
void race_store_waits(struct task *task, unsigned slot, int order);
void race_store_arrives(const struct task *task, uintptr_t address, unsigned slot);
void race_fence(struct task *task, int order);

/* What a call orders: before the real call, and after it. `error`: what it failed with, or 0. */
void race_before(struct task *task, const struct call *call);
void race_after(struct task *task, const struct call *call, int error);
/*
 * The same of one semaphore of several that a call changes. `lowers`: it takes units, which tells
 * those who wait for zero.
 */
void race_give(struct task *task, int object, bool lowers);
void race_take(struct task *task, int object, bool waits_for_zero);
/* A signal handler begins. */
void race_handles(struct task *task);

/* The task was made by another, which has done all it did before. */
void race_born(const struct task *task);
/* The task begins when another is dead and seen to be. */
void race_follows(const struct task *task, const struct task *dead);
/* The task has died: what the kernel releases for it, it releases with its clock. */
void race_died(const struct task *task);

#endif
