/* SPDX-License-Identifier: Apache-2.0 */
/* A named semaphore as a lock, and whether its name still stands for it. */
#ifndef SCENARIOS_POSIX_SEM_NAMED_LOCK_H
#define SCENARIOS_POSIX_SEM_NAMED_LOCK_H

#include "../section.h"

#include <fcntl.h>
#include <semaphore.h>

#define NAMED_LOCK "/lock"

/* Made if there is none of the name. */
static inline sem_t *named_lock_open(const char *name, int flags)
{
	return SABOT_OK(sem_open(name, O_CREAT | flags, 0600, 1));
}

static inline void named_lock_setup(struct sabot_env *env)
{
	(void)env;
	SABOT_OK(sem_close(named_lock_open(NAMED_LOCK, O_EXCL)));
}

/* libc gives out the same address as long as it is the same semaphore. */
static inline bool named_lock_valid(const sem_t *lock)
{
	sem_t *now = named_lock_open(NAMED_LOCK, 0);

	SABOT_OK(sem_close(now));
	return now == lock;
}

#endif
