/* SPDX-License-Identifier: Apache-2.0 */
/* Mutexes in memory that processes share. For setup: what fails ends the run as BROKEN. */
#ifndef SCENARIOS_PTHREAD_SHARED_PSHARED_H
#define SCENARIOS_PTHREAD_SHARED_PSHARED_H

#include <sabot/sabot.h>

#include <pthread.h>

/* `robust` is PTHREAD_MUTEX_ROBUST or PTHREAD_MUTEX_STALLED. */
static inline void pshared_mutex_init(pthread_mutex_t *mutex, int robust)
{
	pthread_mutexattr_t attr;

	SABOT_ZERO(pthread_mutexattr_init(&attr));
	SABOT_ZERO(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutexattr_setrobust(&attr, robust));
	SABOT_ZERO(pthread_mutex_init(mutex, &attr));
	SABOT_ZERO(pthread_mutexattr_destroy(&attr));
}

#endif
