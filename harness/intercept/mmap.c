/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mmap(2) and its kin: no points, since no other task can tell; noted only. By raw system calls:
 * the dynamic linker and allocators map memory before anything can be looked up. msync(2) of a
 * file's memory is a point as fsync(2) is: what died before it may be lost with the power, and it
 * may fail. What is in memory, every process sees without it.
 */
#include "intercept/descriptor.h"
#include "intercept/mapping.h"
#include "intercept/real.h"
#include "memory/window.h"
#include "os/sys.h"

#include <stdarg.h>
#include <sys/mman.h>

static long returned(long result)
{
	if (result >= 0 || result < -4095)
		return result;
	errno = (int)-result;
	return -1;
}

static long map_raw(uintptr_t address, size_t size, int protection, int flags, int fd, off_t offset)
{
	__typeof__(mmap) *instead = REAL_INSTEAD(mmap);
	void *result;

	if (!instead)
		return sys_call(SYS_mmap, (long)address, (long)size, protection, flags, fd, offset);
	result = instead((void *)address, size, protection, flags, fd, offset);
	return result == MAP_FAILED ? -errno : (long)result;
}

static long unmap_raw(void *address, size_t size)
{
	__typeof__(munmap) *instead = REAL_INSTEAD(munmap);

	if (!instead)
		return sys_call(SYS_munmap, (long)address, (long)size, 0, 0, 0, 0);
	return instead(address, size) == 0 ? 0 : -errno;
}

/* A key for memory that has no file: each such mapping is its own. */
static uint64_t key_of_anonymous(void)
{
	static uint32_t of_setup;
	uint32_t *made = task_self ? &task_self->mappings : &of_setup;

	return mapping_key(++*made, task_self ? (uint64_t)task_number(task_self) + 1 : 0);
}

static void describe_shared(struct mapping *mapping, int flags, int fd, off_t offset)
{
	struct stat status;
	int object;

	if ((flags & MAP_ANONYMOUS) || descriptor_status(fd, &status) != 0) {
		mapping->key = key_of_anonymous();
		snprintf(mapping->name, sizeof(mapping->name), "mapping");
		return;
	}
	mapping->key = mapping_key(status.st_dev, status.st_ino);
	mapping->offset = (uint64_t)offset;
	object = descriptor_object(&status);
	mapping->object = object + 1;
	snprintf(mapping->name, sizeof(mapping->name), "%s",
		 object >= 0 && control->objects[object].label[0] ? control->objects[object].label
								  : "file");
}

/* Where everybody is to have it, unless this process has something there: then elsewhere. */
static long map_in_window(const struct mapping *mapping, int protection, int flags, int fd,
			  off_t offset)
{
	long result = -ENOMEM;
	unsigned tries;

	for (tries = 0; tries < 2; tries++) {
		uintptr_t at = window_place(mapping->key, mapping->offset, mapping->size, tries);

		if (!at)
			break;
		result = map_raw(at, mapping->size, protection, flags | MAP_FIXED_NOREPLACE, fd,
				 offset);
		if (result != -EEXIST)
			break;
	}
	if (result > 0)
		window_call(mapping->key, mapping->name);
	return result;
}

static void note(struct mapping *seen, uintptr_t address, size_t size)
{
	struct mapping mapping = *seen;

	mapping.address = address;
	mapping.size = size;
	mapping_remove(address, size);
	/* What a task maps for itself goes with it. */
	if (mapping.key || !task_self)
		mapping_add(&mapping);
}

static void *map(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	struct mapping mapping = { .kind = MAPPING_MEMORY, .size = size };
	bool seen = mapping_is_seen();
	long result = -ENOMEM;

	if (seen && (flags & MAP_SHARED)) {
		describe_shared(&mapping, flags, fd, offset);
		if (!address && !(flags & MAP_FIXED))
			result = map_in_window(&mapping, protection, flags, fd, offset);
	}
	if (result < 0)
		result = map_raw((uintptr_t)address, size, protection, flags, fd, offset);
	result = returned(result);
	if (result != -1 && seen) {
		control->window_missed |= (flags & MAP_SHARED) && !window_has((uintptr_t)result);
		note(&mapping, (uintptr_t)result, size);
	}
	return (void *)result;
}

INTERPOSE void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	return map(address, size, protection, flags, fd, offset);
}

INTERPOSE void *mmap64(void *address, size_t size, int protection, int flags, int fd,
		       off64_t offset)
{
	return map(address, size, protection, flags, fd, offset);
}

INTERPOSE int munmap(void *address, size_t size)
{
	long result = returned(unmap_raw(address, size));

	if (result == 0 && mapping_is_seen())
		mapping_gone((uintptr_t)address, size, "munmap", CALL_SITE);
	return (int)result;
}

/* Shared memory that grows stays in the window: at a place of its own, if it may move. */
static long remap(const struct mapping *known, uintptr_t address, size_t size, size_t new_size,
		  int flags, uintptr_t wanted)
{
	bool grows = known && known->key && window_has(address) && new_size > size &&
		     !(flags & MREMAP_FIXED);
	uintptr_t at = 0;
	long result;

	if (grows && (flags & MREMAP_MAYMOVE))
		at = window_place(known->key, known->offset + (address - known->address), new_size,
				  true);
	if (at) {
		flags |= MREMAP_FIXED;
		wanted = at;
	}
	result = sys_call(SYS_mremap, (long)address, (long)size, (long)new_size, flags,
			  (long)wanted, 0);
	if (at && result > 0)
		window_call(known->key, known->name);
	else if (result > 0 && known && known->key)
		control->window_missed |= grows || !window_has((uintptr_t)result);
	return result;
}

INTERPOSE void *mremap(void *address, size_t size, size_t new_size, int flags, ...)
{
	const struct mapping *known;
	struct mapping moved;
	void *wanted;
	va_list list;
	long result;

	va_start(list, flags);
	wanted = flags & MREMAP_FIXED ? va_arg(list, void *) : NULL;
	va_end(list);
	known = mapping_is_seen() ? mapping_at((uintptr_t)address) : NULL;
	result = returned(
		remap(known, (uintptr_t)address, size, new_size, flags, (uintptr_t)wanted));
	if (result == -1 || !known)
		return (void *)result;
	moved = *known;
	moved.offset += (uintptr_t)address - known->address;
	moved.address = (uintptr_t)result;
	moved.size = new_size;
	mapping_gone((uintptr_t)address, size, "mremap", CALL_SITE);
	mapping_add(&moved);
	return (void *)result;
}

INTERPOSE int msync(void *address, size_t size, int flags)
{
	const struct mapping *mapping = call_is_task() ? mapping_at((uintptr_t)address) : NULL;
	struct call call;

	if (!mapping || !mapping->object || !call_enter(&call, OP_MSYNC))
		return REAL(msync)(address, size, flags);
	call.object = mapping->object - 1;
	call.amount = (int64_t)size;
	call_begin(&call);
	return (int)call_end(&call, REAL(msync)(address, size, flags));
}
