/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Coverage that survives SIGKILL. gcc's counters of one object (the program, or a shared library;
 * each has this file linked in) lie in pages that all forks of the process share, so what a process
 * counted is there however it ends. counters.ld gathers them; they are updated by single locked
 * instructions (-fprofile-update=atomic).
 *
 * Who writes the .gcda files:
 *   - as a rule the process that loaded the object, as it ends, for all its forks;
 *   - with SABOT_COVERAGE=DIR nobody who runs: the pages are of a file in DIR, named by the
 * object's build ID, which lasts whoever is killed, and which several runs add to. A program that
 * is started with SABOT_COVERAGE_WRITE=1 as well writes what was gathered for it and for each
 *     library that it loads, removes those files, and ends before its main().
 *
 * Not counted: what ran before the constructor here, which is the first of its object's.
 */
#include "coverage/counters.h"

#include "os/sys.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#define HIDDEN __attribute__((visibility("hidden")))

enum { PAGE = 4096, FIRST_CONSTRUCTOR = 101 };

/* By counters.ld, and by the linker itself. */
extern char sabot_counters_first[] HIDDEN, sabot_counters_end[] HIDDEN;
extern const ElfW(Ehdr) __ehdr_start HIDDEN;

/* libgcov's: what each object file's destructor calls. The link wraps it (--wrap). */
HIDDEN void __real___gcov_exit(void);
HIDDEN void __wrap___gcov_exit(void);
void __gcov_dump(void);

/* In memory that a fork finds zeroed: process numbers come again in other namespaces. */
static bool *is_owner;

static size_t counters_size(void)
{
	return (size_t)(sabot_counters_end - sabot_counters_first);
}

static const ElfW(Phdr) * segments(void)
{
	return (const void *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
}

static const void *segment_address(const ElfW(Phdr) * segment)
{
	/* A program that is not position independent lies where its file says. */
	const char *bias = __ehdr_start.e_type == ET_DYN ? (const char *)&__ehdr_start : NULL;

	return bias + segment->p_vaddr;
}

static bool is_program(void)
{
	return getauxval(AT_PHDR) == (uintptr_t)segments();
}

/* The note that holds the build ID, or NULL. */
static const ElfW(Nhdr) * find_build_id(void)
{
	unsigned i;

	for (i = 0; i < __ehdr_start.e_phnum; i++) {
		const char *at = segment_address(&segments()[i]);
		const char *end = at + segments()[i].p_memsz;

		while (segments()[i].p_type == PT_NOTE && at + sizeof(ElfW(Nhdr)) <= end) {
			const ElfW(Nhdr) *note = (const void *)at;

			if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof("GNU") &&
			    !memcmp(note + 1, "GNU", sizeof("GNU")))
				return note;
			at += sizeof(*note) + ((note->n_namesz + 3) & ~3u) +
			      ((note->n_descsz + 3) & ~3u);
		}
	}
	return NULL;
}

/* "DIR/BUILD-ID.counters"; false if there is none. */
static bool file_name(char *name, size_t size)
{
	const char *directory = getenv("SABOT_COVERAGE");
	const ElfW(Nhdr) *note = find_build_id();
	const unsigned char *id;
	size_t used, i;

	if (!directory || !directory[0] || !note)
		return false;
	id = (const unsigned char *)(note + 1) + sizeof("GNU");
	used = (size_t)snprintf(name, size, "%s/", directory);
	for (i = 0; i < note->n_descsz && used < size; i++)
		used += (size_t)snprintf(name + used, size - used, "%02x", id[i]);
	if (used < size)
		used += (size_t)snprintf(name + used, size - used, ".counters");
	return used < size;
}

/* Others of this object may be about to do the same: all of this may happen twice. */
static int open_file(const char *name)
{
	int fd = sys_open(name, O_RDWR | O_CLOEXEC, 0);

	if (fd == -ENOENT) {
		fd = sys_open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		/* Whoever takes part may be another user. */
		if (fd >= 0)
			(void)sys_call(SYS_fchmod, fd, 0666, 0, 0, 0, 0);
	}
	if (fd >= 0 && sys_call(SYS_ftruncate, fd, (long)counters_size(), 0, 0, 0, 0) < 0) {
		(void)sys_close(fd);
		return -EIO;
	}
	return fd;
}

static bool map(void *at, size_t size, int flags, int fd)
{
	return sys_call(SYS_mmap, (long)at, (long)size, PROT_READ | PROT_WRITE, flags, fd, 0) ==
	       (long)at;
}

/* The program's last act: main() is never reached. */
static void write_gathered(const char *name)
{
	int fd = sys_open(name, O_RDONLY | O_CLOEXEC, 0);

	if (fd >= 0 && map(sabot_counters_first, counters_size(), MAP_PRIVATE | MAP_FIXED, fd)) {
		__gcov_dump();
		(void)sys_call(SYS_unlink, (long)name, 0, 0, 0, 0, 0);
	}
	if (fd >= 0)
		(void)sys_close(fd);
	if (is_program())
		(void)sys_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

static void own(void)
{
	long page = sys_call(SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);

	if (page < 0 && page > -PAGE)
		return;
	if (sys_call(SYS_madvise, page, PAGE, MADV_WIPEONFORK, 0, 0, 0) != 0)
		return;
	is_owner = (bool *)page;
	*is_owner = true;
}

__attribute__((constructor(FIRST_CONSTRUCTOR))) static void begin(void)
{
	const char *writes = getenv("SABOT_COVERAGE_WRITE");
	char name[PAGE];
	int fd;

	if (!counters_size())
		return;
	if (!file_name(name, sizeof(name))) {
		if (map(sabot_counters_first, counters_size(),
			MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1))
			own();
		return;
	}
	if (writes && writes[0]) {
		write_gathered(name);
		return;
	}
	fd = open_file(name);
	if (fd < 0)
		return;
	(void)map(sabot_counters_first, counters_size(), MAP_SHARED | MAP_FIXED, fd);
	(void)sys_close(fd);
}

void __wrap___gcov_exit(void)
{
	if (is_owner && *is_owner)
		__real___gcov_exit();
}

void sabot_coverage_write(void)
{
	__gcov_dump();
	is_owner = NULL;
}
