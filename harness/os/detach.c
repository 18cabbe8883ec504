/* SPDX-License-Identifier: Apache-2.0 */
#include "os/detach.h"

#include "os/proc_text.h"
#include "os/sys.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { RANGES_MAX = 32 };

/*
 * A fork copies an entry of the page table for each page of anonymous memory, and the child's exit
 * drops it; of a file it copies none, but the first touch of each sixteen pages is a fault, as dear
 * as twenty such entries. What is copied is what each child touches all over: the runtime's code,
 * and ranges that are small.
 */
enum { SMALL = 16 * 4096 };

struct range {
	unsigned long first, end;
	int protection;
	bool copied;
};

/* Other files are locked by few, and private copies of their pages make each fork slower. */
static bool is_everybodys(const char *line)
{
	return strstr(line, "/libc.so.") || strstr(line, "/ld-linux-") ||
	       (strstr(line, "/libsabot.so.") && !strstr(line, "rw-p"));
}

/* A line of /proc/PID/maps: "first-end mode offset device inode path". False: to be left alone. */
static bool read_range(const char *line, struct range *range)
{
	struct proc_range line_range;
	const char *mode = line_range.mode;

	if (!proc_text_range(line, &line_range))
		return false;
	range->first = line_range.first;
	range->end = line_range.end;
	range->protection =
		PROT_READ | (mode[1] == 'w' ? PROT_WRITE : 0) | (mode[2] == 'x' ? PROT_EXEC : 0);
	range->copied = mode[1] == 'w' || range->end - range->first <= SMALL ||
			(mode[2] == 'x' && strstr(line, "/libsabot.so."));
	return mode[0] == 'r' && mode[3] == 'p' && is_everybodys(line);
}

static size_t read_ranges(struct range *ranges, size_t most)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	size_t size = 0, count = 0;
	char *line = NULL;

	while (maps && count < most && getline(&line, &size, maps) > 0)
		if (read_range(line, &ranges[count]))
			count++;
	free(line);
	if (maps)
		fclose(maps);
	return count;
}

static bool is_error(long result)
{
	return result < 0 && result > -4096;
}

/* The copies are at what is returned, or that is -errno. */
static long copy_memory(const struct range *range, size_t size)
{
	const int memory = MAP_PRIVATE | MAP_ANONYMOUS;
	long copy = sys_call(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE, memory, -1, 0);

	if (!is_error(copy))
		memcpy((void *)copy, (const void *)range->first, size);
	return copy;
}

static long copy_file(const struct range *range, size_t size)
{
	long fd = sys_call(SYS_memfd_create, (long)"sabot-code", MFD_CLOEXEC, 0, 0, 0, 0);
	long copy;

	if (is_error(fd))
		return fd;
	if (sys_call(SYS_write, fd, (long)range->first, (long)size, 0, 0, 0) == (long)size)
		copy = sys_call(SYS_mmap, 0, (long)size, range->protection, MAP_PRIVATE, fd, 0);
	else
		copy = -ENOSPC;
	(void)sys_call(SYS_close, fd, 0, 0, 0, 0, 0);
	return copy;
}

static long copy_of(const struct range *range, size_t size)
{
	long copy = -EACCES;

	if (!range->copied)
		copy = copy_file(range, size);
	return is_error(copy) ? copy_memory(range, size) : copy;
}

/*
 * The copy takes the original's place within one system call, so it may be the code that makes it,
 * or data that nothing changes meanwhile.
 */
static void replace(const struct range *range)
{
	size_t size = range->end - range->first;
	long copy = copy_of(range, size);

	if (is_error(copy))
		return;
	if (sys_call(SYS_mprotect, copy, (long)size, range->protection, 0, 0, 0) != 0 ||
	    sys_call(SYS_mremap, copy, (long)size, (long)size, MREMAP_MAYMOVE | MREMAP_FIXED,
		     (long)range->first, 0) != (long)range->first)
		(void)sys_call(SYS_munmap, copy, (long)size, 0, 0, 0, 0);
}

void detach_files(void)
{
	struct range ranges[RANGES_MAX];
	size_t count = read_ranges(ranges, RANGES_MAX), i;

	for (i = 0; i < count; i++)
		replace(&ranges[i]);
}
