/* SPDX-License-Identifier: Apache-2.0 */
/* Locks of bytes of a file, and of the whole file by one mechanism or another. */
#ifndef SCENARIOS_RECORD_LOCKS_RANGES_H
#define SCENARIOS_RECORD_LOCKS_RANGES_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

/* As fcntl(2): `command` is F_SETLK or F_SETLKW, or that of open file descriptions. */
static inline int ranges_set(int fd, int command, short type, off_t start, off_t length)
{
	struct flock lock = { .l_type = type, .l_start = start, .l_len = length };

	return fcntl(fd, command, &lock);
}

enum { USE_FLOCK = -1, USE_LOCKF = -2 };

/* The whole file: `command` is F_SETLKW, that of open file descriptions, or one of the above. */
static inline void ranges_lock(int command, int fd, bool on)
{
	if (command == USE_FLOCK)
		SABOT_OK(flock(fd, on ? LOCK_EX : LOCK_UN));
	else if (command == USE_LOCKF)
		SABOT_OK(lockf(fd, on ? F_LOCK : F_ULOCK, 0));
	else
		SABOT_OK(ranges_set(fd, command, on ? F_WRLCK : F_UNLCK, 0, 0));
}

/* A file of zeroed bytes, open for setup and the checks. */
static inline int ranges_make(const char *name, off_t size)
{
	int fd = SABOT_OK(open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600));

	SABOT_OK(ftruncate(fd, size));
	return fd;
}

#endif
