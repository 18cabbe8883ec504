/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mutex in memory that processes share, and its inside: who is there says so by its mark. The
 * mutex stands first in a scenario's shared memory.
 */
#ifndef SCENARIOS_SIGNALS_PROCESSES_INSIDE_H
#define SCENARIOS_SIGNALS_PROCESSES_INSIDE_H

#include "../section.h"

#include <pthread.h>

/* In setup: `robust` as of pthread_mutexattr_setrobust(3). */
static inline void inside_init(pthread_mutex_t *mutex, int robust)
{
	pthread_mutexattr_t attr;

	SABOT_ZERO(pthread_mutexattr_init(&attr));
	SABOT_ZERO(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutexattr_setrobust(&attr, robust));
	SABOT_ZERO(pthread_mutex_init(mutex, &attr));
	SABOT_ZERO(pthread_mutexattr_destroy(&attr));
}

/* The mutex guards no data: nothing is to be repaired after a dead owner. */
static inline void inside_enter(struct sabot_task *task)
{
	pthread_mutex_t *mutex = sabot_shared(task);
	int error = pthread_mutex_lock(mutex);

	if (error == EOWNERDEAD) {
		sabot_observe(task, "the next one gets EOWNERDEAD");
		error = pthread_mutex_consistent(mutex);
	}
	SABOT_ZERO(error);
	sabot_mark(task, INSIDE);
}

/* The task's. A cleanup handler, see pthread_cleanup_push(3). */
static inline void inside_leave(void *task)
{
	sabot_mark(task, OUTSIDE);
	SABOT_ZERO(pthread_mutex_unlock(sabot_shared(task)));
}

#endif
