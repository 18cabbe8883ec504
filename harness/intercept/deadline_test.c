/* SPDX-License-Identifier: Apache-2.0 */
/* Waits that end at a time, with real processes under seeded schedules. */
#include "intercept/run_test.h"

#include <pthread.h>
#include <semaphore.h>

enum { SEEDS = 200, HOUR = 3600 };

struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	pthread_rwlock_t rwlock;
	sem_t sem;
	bool signalled;
};

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	const int *protocol = sabot_env_variant(env);
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;
	pthread_rwlockattr_t rwlock;

	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setprotocol(&mutex, *protocol);
	SABOT_ZERO(pthread_mutex_init(&shared->mutex, &mutex));
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
	pthread_condattr_setclock(&cond, CLOCK_MONOTONIC);
	SABOT_ZERO(pthread_cond_init(&shared->cond, &cond));
	pthread_rwlockattr_init(&rwlock);
	pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
	SABOT_ZERO(pthread_rwlock_init(&shared->rwlock, &rwlock));
	SABOT_OK(sem_init(&shared->sem, 1, 1));
}

static const int protocols[] = { PTHREAD_PRIO_NONE, PTHREAD_PRIO_INHERIT };

static struct timespec after(clockid_t clock, time_t seconds)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_sec += seconds;
	return time;
}

#define SCENARIO(tasks)                                                                            \
	{                                                                                          \
		.name = "sync", .group = "test", .shared_size = sizeof(struct shared),             \
		.setup = setup, .roles = (tasks)                                                   \
	}

static void wait_an_hour(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct timespec end = after(CLOCK_MONOTONIC, HOUR), now;
	int error = 0;

	SABOT_ZERO(pthread_mutex_lock(&shared->mutex));
	while (!shared->signalled && error == 0)
		error = pthread_cond_timedwait(&shared->cond, &shared->mutex, &end);
	now = after(CLOCK_MONOTONIC, 0);
	sabot_assert(task, error == 0 || error == ETIMEDOUT, "wait: %d", error);
	sabot_assert(task, error != 0 || shared->signalled, "it was not signalled");
	sabot_assert(task, error == 0 || now.tv_sec >= end.tv_sec, "%ld is too early",
		     (long)(end.tv_sec - now.tv_sec));
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

/* Holds the mutex for longer than the others want to wait for it, signal and all. */
static void signal_late(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct timespec later = { .tv_sec = (time_t)HOUR / 2 };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &later, NULL);
	SABOT_ZERO(pthread_mutex_lock(&shared->mutex));
	shared->signalled = true;
	SABOT_ZERO(pthread_cond_signal(&shared->cond));
	later.tv_sec = (time_t)HOUR * 2;
	clock_nanosleep(CLOCK_MONOTONIC, 0, &later, NULL);
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static const struct sabot_role waiters[] = { { "waiter", 2, wait_an_hour },
					     { "signaller", 1, signal_late },
					     { 0 } };
static const struct sabot_scenario waiting = SCENARIO(waiters);

static void an_hour_passes_when_nothing_else_can(void **state)
{
	unsigned late = 0, signalled = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		run(&waiting, &protocols[0], seed);
		run_assert_free();
		late += run_count(EVENT_RETURN, OP_COND_TIMEDWAIT, ETIMEDOUT);
		signalled += run_count(EVENT_RETURN, OP_COND_TIMEDWAIT, 0);
	}
	assert_true(late > 0);
	assert_true(signalled > 0);
}

/* Each lock either comes in time or not; an end that has passed takes what is free. */
static void try_for_a_time(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const struct timespec past = { .tv_sec = 5 }, second = { .tv_sec = 1 };
	struct timespec end = after(CLOCK_REALTIME, 1);
	int error = pthread_mutex_timedlock(&shared->mutex, sabot_index(task) ? &end : &past);

	sabot_assert(task, error == 0 || error == ETIMEDOUT, "mutex: %d", error);
	if (error == 0) {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL);
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	}
	end = after(CLOCK_MONOTONIC, 1);
	error = pthread_rwlock_clockwrlock(&shared->rwlock, CLOCK_MONOTONIC, &end);
	sabot_assert(task, error == 0 || error == ETIMEDOUT, "rwlock: %d", error);
	if (error == 0) {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL);
		SABOT_ZERO(pthread_rwlock_unlock(&shared->rwlock));
	}
	end = after(CLOCK_REALTIME, 1);
	error = sem_timedwait(&shared->sem, &end) == 0 ? 0 : errno;
	sabot_assert(task, error == 0 || error == ETIMEDOUT, "semaphore: %d", error);
	if (error == 0) {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL);
		SABOT_OK(sem_post(&shared->sem));
	}
}

static const struct sabot_role triers[] = { { "task", 4, try_for_a_time }, { 0 } };
static const struct sabot_scenario trying = SCENARIO(triers);

/* The first task's end had passed: it was not to sleep. */
static bool has_slept_late(void)
{
	uint32_t i;

	for (i = 0; i < trace_count(); i++)
		if (control->events[i].kind == EVENT_ASLEEP && control->events[i].task == 0 &&
		    control->events[i].op == OP_MUTEX_TIMEDLOCK)
			return true;
	return false;
}

static void each_timed_wait_ends_by_lock_or_time(void **state)
{
	unsigned i, late[3] = { 0 }, taken[3] = { 0 };
	uint64_t seed;

	(void)state;
	for (i = 0; i < 2; i++)
		for (seed = 1; seed <= SEEDS; seed++) {
			run(&trying, &protocols[i], seed);
			run_assert_free();
			assert_false(has_slept_late());
			late[0] += run_count(EVENT_RETURN, OP_MUTEX_TIMEDLOCK, ETIMEDOUT);
			late[1] += run_count(EVENT_RETURN, OP_RWLOCK_TIMEDWRLOCK, ETIMEDOUT);
			late[2] += run_count(EVENT_RETURN, OP_SEM_TIMEDWAIT, ETIMEDOUT);
			taken[0] += run_count(EVENT_RETURN, OP_MUTEX_TIMEDLOCK, 0);
			taken[1] += run_count(EVENT_RETURN, OP_RWLOCK_TIMEDWRLOCK, 0);
			taken[2] += run_count(EVENT_RETURN, OP_SEM_TIMEDWAIT, 0);
		}
	for (i = 0; i < 3; i++) {
		assert_true(late[i] > 0);
		assert_true(taken[i] > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hour_passes_when_nothing_else_can),
		cmocka_unit_test(each_timed_wait_ends_by_lock_or_time),
	};

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
