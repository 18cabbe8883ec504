/* SPDX-License-Identifier: Apache-2.0 */
/* Faults within calls: the call fails, is not made, and the shot is confirmed; or it moves less. */
#include "intercept/run_test.h"

#include "core/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/sem.h>

struct shared {
	int set, ends[2];
	sem_t semaphore;
	int error, results[3], joined;
};

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->set = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	SABOT_OK(pipe(shared->ends));
	SABOT_OK(sem_init(&shared->semaphore, 1, 2));
}

/* Operations 2 and 3: what is struck is tried again. */
static void add_twice(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct sembuf give = { 0, 1, SEM_UNDO };

	sabot_point(task, "begin");
	shared->results[0] = semop(shared->set, &give, 1);
	shared->error = errno;
	shared->results[1] = semop(shared->set, &give, 1);
	shared->results[2] = semctl(shared->set, 0, GETVAL);
	close(shared->ends[0]);
	close(shared->ends[1]);
}

static void move(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	char buffer[8] = "abcdefg";

	SABOT_OK(write(shared->ends[1], buffer, 8));
	shared->results[0] = (int)read(shared->ends[0], buffer, 8);
	shared->results[1] = (int)read(shared->ends[0], buffer, 8);
	shared->results[2] = buffer[0];
	close(shared->ends[0]);
	close(shared->ends[1]);
}

static void *nothing(void *argument)
{
	return argument;
}

static void spawn(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	pthread_t thread;

	shared->results[0] = pthread_create(&thread, NULL, nothing, NULL);
	if (shared->results[0] == 0)
		shared->joined = pthread_join(thread, NULL) == 0;
	close(shared->ends[0]);
	close(shared->ends[1]);
}

/* The descriptor is gone although close() failed. */
static void shut(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	shared->results[0] = close(shared->ends[0]);
	shared->error = errno;
	shared->results[1] = fcntl(shared->ends[0], F_GETFD);
	close(shared->ends[1]);
}

/* Each sleeps an hour, by the virtual clock; who looks asks what it was told is left. */
static void sleep_once(struct sabot_task *task)
{
	const struct timespec hour = { 3600, 0 };
	struct timespec left = { 7, 0 }, until;
	struct shared *shared = sabot_shared(task);

	close(shared->ends[0]);
	close(shared->ends[1]);
	switch (*(const char *)sabot_variant(task)) {
	case 'n':
		shared->results[0] =
			nanosleep(&hour, &left); /* tidy-allow calls: it is what is tested */
		shared->error = errno;
		break;
	case 'c':
		shared->results[0] = clock_nanosleep(CLOCK_MONOTONIC, 0, &hour, &left);
		break;
	case 'a':
		SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &until));
		until.tv_sec += 3600;
		shared->results[0] = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, &left);
		break;
	case 's':
		left.tv_sec = sleep(3600); /* tidy-allow calls: it is what is tested */
		break;
	default:				/* it is over before it can be interrupted */
		shared->results[0] = usleep(0); /* tidy-allow calls: it is what is tested */
	}
	shared->results[1] = (int)left.tv_sec;
	shared->results[2] = (int)(control->now_ns / CLOCK_NS_PER_S);
}

static void must(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	SABOT_OK(sem_wait(&shared->semaphore));
	shared->joined = 1;
}

#define SCENARIO(body_)                                                                            \
	static const struct sabot_role body_##_roles[] = { { "one", 1, body_ }, { 0 } };           \
	static const struct sabot_scenario body_##_scenario = {                                    \
		.name = #body_,                                                                    \
		.group = "test",                                                                   \
		.shared_size = sizeof(struct shared),                                              \
		.setup = setup,                                                                    \
		.roles = body_##_roles,                                                            \
	}

SCENARIO(add_twice);
SCENARIO(move);
SCENARIO(spawn);
SCENARIO(shut);
SCENARIO(must);
SCENARIO(sleep_once);

static const struct shared *struck(const struct sabot_scenario *scenario, struct plan_fault fault)
{
	snprintf(fault.victim, sizeof(fault.victim), "one#0");
	run_with(scenario, NULL, 1, &fault);
	return control->shared;
}

static void a_call_fails_and_is_not_made(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck(&add_twice_scenario,
			(struct plan_fault){ .kind = PLAN_ERRNO, .value = EINTR, .op = 2 });
	assert_int_equal(control->shots[0].state, SHOT_CONFIRMED);
	assert_int_equal(shared->results[0], -1);
	assert_int_equal(shared->error, EINTR);
	assert_int_equal(shared->results[1], 0);
	assert_int_equal(shared->results[2], 1);
	assert_int_equal(run_count(EVENT_RETURN, OP_SEMOP, EINTR), 1);
}

