/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rwlock, and signs of life of its users: locks of a byte of a file, which end with them. Who
 * comes late waits for these first.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_LIVES_H
#define SCENARIOS_PTHREAD_SHARED_LIVES_H

#include "pshared.h"

#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum use { READS, WRITES, WAITS };

struct lives {
	pthread_rwlock_t lock;
	int fd;		   /* of a file; the victim and the reader lock a byte of it as they live */
	atomic_uint begun; /* of these two */
	unsigned came;	   /* of those who come late */
};

struct lives_way {
	enum use use; /* the victim's */
};

static inline void lives_lock(const struct lives *shared, short type, off_t first, off_t count)
{
	struct flock lock = { .l_type = type, .l_start = first, .l_len = count };

	SABOT_OK(fcntl(shared->fd, F_SETLKW, &lock));
}

static inline void lives_live(struct lives *shared, off_t life)
{
	lives_lock(shared, F_WRLCK, life, 1);
	shared->begun++;
}

/* When those who live have ended, and the victim has, too, or is dead. */
static inline void lives_come_late(struct sabot_task *task, bool writes_late)
{
	struct lives *shared = sabot_shared(task);

	while (shared->begun < 2)
		SABOT_OK(sched_yield());
	lives_lock(shared, F_RDLCK, 0, 2);
	SABOT_ZERO(writes_late ? pthread_rwlock_wrlock(&shared->lock)
			       : pthread_rwlock_rdlock(&shared->lock));
	sabot_observe(task, "a late %s gets in", writes_late ? "writer" : "reader");
	shared->came++;
	SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
	lives_lock(shared, F_UNLCK, 0, 2);
}

static inline void lives_all_came(struct sabot_check *check)
{
	const struct lives *shared = sabot_check_shared(check);
	unsigned killed = sabot_killed(check, "late-reader") + sabot_killed(check, "late-writer");

	sabot_require(check, shared->came + killed >= 2, "%u of %u came in", shared->came,
		      2 - killed);
}

#endif
