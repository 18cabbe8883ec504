/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three parties meet phase by phase. One is killed while it waits for the others; its keeper starts
 * it again, and it comes a second time.
 *
 * Shows: a barrier counts arrivals, and the dead one's stays counted: it opens for two living and a
 * phantom, before the third has come (glibc nptl/pthread_barrier_wait.c; no robust kind exists).
 * Who states its arrival by name, and waits for what takes nothing (a semaphore that is set to zero
 * for each party and phase, and semop(2) waiting for zero), may die and come again at any place.
 * Does not show: how the others learn that nobody starts it again. A party that dies before it
 * arrives, and a barrier that is destroyed after such a death, are facts of the platform.
 */
#include "pshared.h"

#include <stdatomic.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARTIES = 3, PHASES = 2 };

struct shared {
	unsigned entered[PARTIES], passed[PARTIES]; /* phases; by party, whoever it is now */
	atomic_uint serial[PHASES];		    /* who were told that they are the one */
	pthread_barrier_t barrier;
	int semid;
};

struct variant {
	bool by_name, is_kept, is_destroyed;
	unsigned phases;
};

static const struct variant by_name = { true, true, false, PHASES };
static const struct variant by_count = { false, true, false, PHASES };
static const struct variant one_phase = { false, false, false, 1 };
static const struct variant destroyed = { false, false, true, 1 };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	pthread_barrierattr_t attr;
	int i;

	SABOT_ZERO(pthread_barrierattr_init(&attr));
	SABOT_ZERO(pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_barrier_init(&shared->barrier, &attr, PARTIES));
	SABOT_ZERO(pthread_barrierattr_destroy(&attr));
	shared->semid = SABOT_OK(semget(IPC_PRIVATE, PARTIES * PHASES, 0600));
	for (i = 0; i < PARTIES * PHASES; i++)
		SABOT_OK(semctl(shared->semid, i, SETVAL, 1));
}

static void arrive_by_name(const struct shared *shared, unsigned party, unsigned phase)
{
	struct sembuf all[PARTIES] = { 0 };
	unsigned i;

	for (i = 0; i < PARTIES; i++)
		all[i].sem_num = (unsigned short)(phase * PARTIES + i);
	SABOT_OK(semctl(shared->semid, all[party].sem_num, SETVAL, 0));
	SABOT_OK(semop(shared->semid, all, PARTIES));
}

static void arrive_by_count(struct shared *shared, unsigned phase)
{
	int result = pthread_barrier_wait(&shared->barrier);

	if (result == PTHREAD_BARRIER_SERIAL_THREAD)
		shared->serial[phase]++;
	SABOT_ZERO(result == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : result);
}

/* Who comes again begins with the phase that it had not passed. */
static void be_party(struct sabot_task *task, unsigned party)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned phase;

	for (phase = shared->passed[party]; phase < variant->phases; phase++) {
		sabot_point(task, "before the phase");
		shared->entered[party] = phase + 1;
		if (variant->by_name)
			arrive_by_name(shared, party, phase);
		else
			arrive_by_count(shared, phase);
		shared->passed[party] = phase + 1;
	}
}

/* Only the first party dies, so only that one is worth a keeper. */
static void keep(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int status;

	do {
		pid_t child = SABOT_OK(fork());

		if (child == 0) {
			be_party(task, 0);
			_exit(0);
		}
		SABOT_OK(waitpid(child, &status, 0));
	} while (WIFSIGNALED(status) && variant->is_kept);
}

static void come(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	be_party(task, 1 + sabot_index(task));
	sabot_observe(task, "the barrier opens for the others");
	if (variant->is_destroyed && sabot_index(task) == 0) {
		SABOT_ZERO(pthread_barrier_destroy(&shared->barrier));
		sabot_observe(task, "the barrier is destroyed");
	}
}

static void all_entered(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int i, j;

	for (i = 0; i < PARTIES; i++)
		for (j = 0; j < PARTIES; j++)
			sabot_require(check, shared->passed[i] <= shared->entered[j],
				      "party %d has passed phase %u, party %d has entered %u", i,
				      shared->passed[i], j, shared->entered[j]);
}

static void one_is_serial(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	const struct shared *shared = sabot_check_shared(check);
	unsigned phase;

	for (phase = 0; phase < variant->phases; phase++)
		sabot_require(check,
			      shared->serial[phase] == 1 || variant->by_name ||
				      sabot_killed(check, NULL),
			      "%u were told so in phase %u", shared->serial[phase], phase);
}

static const struct sabot_role roles[] = {
	{ "keeper", 1, keep },
	{ "party", PARTIES - 1, come },
	{ 0 },
};

#define ALL_ENTERED "nobody passes a phase that not all have entered"

static const struct sabot_invariant invariants[] = {
	{ ALL_ENTERED, SABOT_WHEN_SETTLED, all_entered },
	{ "a barrier tells one party that it is the serial one", SABOT_AT_END, one_is_serial },
	{ 0 },
};

/* The keeper's child. */
#define KILL_KEPT SABOT_KILL, .who = "keeper#0/1"

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &by_name },
	{ .name = "barrier", .variant = &by_count },
	{ .name = "kill-anywhere", .variant = &by_name, .fault = { KILL_KEPT } },
	{ .name = "phantom",
	  .variant = &by_count,
	  .fault = { KILL_KEPT, .where = SABOT_ASLEEP },
	  .caught_by = ALL_ENTERED },
	{ .name = "platform-before",
	  .variant = &one_phase,
	  .fault = { KILL_KEPT, .point = "before the phase" },
	  .characterises = "one of three parties is killed before it comes to a barrier",
	  .known = (const char *const[]){ "party blocks for ever in pthread_barrier_wait", NULL } },
	{ .name = "platform-waiting",
	  .variant = &one_phase,
	  .fault = { KILL_KEPT, .where = SABOT_ASLEEP },
	  .characterises = "one of three parties is killed while it waits at a barrier",
	  .known = (const char *const[]){ "the barrier opens for the others", NULL } },
	{ .name = "platform-destroy",
	  .variant = &destroyed,
	  .fault = { KILL_KEPT, .where = SABOT_ASLEEP },
	  .characterises = "a barrier is destroyed, at which one of the parties was killed",
	  .known = (const char *const[]){ "the barrier opens for the others",
					  "party blocks for ever in pthread_barrier_destroy",
					  NULL } },
	{ 0 },
};

static const char *const points[] = { "before the phase", NULL };

const struct sabot_scenario barrier_phantom = {
	.name = "barrier-phantom",
	.group = "pthread-shared",
	.about = "one who waited at a barrier is killed, and counts on",
	.tags = "barrier crash recovery fork platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
