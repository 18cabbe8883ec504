/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parties that meet phase by phase: by a barrier, which counts arrivals, or by name, at semaphores
 * that each sets to zero for itself. And what must hold of who entered and who passed.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_MEETING_H
#define SCENARIOS_PTHREAD_SHARED_MEETING_H

#include "parties.h"
#include "pshared.h"

#include <stdatomic.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARTIES = 3, PHASES = 2 };

struct meeting {
	unsigned entered[PARTIES], passed[PARTIES]; /* phases; by party, whoever it is now */
	atomic_uint serial[PHASES];		    /* who were told that they are the one */
	pthread_barrier_t barrier;
	int semid;
};

struct meeting_way {
	bool by_name, is_kept, is_destroyed, threads;
	unsigned phases;
};

static inline void meeting_by_name(const struct meeting *shared, unsigned party, unsigned phase)
{
	struct sembuf all[PARTIES] = { 0 };
	unsigned i;

	for (i = 0; i < PARTIES; i++)
		all[i].sem_num = (unsigned short)(phase * PARTIES + i);
	SABOT_OK(semctl(shared->semid, all[party].sem_num, SETVAL, 0));
	SABOT_OK(semop(shared->semid, all, PARTIES));
}

static inline void meeting_by_count(struct meeting *shared, unsigned phase)
{
	int result = pthread_barrier_wait(&shared->barrier);

	if (result == PTHREAD_BARRIER_SERIAL_THREAD)
		shared->serial[phase]++;
	SABOT_ZERO(result == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : result);
}

/* Who comes again begins with the phase that it had not passed. */
static inline void meeting_attend(struct sabot_task *task, unsigned party)
{
	const struct meeting_way *variant = sabot_variant(task);
	struct meeting *shared = sabot_shared(task);
	unsigned phase;

	for (phase = shared->passed[party]; phase < variant->phases; phase++) {
		sabot_point(task, "before the phase");
		shared->entered[party] = phase + 1;
		if (variant->by_name)
			meeting_by_name(shared, party, phase);
		else
			meeting_by_count(shared, phase);
		shared->passed[party] = phase + 1;
	}
}

static inline void meeting_all_entered(struct sabot_check *check)
{
	const struct meeting *shared = sabot_check_shared(check);
	int i, j;

	for (i = 0; i < PARTIES; i++)
		for (j = 0; j < PARTIES; j++)
			sabot_require(check, shared->passed[i] <= shared->entered[j],
				      "party %d has passed phase %u, party %d has entered %u", i,
				      shared->passed[i], j, shared->entered[j]);
}

static inline void meeting_one_serial(struct sabot_check *check)
{
	const struct meeting_way *variant = sabot_check_variant(check);
	const struct meeting *shared = sabot_check_shared(check);
	unsigned phase;

	for (phase = 0; phase < variant->phases; phase++)
		sabot_require(check,
			      shared->serial[phase] == 1 || variant->by_name ||
				      sabot_killed(check, NULL),
			      "%u were told so in phase %u", shared->serial[phase], phase);
}

#endif
