/* SPDX-License-Identifier: Apache-2.0 */
/* Shared memory, as the control block has it: its window, store buffers, a race that was found. */
#ifndef SABOT_CORE_MEMORY_STATE_H
#define SABOT_CORE_MEMORY_STATE_H

#include "core/task.h"

enum {
	WINDOW_PARTS_MAX = 64,
	STORES_WAITING_MAX = 16,
};

/* One of the two accesses of a data race. */
struct race_side {
	int task;
	uint32_t op; /* number of the task's operation */
	uintptr_t site;
	bool writes, atomic;
	uint32_t stack_count; /* return addresses, the innermost first; 0: not known */
	uintptr_t stack[STACK_FRAMES_MAX];
};

/* The search for data races; see memory/race.h. */
struct race {
	bool on, found;
	uint32_t execution; /* counts them: cells of others are empty */
	uintptr_t address;
	size_t size;
	struct race_side first, second;
	struct race_side watched; /* its stack is kept when it comes; op 0: none */
};

/* A store that others do not see yet; see core/store_buffer.h. */
struct waiting_store {
	uintptr_t address;
	uint64_t value;
	uint32_t number; /* of the task's stores, from 1 */
	uint32_t fence;	 /* release fences of the task before it */
	uint8_t size;
	uint8_t slot; /* its number among those that wait: until it has arrived */
	bool release, atomic;
};

/* What memory shows the task that runs, in place of what has arrived there. */
struct lens {
	uintptr_t address;
	uint64_t arrived, shown;
	uint8_t size; /* 0: it is closed */
	bool is_store;
};

struct store_buffer {
	uint32_t count;
	uint32_t fence;
	uint32_t slots; /* that are taken */
	uint32_t made;	/* stores, so far */
	uint32_t owed;	/* operations of histories that have returned but for their stores */
	struct lens lens;
	struct waiting_store stores[STORES_WAITING_MAX];
};

/* A shared mapping, and where every task has it; see memory/window.h. */
struct window_part {
	uint64_t key, offset;
	size_t size;
	uintptr_t address;
	char name[24];
};

#endif
