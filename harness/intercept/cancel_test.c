/* SPDX-License-Identifier: Apache-2.0 */
/* Cancellation of threads, with real processes under seeded schedules. */
#include "intercept/target_test.h"

#include <pthread.h>

static pthread_mutex_t mutex;
static pthread_cond_t cond;
static int cleaned, through;

static void clean(void *unused)
{
	(void)unused;
	cleaned++;
}

/* Cancels a thread that runs the function. Returns whether it was cancelled before its end. */
static bool cancel(struct sabot_task *task, void *(*function)(void *task))
{
	pthread_t thread;
	void *result;

	cleaned = through = 0;
	SABOT_ZERO(pthread_mutex_init(&mutex, NULL));
	SABOT_ZERO(pthread_cond_init(&cond, NULL));
	SABOT_ZERO(pthread_create(&thread, NULL, function, task));
	sabot_point(task, "meanwhile");
	SABOT_ZERO(pthread_cancel(thread));
	SABOT_ZERO(pthread_join(thread, &result));
	sabot_assert(task, (result == PTHREAD_CANCELED) == !through, "through %d", through);
	sabot_assert(task, control->timed == 0, "%u wait for a time", control->timed);
	return !through;
}

static void *sleep_long(void *task)
{
	(void)task;
	pthread_cleanup_push(clean, NULL);
	sleep(HOUR); /* tidy-allow calls: it is what is tested */
	pthread_cleanup_pop(0);
	through = 1;
	return NULL;
}

static void cancel_sleeper(struct sabot_task *task)
{
	int64_t before = (int64_t)control->now_ns;

	if (!cancel(task, sleep_long))
		return;
	sabot_assert(task, cleaned <= 1, "cleaned %d times", cleaned);
	sabot_assert(task, (int64_t)control->now_ns - before < (int64_t)HOUR * 1000000000,
		     "it slept on");
}
SCENARIO(sleeper, { "maker", 1, cancel_sleeper });

static void unlock(void *unused)
{
	(void)unused;
	SABOT_ZERO(pthread_mutex_unlock(&mutex));
	cleaned++;
}

static void *wait_long(void *task)
{
	struct timespec until;

	SABOT_OK(clock_gettime(CLOCK_REALTIME, &until));
	until.tv_sec += HOUR;
	SABOT_ZERO(pthread_mutex_lock(&mutex));
	pthread_cleanup_push(unlock, NULL);
	if (sabot_random(task, 0) % 2)
		(void)pthread_cond_timedwait(&cond, &mutex, &until);
	else
		(void)pthread_cond_wait(&cond, &mutex);
	pthread_cleanup_pop(1);
	through = 1;
	return NULL;
}

/* The mutex is the waiter's when it cleans up, and free after it. */
static void cancel_waiter(struct sabot_task *task)
{
	(void)cancel(task, wait_long);
	SABOT_ZERO(pthread_mutex_lock(&mutex));
	SABOT_ZERO(pthread_mutex_unlock(&mutex));
}
SCENARIO(waiter, { "maker", 1, cancel_waiter });

static void *refuse_for_a_while(void *task)
{
	int before;

	SABOT_ZERO(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before));
	sleep(HOUR); /* tidy-allow calls: it is what is tested */
	cleaned = 1;
	SABOT_ZERO(pthread_setcancelstate(before, NULL));
	sabot_point(task, "between");
	pthread_testcancel();
	through = 1;
	return NULL;
}

static void cancel_later(struct sabot_task *task)
{
	pthread_t thread;

	cleaned = through = 0;
	SABOT_ZERO(pthread_create(&thread, NULL, refuse_for_a_while, task));
	sleep(1); /* tidy-allow calls: it is what is tested */
	SABOT_ZERO(pthread_cancel(thread));
	SABOT_ZERO(pthread_join(thread, NULL));
	sabot_assert(task, cleaned == 1, "it did not come to the end of its sleep");
}
SCENARIO(later, { "maker", 1, cancel_later });

static void *work(void *task)
{
	int i, before;

	SABOT_ZERO(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before));
	for (i = 0; before == PTHREAD_CANCEL_DEFERRED && i < 3; i++)
		sabot_point(task, "on its way");
	SABOT_ZERO(pthread_setcanceltype(before, &i));
	sabot_assert(task, i == PTHREAD_CANCEL_ASYNCHRONOUS, "type %d", i);
	through = 1;
	return NULL;
}

static void cancel_at_once(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	shared->sum = cancel(task, work);
}
SCENARIO(worker, { "maker", 1, cancel_at_once });

static void test_cancel(void **state)
{
	unsigned cancelled = 0;
	uint64_t seed, seeds = 30;

	(void)state;
	seeded(&sleeper_scenario, 30, 0);
	seeded_sweep(&sleeper_scenario, 1, PLAN_KILL, 0, 0);
	seeded(&waiter_scenario, 30, 0);
	seeded_sweep(&waiter_scenario, 1, PLAN_KILL, 0, 0);
	seeded(&later_scenario, 30, 0);
	/* Until both were seen: a thread that is cancelled, and one that is done before. */
	for (seed = 1; seed <= seeds; seed++) {
		seeded_twice(&worker_scenario, seed, false, NULL);
		seeded_judge(&worker_scenario, seed, 0);
		cancelled += (unsigned)((struct shared *)control->shared)->sum;
		if (seed == seeds && seeds < 300 && (cancelled == 0 || cancelled == seeds))
			seeds += 30;
	}
	assert_true(cancelled > 0 && cancelled < seeds);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_cancel),
};

SEEDED_MAIN(tests)
