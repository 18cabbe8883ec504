/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window: one range of addresses that holds all memory that tasks share, so that one comparison
 * tells whether an access can matter to others, and every task sees a mapping at the same address.
 */
#ifndef SABOT_MEMORY_WINDOW_H
#define SABOT_MEMORY_WINDOW_H

#include "core/control.h"

#define WINDOW_BEGIN SHARED_ADDRESS
#define WINDOW_SIZE  ((uintptr_t)0x200000000)

static inline bool window_has(uintptr_t address)
{
	return address - WINDOW_BEGIN < WINDOW_SIZE;
}

/*
 * Where to map this part of what has the key: the same address for everybody who maps it, as long
 * as the process has nothing there (then `again`: another place). 0: there is no room left.
 */
uintptr_t window_place(uint64_t key, uint64_t offset, size_t size, bool again);

/* The mapping that was placed over the address, or NULL. */
const struct window_part *window_part_at(uintptr_t address);

/* The same memory where it was mapped first, of what a process has mapped at several addresses. */
uintptr_t window_canonical_slow(uintptr_t address);

static inline uintptr_t window_canonical(uintptr_t address)
{
	return control->window_again ? window_canonical_slow(address) : address;
}

/* "shared+0x40", "ring+0x8": what lies at an address of the window. Returns text. */
const char *window_name(uintptr_t address, char *text, size_t size);

/* Names what has the key, for window_name(). */
void window_call(uint64_t key, const char *name);

#endif
