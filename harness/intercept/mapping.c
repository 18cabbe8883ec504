/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/mapping.h"

#include "memory/unmapped.h"

#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>

/* What does not fit is not known: its objects are each process's own, and setup's are not undone.
 */
enum { MAPPINGS_MAX = 64 };

#define KEY_OF_MAPPING ((uint64_t)1 << 63) /* no process has this number */

static struct mapping mappings[MAPPINGS_MAX];
static unsigned count;

bool mapping_is_seen(void)
{
	return task_self ? !task_self->in_runtime : control && control->in_setup;
}

static struct mapping *find(uintptr_t address)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (address - mappings[i].address < mappings[i].size)
			return &mappings[i];
	return NULL;
}

bool mapping_is_any(void)
{
	return count > 0;
}

const struct mapping *mapping_at(uintptr_t address)
{
	return find(address);
}

static void append(const struct mapping *mapping)
{
	if (count == MAPPINGS_MAX)
		return;
	mappings[count] = *mapping;
	mappings[count].uses = 1;
	count++;
}

void mapping_add(const struct mapping *mapping)
{
	struct mapping *known = find(mapping->address);

	if (mapping->kind == MAPPING_SEMAPHORE && known && known->kind == MAPPING_SEMAPHORE &&
	    known->key == mapping->key) {
		known->uses++;
		return;
	}
	mapping_remove(mapping->address, mapping->size);
	append(mapping);
	if (mapping->key && mapping->kind != MAPPING_SEMAPHORE)
		control->more_memory = true;
}

/* Leaves of a mapping what lies outside of the range, at most a part before and one after. */
static void cut(unsigned at, uintptr_t first, uintptr_t end)
{
	struct mapping whole = mappings[at], after = whole;
	uintptr_t whole_end = whole.address + whole.size;

	if (first > whole.address)
		mappings[at].size = first - whole.address;
	else
		mappings[at] = mappings[--count];
	if (end >= whole_end)
		return;
	after.address = end;
	after.size = whole_end - end;
	after.offset += end - whole.address;
	append(&after);
}

void mapping_remove(uintptr_t address, size_t size)
{
	struct mapping *known = count ? find(address) : NULL;
	unsigned i;

	if (known && known->uses > 1) {
		known->uses--;
		return;
	}
	for (i = count; i-- > 0;)
		if (mappings[i].address < address + size &&
		    address < mappings[i].address + mappings[i].size)
			cut(i, address, address + size);
}

static void note_gone(const struct mapping *mapping, uintptr_t address, size_t size,
		      const char *how, uintptr_t site)
{
	uintptr_t first = address > mapping->address ? address : mapping->address;
	uintptr_t end = address + size, whole_end = mapping->address + mapping->size;
	struct unmapped what = { .how = how, .site = site, .key = mapping->key };

	end = end < whole_end ? end : whole_end;
	if (!mapping->key || mapping->kind == MAPPING_SEMAPHORE || first >= end)
		return;
	what.offset = mapping->offset + (first - mapping->address);
	memcpy(what.name, mapping->name, sizeof(what.name));
	unmapped_note(first, end - first, &what);
}

void mapping_gone(uintptr_t address, size_t size, const char *how, uintptr_t site)
{
	unsigned i;

	for (i = 0; i < count; i++)
		note_gone(&mappings[i], address, size, how, site);
	mapping_remove(address, size);
}

void mapping_cut(const struct stat *before, off_t length, const char *how, uintptr_t site)
{
	if (control && S_ISREG(before->st_mode) && length >= 0 && length < before->st_size)
		unmapped_cut(mapping_key(before->st_dev, before->st_ino), (uint64_t)length, how,
			     site);
}

uint64_t mapping_key(uint64_t first, uint64_t second)
{
	return random_mix(first + random_mix(second)) | KEY_OF_MAPPING;
}

int mapping_object(enum family family, const void *address)
{
	const struct mapping *mapping = count ? find((uintptr_t)address) : NULL;
	uint64_t offset;
	int object;

	if (!mapping || !mapping->key)
		return object_at(family, address);
	offset = mapping->offset + ((uintptr_t)address - mapping->address);
	object = object_find(family, offset, mapping->key);
	if (offset)
		object_name(object, "%s+0x%llx", mapping->name, (unsigned long long)offset);
	else
		object_name(object, "%s", mapping->name);
	return object;
}

void mapping_describe(struct call *call, const void *address)
{
	call->object = mapping_object(op_family(call->op), address);
	call->detail[1] = (uintptr_t)address;
}

static void undo(const struct mapping *mapping)
{
	void *address = (void *)mapping->address;
	unsigned i;

	switch (mapping->kind) {
	case MAPPING_MEMORY:
		(void)munmap(address, mapping->size);
		break;
	case MAPPING_SEGMENT:
		(void)shmdt(address);
		break;
	case MAPPING_SEMAPHORE:
		for (i = 0; i < mapping->uses; i++)
			(void)sem_close(address);
		break;
	}
}

void mapping_release(void)
{
	struct mapping last;

	while (count) {
		last = mappings[--count];
		undo(&last);
	}
}
