/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this process has mapped, as far as we saw it: so that an object in shared memory is one
 * object wherever each process has the memory, and so that what setup mapped is undone after the
 * execution. Each process has a table of its own; a child begins with its parent's. Memory that no
 * call of the scenario's mapped (the stack, the heap) is not in it.
 */
#ifndef SABOT_INTERCEPT_MAPPING_H
#define SABOT_INTERCEPT_MAPPING_H

#include "intercept/call.h"

#include <sys/stat.h>

enum mapping_kind {
	MAPPING_MEMORY,	   /* undone by munmap(2) */
	MAPPING_SEGMENT,   /* by shmdt(2) */
	MAPPING_SEMAPHORE, /* by sem_close(3), as often as it was opened */
};

struct mapping {
	enum mapping_kind kind;
	unsigned uses;
	uintptr_t address;
	size_t size;
	uint64_t key; /* what is mapped: equal in all processes that map it; 0: it is not shared */
	uint64_t offset; /* in what is mapped */
	int object;	 /* that stands for the file, + 1; 0: there is none */
	char name[24];
};

/* Whether a mapping made now is the scenario's: by a task, or in setup. */
bool mapping_is_seen(void);

/* Notes a mapping, in place of those that it covers; a semaphore opened again is noted once. */
void mapping_add(const struct mapping *mapping);
/* The range is mapped no more, or anew. */
void mapping_remove(uintptr_t address, size_t size);
/*
 * The same, and who uses it all the same is told who took it away: `how` is the call's name. In
 * tasks and in setup.
 */
void mapping_gone(uintptr_t address, size_t size, const char *how, uintptr_t site);
/* The inode, as it was before, was cut off at `length`. Anywhere. */
void mapping_cut(const struct stat *before, off_t length, const char *how, uintptr_t site);
/* The process has any, of its own or of setup. */
bool mapping_is_any(void);
/* The mapping at the address, or NULL. */
const struct mapping *mapping_at(uintptr_t address);
/* A key from two numbers that say what is mapped; never 0. */
uint64_t mapping_key(uint64_t first, uint64_t second);

/* The object at the address: one for all processes if the memory is shared, else this process's. */
int mapping_object(enum family family, const void *address);
/* The call is on the object at the address, which is in detail[1] as this process has it. */
void mapping_describe(struct call *call, const void *address);

/* Undoes what setup mapped and forgets everything. Supervisor only, after the execution. */
void mapping_release(void);

#endif
