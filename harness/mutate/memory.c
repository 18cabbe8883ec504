/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared mappings and files, broken. Not here: msync that does nothing. What it does is to survive
 * the loss of power; processes that share a mapping see each store without it.
 */
#include "mutate/mutant.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void *map_private(void *address, size_t size, int protection, int flags, int fd,
			 off_t offset)
{
	if ((flags & MAP_TYPE) == MAP_SHARED && fd >= 0 && mutant_acts())
		flags = (flags & ~MAP_TYPE) | MAP_PRIVATE;
	return GENUINE(mmap)(address, size, protection, flags, fd, offset);
}

static int truncate_noop(int fd, off_t size)
{
	return mutant_acts() ? 0 : GENUINE(ftruncate)(fd, size);
}

static int unmap_noop(void *address, size_t size)
{
	return mutant_acts() ? 0 : GENUINE(munmap)(address, size);
}

static int unlink_noop(const char *path)
{
	return mutant_acts() ? 0 : GENUINE(unlink)(path);
}

static int rename_noop(const char *from, const char *to)
{
	return mutant_acts() ? 0 : GENUINE(rename)(from, to);
}

static int open_shares(const char *path, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = va_arg(list, mode_t);
	va_end(list);
	if ((flags & O_EXCL) && mutant_acts())
		flags &= ~O_EXCL;
	return GENUINE(open)(path, flags, mode);
}

const struct mutation mutant_memory[] = {
	{ "mmap-private", "shared mappings of files are private", { MUTANT(mmap, map_private) } },
	{ "ftruncate-nothing", "ftruncate does nothing", { MUTANT(ftruncate, truncate_noop) } },
	{ "munmap-nothing", "munmap leaves the mapping", { MUTANT(munmap, unmap_noop) } },
	{ "unlink-nothing", "unlink leaves the name", { MUTANT(unlink, unlink_noop) } },
	{ "rename-nothing", "rename leaves the names", { MUTANT(rename, rename_noop) } },
	{ "open-not-exclusive",
	  "open ignores O_EXCL: two believe that they have made the file",
	  { MUTANT(open, open_shares) } },
	{ 0 },
};
