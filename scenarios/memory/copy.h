/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing until all is done: short transfers and EINTR are no errors. */
#ifndef SCENARIOS_MEMORY_COPY_H
#define SCENARIOS_MEMORY_COPY_H

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

enum { COPY_BUFFER = 64 };

static inline bool copy_write(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t part = write(fd, bytes, size);

		if (part < 0 && errno != EINTR)
			return false;
		if (part > 0) {
			bytes += part;
			size -= (size_t)part;
		}
	}
	return true;
}

/* From one descriptor to its end to the other. False: an error that does not pass. */
static inline bool copy_all(int from, int to)
{
	char buffer[COPY_BUFFER];
	ssize_t got;

	for (;;) {
		got = read(from, buffer, sizeof(buffer));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		if (!copy_write(to, buffer, (size_t)got))
			return false;
	}
}

#endif
