/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that a worker fills and the command line reads: shared, at the same address in both, so
 * pointers into it mean the same. Nothing is freed: what a campaign has to say is small.
 */
#ifndef SABOT_CAMPAIGN_ARENA_H
#define SABOT_CAMPAIGN_ARENA_H

#include <stddef.h>

struct arena {
	size_t used, size;
};

/* Reserves address space; pages cost memory when they are used. NULL if that is refused. */
struct arena *arena_create(size_t size);
/* Zeroed. Ends the process when the arena is full: a worker that has so much to say is broken. */
void *arena_alloc(struct arena *arena, size_t size);
/* A copy of the text; "" for NULL. */
const char *arena_copy(struct arena *arena, const char *text);
const char *arena_print(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
