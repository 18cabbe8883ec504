/* SPDX-License-Identifier: Apache-2.0 */
/* Locks on files as the kernel lists them: in /proc/locks, and by descriptor in /proc/PID/fdinfo.
 */
#ifndef SABOT_OS_LOCKS_H
#define SABOT_OS_LOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LOCKS_TO_END UINT64_MAX

enum locks_kind { LOCKS_OTHER, LOCKS_POSIX, LOCKS_OFD, LOCKS_FLOCK };

struct lock_line {
	enum locks_kind kind;
	bool waits;  /* asked for, not granted */
	bool writes; /* exclusive */
	pid_t pid;   /* as this PID namespace numbers them; -1 for OFD locks */
	uint32_t major, minor;
	uint64_t inode;
	uint64_t first, last; /* bytes, both included; LOCKS_TO_END: to the end of the file */
};

/* Reads one line of either file. False: it is not a lock. */
bool locks_parse(const char *line, struct lock_line *lock);

/* Both of one file, ranges that overlap, not both shared: who asked for one waits for the other. */
bool locks_conflict(const struct lock_line *a, const struct lock_line *b);

/* "bytes 8-15", "byte 0", "bytes 8 to the end", "the whole file". Returns text. */
const char *locks_range(uint64_t first, uint64_t last, char *text, size_t size);

/*
 * Calls visit() for each lock in /proc/locks, or (fd >= 0) for those taken through the process's
 * descriptor, until it returns false. Returns 0 or -errno. Harness only.
 */
int locks_each(pid_t pid, int fd, bool (*visit)(const struct lock_line *lock, void *argument),
	       void *argument);

#endif
