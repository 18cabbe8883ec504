/* SPDX-License-Identifier: Apache-2.0 */
#include "memory/window.h"

#include <stdio.h>

enum { PAGE = 4096 };

/* Behind the scenario's own shared memory, whose size a campaign may change. */
#define FIRST_PLACE (WINDOW_BEGIN + ((uintptr_t)1 << 32))

static uintptr_t end_of(const struct window_part *part)
{
	return part->address + part->size;
}

static bool is_same_memory(const struct window_part *part, uint64_t key, uint64_t offset,
			   size_t size)
{
	return part->key == key && part->offset < offset + size &&
	       offset < part->offset + part->size;
}

uintptr_t window_place(uint64_t key, uint64_t offset, size_t size, bool again)
{
	uintptr_t at = FIRST_PLACE;
	struct window_part *part;
	bool elsewhere = false;
	uint32_t i;

	size = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
	for (i = 0; i < control->window_count; i++) {
		part = &control->window[i];
		if (!again && part->key == key && part->offset == offset && part->size == size)
			return part->address;
		/* As a process does that maps the head first, to learn how much there is. */
		elsewhere |= is_same_memory(part, key, offset, size);
		if (end_of(part) > at)
			at = end_of(part);
	}
	at += PAGE; /* who runs over the end of one does not run into the next */
	if (control->window_count == WINDOW_PARTS_MAX || !window_has(at + size))
		return 0;
	part = &control->window[control->window_count++];
	control->window_again |= elsewhere;
	*part = (struct window_part){ .key = key, .offset = offset, .size = size, .address = at };
	return at;
}

void window_call(uint64_t key, const char *name)
{
	uint32_t i;

	for (i = 0; i < control->window_count; i++)
		if (control->window[i].key == key)
			snprintf(control->window[i].name, sizeof(control->window[i].name), "%s",
				 name);
}

const struct window_part *window_part_at(uintptr_t address)
{
	uint32_t i;

	for (i = 0; i < control->window_count; i++)
		if (address - control->window[i].address < control->window[i].size)
			return &control->window[i];
	return NULL;
}

uintptr_t window_canonical_slow(uintptr_t address)
{
	const struct window_part *part = window_part_at(address);
	uint64_t offset = part ? address - part->address + part->offset : 0;
	uint32_t i;

	for (i = 0; part && i < control->window_count; i++) {
		const struct window_part *first = &control->window[i];

		if (first->key == part->key && offset - first->offset < first->size)
			return first->address + (offset - first->offset);
	}
	return address;
}

const char *window_name(uintptr_t address, char *text, size_t size)
{
	const struct window_part *part = window_part_at(address);

	if (address - SHARED_ADDRESS < control->shared_size)
		snprintf(text, size, "shared+%#lx", (unsigned long)(address - SHARED_ADDRESS));
	else if (part)
		snprintf(text, size, "%s+%#lx", part->name[0] ? part->name : "mapping",
			 (unsigned long)(address - part->address + part->offset));
	else
		snprintf(text, size, "nothing that is mapped");
	return text;
}
