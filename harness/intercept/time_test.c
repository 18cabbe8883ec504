/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual time, with real processes under seeded schedules. */
#include "intercept/target_test.h"

#include <pthread.h>

static int64_t now_ms(void)
{
	struct timespec time;

	SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &time));
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void rest(struct sabot_task *task)
{
	struct timespec hour = { .tv_sec = HOUR }, until, then;
	int64_t before = now_ms();

	SABOT_OK(nanosleep(&hour, NULL)); /* tidy-allow calls: it is what is tested */
	sabot_assert(task, now_ms() - before >= HOUR * 1000, "not an hour");
	SABOT_OK(clock_gettime(CLOCK_REALTIME, &until));
	until.tv_sec += HOUR;
	SABOT_ZERO(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL));
	SABOT_OK(clock_gettime(CLOCK_REALTIME, &then));
	sabot_assert(task, then.tv_sec >= until.tv_sec, "too early");
	before = now_ms();
	while (now_ms() < before + 10)
		continue;
	SABOT_OK(usleep(1)); /* tidy-allow calls: it is what is tested */
}
SCENARIO(resting, { "sleeper", 2, rest });

static void be_woken(struct sabot_task *task)
{
	struct timespec hour = { .tv_sec = HOUR }, left = { 0 };
	int result;

	ready(task, hit, SA_RESTART);
	result = nanosleep(&hour, &left); /* tidy-allow calls: it is what is tested */
	sabot_assert(task, result == 0 || (errno == EINTR && hits == 1 && left.tv_sec >= HOUR - 1),
		     "errno %d, %lld s left", errno, (long long)left.tv_sec);
}
SCENARIO(woken, { "target", 1, be_woken }, { "sender", 1, send_one });

static void time_out(struct sabot_task *task)
{
	struct shared *shared = ready(task, hit, 0);
	int result = take_within(shared, HOUR);

	sabot_assert(task,
		     result == 0 ? shared->flag : errno == EAGAIN || (errno == EINTR && hits == 1),
		     "result %d, errno %d", result, errno);
}

static void give_late(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	sleep(HOUR - 1); /* tidy-allow calls: it is what is tested */
	shared->flag = 1;
	(void)change(shared, 1);
}
SCENARIO(late, { "target", 1, time_out }, { "giver", 1, give_late }, { "sender", 1, send_one });

static void *sleep_in_thread(void *task)
{
	(void)change(sabot_shared(task), -1);
	return NULL;
}

static void join_late(struct sabot_task *task)
{
	struct timespec until;
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, sleep_in_thread, task));
	SABOT_OK(clock_gettime(CLOCK_REALTIME, &until));
	until.tv_sec += HOUR;
	sabot_assert(task, pthread_timedjoin_np(thread, NULL, &until) == ETIMEDOUT, "joined");
	SABOT_OK(change(sabot_shared(task), 1));
	SABOT_ZERO(pthread_join(thread, NULL));
}
SCENARIO(joining, { "maker", 1, join_late });

static void test_time(void **state)
{
	(void)state;
	seeded(&resting_scenario, 20, 0);
	seeded(&woken_scenario, 40, 0);
	assert_true(seen.errors[OP_SLEEP][EINTR] > 0 && seen.errors[OP_SLEEP][0] > 0);
	seeded(&late_scenario, 40, 0);
	assert_true(seen.errors[OP_SEMTIMEDOP][EINTR] > 0 && seen.errors[OP_SEMTIMEDOP][0] > 0 &&
		    seen.errors[OP_SEMTIMEDOP][EAGAIN] > 0);
	seeded(&joining_scenario, 10, 0);
	seeded_sweep(&resting_scenario, 1, PLAN_KILL, 0, 0);
	seeded_sweep(&resting_scenario, 1, PLAN_STOP, 0, 0);
	seeded_sweep(&woken_scenario, 2, PLAN_STOP, 0, 0);
	seeded_sweep(&late_scenario, 1, PLAN_KILL, 0, WAITS);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_time),
};

SEEDED_MAIN(tests)
