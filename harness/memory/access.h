/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses to shared memory as points. Compiled-in calls announce each load, store and atomic
 * operation just before it is done; those outside of the window are let through at once.
 */
#ifndef SABOT_MEMORY_ACCESS_H
#define SABOT_MEMORY_ACCESS_H

#include "memory/window.h"

/*
 * The point before an access of the window: others may run, the task may die here. When it returns
 * the task has the turn, and the access is what it does next. Keeps errno. Nothing if the caller is
 * no task, or is our own code.
 */
void access_pass(enum op op, uintptr_t address, size_t size, uintptr_t site);
/*
 * The same for an atomic operation of this memory order. Returns true if the operation is not to be
 * done in memory: its store waits in the task's buffer, its load has to see that.
 */
bool access_pass_atomic(enum op op, uintptr_t address, size_t size, uintptr_t site, int order);
uint64_t access_load(uintptr_t address, size_t size);
void access_store(uintptr_t address, size_t size, uint64_t value, int order);
/* An update of shared memory has changed something: it did not only look. */
void access_changed(void);

static inline __attribute__((always_inline)) void
access_point(enum op op, const volatile void *address, size_t size, const void *site)
{
	if (__builtin_expect(window_has((uintptr_t)address), 0))
		access_pass(op, (uintptr_t)address, size, (uintptr_t)site);
}

static inline __attribute__((always_inline)) bool
access_atomic(enum op op, const volatile void *address, size_t size, const void *site, int order)
{
	return __builtin_expect(window_has((uintptr_t)address), 1) &&
	       access_pass_atomic(op, (uintptr_t)address, size, (uintptr_t)site, order);
}

static inline __attribute__((always_inline)) void access_updated(const volatile void *address,
								 bool changed)
{
	if (changed && __builtin_expect(window_has((uintptr_t)address), 1))
		access_changed();
}

/* A fence: a point too, since what it orders others can tell. */
void access_fence(uintptr_t site, int order);

#endif
