/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Condition variables, broken. Not here: a wait that returns at once. That is a spurious wake-up,
 * which POSIX allows, so whoever calls correctly must not notice.
 */
#include "mutate/mutant.h"

#include <pthread.h>

/* libc has them in an older version as well. */
#define GENUINE_COND(function) GENUINE_VERSION(function, "GLIBC_2.3.2")

static int signal_noop(pthread_cond_t *cond)
{
	return mutant_acts() ? 0 : GENUINE_COND(pthread_cond_signal)(cond);
}

static int broadcast_noop(pthread_cond_t *cond)
{
	return mutant_acts() ? 0 : GENUINE_COND(pthread_cond_broadcast)(cond);
}

static int broadcast_wakes_one(pthread_cond_t *cond)
{
	return mutant_acts() ? GENUINE_COND(pthread_cond_signal)(cond)
			     : GENUINE_COND(pthread_cond_broadcast)(cond);
}

/* It waits with the mutex released, and comes back without it. */
static int wait_forgets_mutex(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	int error = GENUINE_COND(pthread_cond_wait)(cond, mutex);

	if (error == 0 && mutant_acts())
		(void)GENUINE(pthread_mutex_unlock)(mutex);
	return error;
}

static int hide_death(pthread_mutex_t *mutex, int error)
{
	if (error != EOWNERDEAD || !mutant_acts())
		return error;
	(void)GENUINE(pthread_mutex_consistent)(mutex);
	return 0;
}

static int wait_hides_death(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	return hide_death(mutex, GENUINE_COND(pthread_cond_wait)(cond, mutex));
}

static int timed_wait_hides_death(pthread_cond_t *cond, pthread_mutex_t *mutex,
				  const struct timespec *end)
{
	return hide_death(mutex, GENUINE_COND(pthread_cond_timedwait)(cond, mutex, end));
}

const struct mutation mutant_cond[] = {
	{ "cond-signal-nothing",
	  "pthread_cond_signal wakes nobody",
	  { MUTANT(pthread_cond_signal, signal_noop) } },
	{ "cond-broadcast-nothing",
	  "pthread_cond_broadcast wakes nobody",
	  { MUTANT(pthread_cond_broadcast, broadcast_noop) } },
	{ "cond-broadcast-one",
	  "pthread_cond_broadcast wakes one",
	  { MUTANT(pthread_cond_broadcast, broadcast_wakes_one) } },
	{ "cond-wait-without-mutex",
	  "pthread_cond_wait returns without the mutex",
	  { MUTANT(pthread_cond_wait, wait_forgets_mutex) } },
	{ "cond-owner-death-hidden",
	  "a wait for a condition does not tell that the mutex's owner died",
	  { MUTANT(pthread_cond_wait, wait_hides_death),
	    MUTANT(pthread_cond_timedwait, timed_wait_hides_death) } },
	{ 0 },
};
