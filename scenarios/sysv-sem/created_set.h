/* SPDX-License-Identifier: Apache-2.0 */
/* A set of semaphores by a key, and ways to come to it when nobody knows who makes it. */
#ifndef SCENARIOS_SYSV_SEM_CREATED_SET_H
#define SCENARIOS_SYSV_SEM_CREATED_SET_H

#include <sabot/sabot.h>

#include <sched.h>
#include <sys/sem.h>

enum { CREATED_SET_LOCK, CREATED_SET_MADE, CREATED_SET_SEMAPHORES };
enum { CREATED_SET_KEY = 0x5ab07 };

struct created_set {
	int pipe[2];	 /* open in everybody */
	unsigned filled; /* by so many, who think that they were the first */
};

/* The variant of a scenario: how it is opened. */
struct created_set_rules {
	int looks; /* at sem_otime, before it is given up */
	bool take_over, set_always;
};

/* All at once: who dies has set the values or has not, and only the first one does. */
static inline void created_set_fill(struct sabot_task *task, int semid)
{
	struct sembuf once[] = { { CREATED_SET_MADE, 0, IPC_NOWAIT },
				 { CREATED_SET_MADE, +1, 0 },
				 { CREATED_SET_LOCK, +1, 0 } };
	struct created_set *set = sabot_shared(task);
	int result = semop(semid, once, 3);

	sabot_assert(task, result == 0 || errno == EAGAIN, "values are refused, errno %d", errno);
	set->filled += result == 0;
}

/* The second call sets sem_otime: until then nobody else comes in. */
static inline void created_set_fill_in_steps(struct sabot_task *task, int semid)
{
	struct sembuf made = { CREATED_SET_MADE, +1, 0 };
	struct created_set *set = sabot_shared(task);

	SABOT_OK(semctl(semid, CREATED_SET_LOCK, SETVAL, 1));
	SABOT_OK(semop(semid, &made, 1));
	set->filled++;
}

static inline void created_set_wait(int semid, int looks)
{
	struct semid_ds status = { .sem_otime = 0 };

	for (; looks > 0 && !status.sem_otime; looks--) {
		sched_yield();
		SABOT_OK(semctl(semid, 0, IPC_STAT, &status));
	}
}

static inline int created_set_open(struct sabot_task *task)
{
	const struct created_set_rules *rules = sabot_variant(task);
	int semid = semget(CREATED_SET_KEY, CREATED_SET_SEMAPHORES, IPC_CREAT | IPC_EXCL | 0600);
	bool first = semid >= 0;

	if (!first)
		semid = SABOT_OK(semget(CREATED_SET_KEY, CREATED_SET_SEMAPHORES, 0));
	if (rules->set_always) {
		SABOT_OK(semctl(semid, CREATED_SET_LOCK, SETVAL, 1));
		return semid;
	}
	if (!first)
		created_set_wait(semid, rules->looks);
	if (rules->take_over)
		created_set_fill(task, semid);
	else if (first)
		created_set_fill_in_steps(task, semid);
	return semid;
}

#endif
