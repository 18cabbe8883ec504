/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX shared memory objects by name. What fails ends the run as BROKEN. */
#ifndef SCENARIOS_SHARED_MEMORY_OBJECT_H
#define SCENARIOS_SHARED_MEMORY_OBJECT_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* In setup: of zeroed bytes. The caller closes the descriptor. */
static inline int object_make(const char *name, size_t size)
{
	int fd = SABOT_OK(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));

	SABOT_OK(ftruncate(fd, (off_t)size));
	return fd;
}

static inline int object_open(const char *name)
{
	return SABOT_OK(shm_open(name, O_RDWR, 0600));
}

static inline void *object_map(int fd, size_t size)
{
	return SABOT_OK(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

/* Maps it, and closes the descriptor, which a mapping does not need. */
static inline void *object_map_once(int fd, size_t size)
{
	void *memory = object_map(fd, size);

	SABOT_OK(close(fd));
	return memory;
}

#endif