static void one_that_lasts_fails_each_that_may_have_it(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck(&add_twice_scenario,
			(struct plan_fault){
				.kind = PLAN_ERRNO, .value = ENOMEM, .lasting = true, .op = 2 });
	assert_int_equal(shared->results[1], -1);
	assert_int_equal(shared->results[2], 0);
}

static void a_call_refuses_what_it_cannot_have(void **state)
{
	(void)state;
	(void)struck(&add_twice_scenario,
		     (struct plan_fault){ .kind = PLAN_ERRNO, .value = EPIPE, .op = 2 });
	assert_int_equal(control->shots[0].state, SHOT_REFUSED);
	/* A point is no call. */
	(void)struck(&add_twice_scenario,
		     (struct plan_fault){ .kind = PLAN_ERRNO, .value = EINTR, .op = 1 });
	assert_int_equal(control->shots[0].state, SHOT_FIRED);
	/* A pipe that waits never says EAGAIN. */
	(void)struck(&move_scenario,
		     (struct plan_fault){ .kind = PLAN_ERRNO, .value = EAGAIN, .op = 2 });
	assert_int_equal(control->shots[0].state, SHOT_REFUSED);
	/* Its writes of up to PIPE_BUF bytes are whole. */
	(void)struck(&move_scenario,
		     (struct plan_fault){ .kind = PLAN_SHORT, .value = 1, .op = 1 });
	assert_int_equal(control->shots[0].state, SHOT_REFUSED);
}

static const struct shared *struck_asleep(const char *variant)
{
	/* Operations 1 and 2 are the closes. */
	const struct plan_fault fault = {
		.kind = PLAN_ERRNO, .value = EINTR, .op = 3, .victim = "one#0"
	};

	run_with(&sleep_once_scenario, variant, 1, &fault);
	return control->shared;
}

/* It has slept half of the time, and is told the rest. */
static void a_sleep_is_cut_short(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck_asleep("n");
	assert_int_equal(shared->results[0], -1);
	assert_int_equal(shared->error, EINTR);
	assert_int_equal(shared->results[1], 1800);
	assert_int_equal(shared->results[2], 1800);
	shared = struck_asleep("c");
	assert_int_equal(shared->results[0], EINTR);
	assert_int_equal(shared->results[1], 1800);
	shared = struck_asleep("a");
	assert_int_equal(shared->results[0], EINTR);
	assert_int_equal(shared->results[1], 7); /* the end is known: nothing is told */
	assert_int_equal(shared->results[2], 1800);
	shared = struck_asleep("s");
	assert_int_equal(control->shots[0].state, SHOT_CONFIRMED);
	assert_in_range(shared->results[1], 1799, 1800);
	shared = struck_asleep("0");
	assert_int_equal(control->shots[0].state, SHOT_REFUSED);
	assert_int_equal(shared->results[0], 0);
}

static void a_read_moves_less(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck(&move_scenario,
			(struct plan_fault){ .kind = PLAN_SHORT, .value = 3, .op = 2 });
	assert_int_equal(control->shots[0].state, SHOT_CONFIRMED);
	assert_int_equal(shared->results[0], 3);
	assert_int_equal(shared->results[1], 5);
	assert_int_equal(shared->results[2], 'd');
	shared = struck(&move_scenario, (struct plan_fault){ .kind = PLAN_SHORT, .op = 2 });
	assert_int_equal(shared->results[0], 4);
}

static void a_thread_is_not_made(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck(&spawn_scenario,
			(struct plan_fault){ .kind = PLAN_ERRNO, .value = EAGAIN, .op = 1 });
	assert_int_equal(control->shots[0].state, SHOT_CONFIRMED);
	assert_int_equal(shared->results[0], EAGAIN);
	assert_int_equal(shared->joined, 0);
	run(&spawn_scenario, NULL, 1);
	assert_int_equal(shared->joined, 1);
}

static void close_that_fails_has_closed(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck(&shut_scenario,
			(struct plan_fault){ .kind = PLAN_ERRNO, .value = EINTR, .op = 1 });
	assert_int_equal(shared->results[0], -1);
	assert_int_equal(shared->error, EINTR);
	assert_int_equal(shared->results[1], -1);
}

static void who_must_have_it_gives_up(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck(&must_scenario,
			(struct plan_fault){ .kind = PLAN_ERRNO, .value = EINTR, .op = 1 });
	assert_int_equal(shared->joined, 0);
	assert_true(control->tasks[0].gave_up);
	assert_int_equal(control->tasks[0].state, TASK_ENDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_fails_and_is_not_made),
		cmocka_unit_test(one_that_lasts_fails_each_that_may_have_it),
		cmocka_unit_test(a_call_refuses_what_it_cannot_have),
		cmocka_unit_test(a_sleep_is_cut_short),
		cmocka_unit_test(a_read_moves_less),
		cmocka_unit_test(a_thread_is_not_made),
		cmocka_unit_test(close_that_fails_has_closed),
		cmocka_unit_test(who_must_have_it_gives_up),
	};

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
