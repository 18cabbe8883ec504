/* SPDX-License-Identifier: Apache-2.0 */
/* A shared memory object by a name, and ways to open it or make it. */
#ifndef SCENARIOS_SHARED_MEMORY_AREA_H
#define SCENARIOS_SHARED_MEMORY_AREA_H

#include "janitor.h"

#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { AREA_WORDS = 2, AREA_FIRST = 100 };

#define AREA_NAME "/area"

struct area {
	atomic_bool is_ready;
	unsigned words[AREA_WORDS];
};

/* Kept by the tasks beside it. */
struct area_users {
	struct janitor janitor;
	atomic_uint makers; /* who think that they have made it */
};

enum area_way { AREA_LOCKED, AREA_TRUSTING, AREA_WAITING };

static inline bool area_has_size(int fd)
{
	struct stat status;

	SABOT_OK(fstat(fd, &status));
	return status.st_size >= (off_t)sizeof(struct area);
}

static inline struct area *area_map(int fd)
{
	return SABOT_OK(mmap(NULL, sizeof(struct area), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

/* May be done again from its beginning. */
static inline void area_fill(struct sabot_task *task, struct area *area)
{
	unsigned i;

	if (area->words[0])
		sabot_observe(task, "what the dead had written is there");
	for (i = 0; i < AREA_WORDS; i++) {
		area->words[i] = AREA_FIRST + i;
		sabot_point(task, "half filled");
	}
	atomic_store_explicit(&area->is_ready, true, memory_order_release);
}

static inline struct area *area_open_locked(struct sabot_task *task)
{
	int fd = SABOT_OK(shm_open(AREA_NAME, O_RDWR | O_CREAT, 0600));
	struct area *area;

	SABOT_OK(flock(fd, LOCK_EX));
	if (!area_has_size(fd))
		SABOT_OK(ftruncate(fd, sizeof(*area)));
	area = area_map(fd);
	if (!atomic_load_explicit(&area->is_ready, memory_order_acquire))
		area_fill(task, area);
	SABOT_OK(close(fd)); /* and the lock with it */
	return area;
}

static inline struct area *area_open_or_create(struct sabot_task *task, enum area_way way)
{
	int fd = shm_open(AREA_NAME, O_RDWR | O_CREAT | O_EXCL, 0600);
	struct area_users *users = sabot_shared(task);
	bool first = fd >= 0;
	struct area *area;

	users->makers += first;
	if (first)
		SABOT_OK(ftruncate(fd, sizeof(*area)));
	else
		fd = SABOT_OK(shm_open(AREA_NAME, O_RDWR, 0600));
	while (way == AREA_WAITING && !area_has_size(fd))
		sched_yield();
	area = area_map(fd);
	if (first)
		area_fill(task, area);
	while (way == AREA_WAITING && !atomic_load_explicit(&area->is_ready, memory_order_acquire))
		sched_yield();
	SABOT_OK(close(fd));
	return area;
}

#endif
