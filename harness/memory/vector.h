/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vector clocks: what each task knows of the others, and what objects and atomic locations pass on.
 * In memory that all tasks share.
 */
#ifndef SABOT_MEMORY_VECTOR_H
#define SABOT_MEMORY_VECTOR_H

#include "core/control.h"

struct vector {
	uint32_t at[TASKS_MAX];
};

struct clocks {
	struct vector tasks[TASKS_MAX];
	struct vector objects[OBJECTS_MAX]; /* what was released to each */
	bool object_used[OBJECTS_MAX];
	struct vector lowered[OBJECTS_MAX]; /* by those who took units of a SysV semaphore */
	bool lowered_used[OBJECTS_MAX];
	struct vector signals;		     /* by whoever sent one */
	struct vector names;		     /* by whoever made or removed one */
	struct vector acquirable[TASKS_MAX]; /* read by relaxed loads, due at an acquire fence */
	struct vector released[TASKS_MAX];   /* at the last release fence */
	/* What stores that wait in a buffer will pass on, by task and slot. */
	struct vector waiting[TASKS_MAX][STORES_WAITING_MAX];
	bool fenced[TASKS_MAX];
};

#define CLOCKS_ADDRESS ((uintptr_t)0x201000000000)
#define CLOCKS	       ((struct clocks *)CLOCKS_ADDRESS)

/* How much memory they take: whole pages. */
size_t vector_bytes(void);
/* Maps them: of this memory, or -1: of their own. Returns 0 or -errno. */
int vector_map(int memory_fd);
/* A new execution: nobody knows of anybody. */
void vector_begin(void);
/* The task begins; it knows what its maker (NULL: the harness) knows. */
void vector_first(const struct task *task, const struct task *maker);

/* Whether the task knows what another did at that time of its own. */
static inline bool vector_knows(const struct task *task, unsigned other, uint32_t time)
{
	return CLOCKS->tasks[task_number(task)].at[other] >= time;
}

static inline uint32_t vector_own(const struct task *task)
{
	return CLOCKS->tasks[task_number(task)].at[task_number(task)];
}

void vector_join(struct vector *to, const struct vector *from);
/* What the task did so far is passed on; what it does next is later. */
void vector_release(const struct task *task, struct vector *to);
void vector_acquire(const struct task *task, const struct vector *from);
/* Time goes on for the task alone. */
void vector_tick(const struct task *task);

/* The clocks of an object; cleared at their first use in an execution. */
struct vector *vector_of_object(int object);
struct vector *vector_of_lowered(int object);

/* The clock of an atomic location; `make`: else NULL if it has none. */
struct vector *vector_of_location(uintptr_t address, bool make);
/*
 * The same, as the task stores to it: what others released there before cannot be had from it any
 * more; what the task itself did can, its stores go on with its release sequence (C17 5.1.2.4).
 */
struct vector *vector_of_store(const struct task *task, uintptr_t address);

#endif
