/* SPDX-License-Identifier: Apache-2.0 */
/* Record locks of whole bytes of a file. */
#ifndef SCENARIOS_RECORD_LOCKS_RANGES_H
#define SCENARIOS_RECORD_LOCKS_RANGES_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <unistd.h>

/* As fcntl(2): `command` is F_SETLK or F_SETLKW, or that of open file descriptions. */
static inline int ranges_set(int fd, int command, short type, off_t start, off_t length)
{
	struct flock lock = { .l_type = type, .l_start = start, .l_len = length };

	return fcntl(fd, command, &lock);
}

/* A file of zeroed bytes, open for setup and the checks. */
static inline int ranges_make(const char *name, off_t size)
{
	int fd = SABOT_OK(open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600));

	SABOT_OK(ftruncate(fd, size));
	return fd;
}

#endif
