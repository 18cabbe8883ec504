/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a living process of ours has: its memory and its descriptors, without its taking part. Needs
 * the right to trace it, which a parent has as a rule; each returns -EPERM or -EACCES where it has
 * not. Harness only.
 */
#ifndef SABOT_OS_INSPECT_H
#define SABOT_OS_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Copies memory of the process. All of it or nothing: 0 or -errno. */
int inspect_memory(pid_t pid, uintptr_t address, void *buffer, size_t size);

/* Calls visit() for each open descriptor until it returns false. Returns 0 or -errno. */
int inspect_descriptors(pid_t pid, bool (*visit)(pid_t pid, int fd, void *argument),
			void *argument);

/* What the descriptor is open on. Returns 0 or -errno. */
int inspect_stat(pid_t pid, int fd, struct stat *status);

/* What /proc tells of it beside that: all of it that fits. Returns 0 or -errno. */
int inspect_fdinfo(pid_t pid, int fd, char *text, size_t size);

/* What it is called there, such as "anon_inode:[eventfd]"; "" if unknown. Returns text. */
const char *inspect_link(pid_t pid, int fd, char *text, size_t size);

/* The process that it stands for; 0 if it is no pidfd, -1 if that process is reaped. */
pid_t inspect_pidfd(pid_t pid, int fd);

/* The flags that it was opened with (O_RDONLY, ...), or -errno. */
int inspect_flags(pid_t pid, int fd);

/* Whether two descriptors are one open file description; false too if that cannot be known. */
bool inspect_same(pid_t pid, int fd, pid_t other_pid, int other_fd);

/*
 * A copy of it in the calling process, or -errno. The open file description lives as long as the
 * copy does, so it is to be closed at once. To open a FIFO by its name instead would wake those who
 * wait for its other end.
 */
int inspect_duplicate(pid_t pid, int fd);

/* Which of the events (POLLIN, ...) a poll(2) of it would tell now, POLLHUP and POLLERR too. */
short inspect_events(pid_t pid, int fd, short wanted);

/* Whether a read (or, `writes`, a write) would find the descriptor ready now; false if unknown. */
bool inspect_ready(pid_t pid, int fd, bool writes);

/*
 * Reads what the descriptor is open on, from the start, as text; it is the same open file, so that
 * may fail with -EBADF. Returns the length, or -errno.
 */
ssize_t inspect_text(pid_t pid, int fd, char *text, size_t size);

#endif
