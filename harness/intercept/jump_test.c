/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits until a date waits for less, or for longer, when the clock jumps just before. */
#include "intercept/run_test.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WAIT_S = 5, JUMP_S = 3600 };

struct shared {
	sem_t never;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	pthread_rwlock_t rwlock;
	int word;
	time_t waited;
};

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	SABOT_OK(sem_init(&shared->never, 1, 0));
	SABOT_ZERO(pthread_mutex_init(&shared->mutex, NULL));
	SABOT_ZERO(pthread_cond_init(&shared->cond, NULL));
	SABOT_ZERO(pthread_rwlock_init(&shared->rwlock, NULL));
}

static void semaphore(struct shared *shared, const struct timespec *date)
{
	(void)sem_timedwait(&shared->never, date);
}

static void semaphore_by(struct shared *shared, const struct timespec *date)
{
	(void)sem_clockwait(&shared->never, CLOCK_REALTIME, date);
}

static void cond(struct shared *shared, const struct timespec *date)
{
	SABOT_ZERO(pthread_mutex_lock(&shared->mutex));
	(void)pthread_cond_timedwait(&shared->cond, &shared->mutex, date);
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static void mutex(struct shared *shared, const struct timespec *date)
{
	SABOT_ZERO(pthread_mutex_lock(&shared->mutex));
	(void)pthread_mutex_timedlock(&shared->mutex, date);
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static void rwlock(struct shared *shared, const struct timespec *date)
{
	SABOT_ZERO(pthread_rwlock_rdlock(&shared->rwlock));
	(void)pthread_rwlock_timedwrlock(&shared->rwlock, date);
	SABOT_ZERO(pthread_rwlock_unlock(&shared->rwlock));
}

static void queue(struct shared *shared, const struct timespec *date)
{
	mqd_t mq = SABOT_OK(mq_open("/dates", O_RDWR | O_CREAT, 0600, NULL));
	char message[8192];

	(void)shared;
	(void)mq_timedreceive(mq, message, sizeof(message), NULL, date);
	SABOT_OK(mq_close(mq));
	SABOT_OK(mq_unlink("/dates"));
}

static void futex(struct shared *shared, const struct timespec *date)
{
	(void)syscall(SYS_futex, &shared->word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, date,
		      NULL, FUTEX_BITSET_MATCH_ANY);
}

static void nap(struct shared *shared, const struct timespec *date)
{
	(void)shared;
	(void)clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, date, NULL);
}

/* Another thread of the process waits: it may sleep already, or not have begun to. */
static void *wait_in_thread(void *argument)
{
	const struct timespec *date = argument;
	static sem_t never;

	(void)sem_timedwait(&never, date);
	return NULL;
}

static void thread(struct shared *shared, const struct timespec *date)
{
	struct timespec copy = *date;
	pthread_t waiter;

	(void)shared;
	SABOT_ZERO(pthread_create(&waiter, NULL, wait_in_thread, &copy));
	SABOT_ZERO(pthread_join(waiter, NULL));
}

static const struct wait {
	void (*until)(struct shared *shared, const struct timespec *date);
	uint32_t op; /* that waits */
} waits[] = {
	{ semaphore, 1 }, { semaphore_by, 1 }, { cond, 2 }, { mutex, 2 },  { rwlock, 2 },
	{ queue, 2 },	  { futex, 1 },	       { nap, 1 },  { thread, 2 },
};

static void look_how_long(struct sabot_task *task)
{
	const struct wait *wait = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct timespec before, after, date;

	SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &before));
	SABOT_OK(clock_gettime(CLOCK_REALTIME, &date));
	date.tv_sec += WAIT_S;
	wait->until(shared, &date);
	SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &after));
	shared->waited = after.tv_sec - before.tv_sec;
}

/* Neither a time that is relative nor one of the other clock moves, nor a date long past. */
static void wait_for_no_date(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct timespec before, after, end, past = { 0 }, left = { .tv_sec = WAIT_S };

	SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &before));
	end = before;
	end.tv_sec += WAIT_S;
	(void)sem_clockwait(&shared->never, CLOCK_MONOTONIC, &end);
	(void)syscall(SYS_futex, &shared->word, FUTEX_WAIT, 0, &left, NULL, 0);
	(void)sem_timedwait(&shared->never, &past);
	SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &after));
	shared->waited = after.tv_sec - before.tv_sec;
}

#define SCENARIO(body_)                                                                            \
	static const struct sabot_role body_##_roles[] = { { "one", 1, body_ }, { 0 } };           \
	static const struct sabot_scenario body_##_scenario = {                                    \
		.name = "dates",                                                                   \
		.group = "test",                                                                   \
		.shared_size = sizeof(struct shared),                                              \
		.setup = setup,                                                                    \
		.roles = body_##_roles,                                                            \
	}

SCENARIO(look_how_long);
SCENARIO(wait_for_no_date);

static time_t waited(const struct sabot_scenario *scenario, const struct wait *wait, uint64_t seed,
		     uint32_t op, int jump_s)
{
	const struct plan_fault fault = {
		.kind = PLAN_CLOCK, .value = jump_s, .op = op, .victim = "one#0"
	};
	const struct shared *shared;

	run_with(scenario, wait, seed, &fault);
	assert_int_equal(control->shots[0].state, SHOT_CONFIRMED);
	shared = control->shared;
	return shared->waited;
}

static void a_date_comes_sooner_or_later(void **state)
{
	enum { SEEDS = 4 };

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			const struct sabot_scenario *scenario = &look_how_long_scenario;
			const struct wait *wait = &waits[i];

			assert_int_equal(waited(scenario, wait, seed, wait->op, JUMP_S), 0);
			assert_int_equal(waited(scenario, wait, seed, wait->op, -JUMP_S),
					 WAIT_S + JUMP_S);
		}
}

static void what_is_no_date_does_not_move(void **state)
{
	(void)state;
	for (uint32_t op = 1; op <= 3; op++) {
		assert_int_equal(waited(&wait_for_no_date_scenario, NULL, 1, op, JUMP_S),
				 2 * WAIT_S);
		assert_int_equal(waited(&wait_for_no_date_scenario, NULL, 1, op, -JUMP_S),
				 2 * WAIT_S);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_comes_sooner_or_later),
		cmocka_unit_test(what_is_no_date_does_not_move),
	};

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
