/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared memory that was taken away from under those who may still use it: a part of the control
 * block, written by what unmaps, detaches and truncates, and read when somebody has crashed.
 */
#ifndef SABOT_CORE_UNMAPPED_H
#define SABOT_CORE_UNMAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNMAPPED_MAX = 64 };

struct unmapped {
	const char *how; /* "munmap", ... */
	uintptr_t site;	 /* where that was called; 0: a fault did it */
	uintptr_t address;
	size_t size; /* of an object that was cut off: 0 */
	uint64_t key, offset;
	int8_t task;	/* who did it; -1: none of them */
	int8_t process; /* who has it no more, by its first task; -1: all whom setup made */
	char name[24];
};

struct unmapped_log {
	uint32_t count; /* the latest UNMAPPED_MAX are kept */
	struct unmapped entries[UNMAPPED_MAX];
	struct unmapped found; /* of the finding */
	uint64_t found_offset; /* of the access, in what was mapped */
	bool by_fault;	       /* what is cut off now is so by a fault */
};

#endif
