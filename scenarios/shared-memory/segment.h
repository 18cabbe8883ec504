/* SPDX-License-Identifier: Apache-2.0 */
/* A System V segment by a key, and what the kernel must say of it while it is used. */
#ifndef SCENARIOS_SHARED_MEMORY_SEGMENT_H
#define SCENARIOS_SHARED_MEMORY_SEGMENT_H

#include "janitor.h"

#include <stdatomic.h>
#include <sys/shm.h>

enum { SEGMENT_OUTSIDE, SEGMENT_ATTACHED }; /* marks */
enum { SEGMENT_KEY = 0x5ab08, SEGMENT_WORD = 100 };

struct segment {
	struct janitor janitor;
	atomic_bool is_made, is_removed; /* said after the call, so the checks may be told late */
	int id;
};

static inline atomic_uint *segment_attach(struct sabot_task *task, int id)
{
	atomic_uint *word = shmat(id, NULL, 0);

	if (word == (void *)-1) {
		sabot_assert(task, errno == EINVAL || errno == EIDRM, "shmat: errno %d", errno);
		return NULL;
	}
	sabot_mark(task, SEGMENT_ATTACHED);
	return word;
}

static inline void segment_detach(struct sabot_task *task, const atomic_uint *word)
{
	SABOT_OK(shmdt(word));
	sabot_mark(task, SEGMENT_OUTSIDE);
}

static inline void segment_remove(struct segment *segment)
{
	SABOT_OK(shmctl(segment->id, IPC_RMID, NULL));
	segment->is_removed = true;
}

/* By who is the last: says what is left, and returns its number, or -1. */
static inline int segment_look(struct sabot_task *task)
{
	int id = shmget(SEGMENT_KEY, 0, 0);
	struct shmid_ds status;

	if (id < 0) {
		sabot_observe(task, "no segment is left");
		return -1;
	}
	SABOT_OK(shmctl(id, IPC_STAT, &status));
	sabot_observe(task, "a segment is left, attached %u times", (unsigned)status.shm_nattch);
	return id;
}

static inline void segment_lives_with_users(struct sabot_check *check)
{
	const struct segment *segment = sabot_check_shared(check);
	unsigned attached = sabot_alive(check, SEGMENT_ATTACHED);
	struct shmid_ds status = { .shm_nattch = 0 };
	bool exists;

	if (!segment->is_made)
		return;
	exists = shmctl(segment->id, IPC_STAT, &status) == 0;
	sabot_require(check, exists || !attached, "it is gone, %u are attached", attached);
	sabot_require(check, !exists || attached || !segment->is_removed,
		      "it is there, removed, and nobody is attached");
	sabot_require(check, status.shm_nattch == attached, "it counts %u, %u are attached",
		      (unsigned)status.shm_nattch, attached);
}

#endif
