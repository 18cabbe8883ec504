/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of semaphores as permits, which stands first in a scenario's shared memory; and what must
 * hold of a value.
 */
#ifndef SCENARIOS_SYSV_SEM_PERMITS_H
#define SCENARIOS_SYSV_SEM_PERMITS_H

#include <sabot/sabot.h>

#include <sys/sem.h>
#include <time.h>

struct permits {
	int semid;
};

/* In setup: so many semaphores, each of this value. */
static inline void permits_make(struct permits *permits, int count, int value)
{
	int i;

	permits->semid = SABOT_OK(semget(IPC_PRIVATE, count, 0600));
	for (i = 0; value && i < count; i++)
		SABOT_OK(semctl(permits->semid, i, SETVAL, value));
}

/* `flags` is SEM_UNDO or 0. Waits as long as it takes. */
static inline void permits_change(const struct permits *permits, unsigned short number,
				  short amount, short flags)
{
	struct sembuf operation = { number, amount, flags };

	SABOT_OK(semop(permits->semid, &operation, 1));
}

/* Waits for a second; false: nothing came, and perhaps nobody is left. */
static inline bool permits_come(struct sabot_task *task, const struct permits *permits,
				struct sembuf *operations, size_t count)
{
	const struct timespec patience = { .tv_sec = 1 };
	int result = semtimedop(permits->semid, operations, count, &patience);

	sabot_assert(task, result == 0 || errno == EAGAIN, "refused with errno %d", errno);
	return result == 0;
}

/* For checks. */
static inline int permits_value(struct sabot_check *check, int number)
{
	const struct permits *permits = sabot_check_shared(check);

	return semctl(permits->semid, number, GETVAL);
}

static inline void permits_require(struct sabot_check *check, int number, int want)
{
	int got = permits_value(check, number);

	sabot_require(check, got == want, "semaphore %d is %d, the living leave %d", number, got,
		      want);
}

#endif
