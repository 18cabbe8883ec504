/* SPDX-License-Identifier: Apache-2.0 */
#include "os/locks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum locks_kind kind_of(const char *word)
{
	if (!strcmp(word, "POSIX"))
		return LOCKS_POSIX;
	if (!strcmp(word, "OFDLCK"))
		return LOCKS_OFD;
	return strcmp(word, "FLOCK") ? LOCKS_OTHER : LOCKS_FLOCK;
}

bool locks_parse(const char *line, struct lock_line *lock)
{
	char kind[16], access[16], last[24];
	const char *at = strchr(line, ':');
	int pid;

	/* fdinfo begins with "lock:", then both have a number with a colon. */
	if (at && !strncmp(line, "lock:", 5))
		at = strchr(at + 1, ':');
	if (!at)
		return false;
	at += 1 + strspn(at + 1, " ");
	lock->waits = !strncmp(at, "->", 2);
	if (lock->waits)
		at += 2;
	if (sscanf(at, "%15s %*s %15s %d %" SCNx32 ":%" SCNx32 ":%" SCNu64 " %" SCNu64 " %23s",
		   kind, access, &pid, &lock->major, &lock->minor, &lock->inode, &lock->first,
		   last) != 8)
		return false;
	lock->kind = kind_of(kind);
	lock->writes = !strcmp(access, "WRITE");
	lock->pid = pid;
	lock->last = strcmp(last, "EOF") ? strtoull(last, NULL, 10) : LOCKS_TO_END;
	return true;
}

bool locks_conflict(const struct lock_line *a, const struct lock_line *b)
{
	return a->inode == b->inode && a->major == b->major && a->minor == b->minor &&
	       (a->writes || b->writes) && a->first <= b->last && b->first <= a->last;
}

const char *locks_range(uint64_t first, uint64_t last, char *text, size_t size)
{
	if (first == 0 && last == LOCKS_TO_END)
		snprintf(text, size, "the whole file");
	else if (last == LOCKS_TO_END)
		snprintf(text, size, "bytes %" PRIu64 " to the end", first);
	else if (first == last)
		snprintf(text, size, "byte %" PRIu64, first);
	else
		snprintf(text, size, "bytes %" PRIu64 "-%" PRIu64, first, last);
	return text;
}

int locks_each(pid_t pid, int fd, bool (*visit)(const struct lock_line *lock, void *argument),
	       void *argument)
{
	char path[64] = "/proc/locks", line[256];
	struct lock_line lock;
	FILE *file;

	if (fd >= 0)
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file))
		if ((fd < 0 || !strncmp(line, "lock:", 5)) && locks_parse(line, &lock) &&
		    !visit(&lock, argument))
			break;
	fclose(file);
	return 0;
}
