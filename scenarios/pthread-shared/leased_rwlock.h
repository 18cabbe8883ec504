/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rwlock that can be made anew: who uses it has a lease, a record lock that ends with its
 * process. Who has waited in vain for a time takes all leases, repairs the record and makes the
 * lock again.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_LEASED_RWLOCK_H
#define SCENARIOS_PTHREAD_SHARED_LEASED_RWLOCK_H

#include "pshared.h"
#include "record.h"

#include <fcntl.h>
#include <unistd.h>

enum { ROUNDS = 2 };

struct leased_rwlock {
	struct record record;
	pthread_rwlock_t lock;
	unsigned generation; /* how often the lock was made anew */
	int fd;		     /* of the file whose first byte is the lease */
};

struct leased_rwlock_way {
	bool leases, repairs;
};

static inline void leased_lease(struct leased_rwlock *shared, short type)
{
	struct flock lock = { .l_type = type, .l_len = 1 };

	SABOT_OK(fcntl(shared->fd, F_SETLKW, &lock));
}

static inline void leased_recover(struct sabot_task *task, unsigned generation)
{
	const struct leased_rwlock_way *variant = sabot_variant(task);
	struct leased_rwlock *shared = sabot_shared(task);

	leased_lease(shared, F_WRLCK);
	if (shared->generation == generation) {
		if (variant->repairs)
			shared->record.right = shared->record.left;
		sabot_point(task, "repaired");
		pshared_rwlock_init(&shared->lock, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
		shared->generation++;
	}
	leased_lease(shared, F_UNLCK);
}

static inline void leased_wait(struct sabot_task *task, bool write)
{
	struct leased_rwlock *shared = sabot_shared(task);

	for (;;) {
		struct timespec soon = pshared_soon();
		unsigned generation;
		int error;

		leased_lease(shared, F_RDLCK);
		generation = shared->generation;
		error = write ? pthread_rwlock_timedwrlock(&shared->lock, &soon)
			      : pthread_rwlock_timedrdlock(&shared->lock, &soon);
		if (error == 0)
			return;
		SABOT_ZERO(error == ETIMEDOUT ? 0 : error);
		leased_lease(shared, F_UNLCK);
		leased_recover(task, generation);
	}
}

static inline void leased_enter(struct sabot_task *task, bool write)
{
	const struct leased_rwlock_way *variant = sabot_variant(task);
	struct leased_rwlock *shared = sabot_shared(task);

	if (variant->leases)
		leased_wait(task, write);
	else
		SABOT_ZERO(write ? pthread_rwlock_wrlock(&shared->lock)
				 : pthread_rwlock_rdlock(&shared->lock));
	sabot_mark(task, write ? WRITING : READING);
}

static inline void leased_leave(struct sabot_task *task)
{
	const struct leased_rwlock_way *variant = sabot_variant(task);
	struct leased_rwlock *shared = sabot_shared(task);

	SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
	sabot_mark(task, OUTSIDE);
	if (variant->leases)
		leased_lease(shared, F_UNLCK);
}

#endif
