/* SPDX-License-Identifier: Apache-2.0 */
/* Locks in memory, with real processes under seeded schedules. */
#include "intercept/run_test.h"

#include "os/sys.h"

#include <pthread.h>
#include <semaphore.h>

enum { SEEDS = 50, KILL_SEEDS = 4, OPS = 8, UNTOUCHED = 77 };

struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	pthread_rwlock_t rwlock;
	pthread_barrier_t barrier;
	pthread_spinlock_t spin;
	sem_t sem;
	int inside, readers, full, taken, serial;
	int arrived[4];
	uint32_t words[3];
};

/* What setup makes of the mutex. */
struct variant {
	int robust, protocol;
};

static const struct variant plain = { 0 };
static const struct variant robust = { .robust = PTHREAD_MUTEX_ROBUST };
static const struct variant inherits = { .robust = PTHREAD_MUTEX_ROBUST,
					 .protocol = PTHREAD_PRIO_INHERIT };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	const struct variant *variant = sabot_env_variant(env);
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;
	pthread_rwlockattr_t rwlock;
	pthread_barrierattr_t barrier;

	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&mutex, variant->robust);
	pthread_mutexattr_setprotocol(&mutex, variant->protocol);
	SABOT_ZERO(pthread_mutex_init(&shared->mutex, &mutex));
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
	SABOT_ZERO(pthread_cond_init(&shared->cond, &cond));
	pthread_rwlockattr_init(&rwlock);
	pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
	SABOT_ZERO(pthread_rwlock_init(&shared->rwlock, &rwlock));
	pthread_barrierattr_init(&barrier);
	pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
	SABOT_ZERO(pthread_barrier_init(&shared->barrier, &barrier, 3));
	SABOT_ZERO(pthread_spin_init(&shared->spin, PTHREAD_PROCESS_SHARED));
	SABOT_OK(sem_init(&shared->sem, 1, 0));
}

#define SCENARIO(tasks)                                                                            \
	{                                                                                          \
		.name = "sync", .group = "test", .shared_size = sizeof(struct shared),             \
		.setup = setup, .roles = (tasks)                                                   \
	}

/* ---- Mutexes ------------------------------------------------------------------------------- */

static void lock(struct sabot_task *task, struct shared *shared)
{
	int error = pthread_mutex_lock(&shared->mutex);

	if (error == EOWNERDEAD) {
		SABOT_ZERO(pthread_mutex_consistent(&shared->mutex));
		shared->inside = 0;
		error = 0;
	}
	sabot_assert(task, error == 0, "lock: %d", error);
}

static void pass_twice(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int i;

	errno = UNTOUCHED;
	for (i = 0; i < 2; i++) {
		lock(task, shared);
		sabot_assert(task, ++shared->inside == 1, "%d inside", shared->inside);
		sabot_point(task, "inside");
		shared->inside--;
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	}
	sabot_assert(task, errno == UNTOUCHED, "errno is %d", errno);
}

static const struct sabot_role passers[] = { { "task", 3, pass_twice }, { 0 } };
static const struct sabot_scenario passing = SCENARIO(passers);

static void a_mutex_excludes(void **state)
{
	const struct variant *const variants[] = { &plain, &robust, &inherits };
	unsigned i, slept = 0;
	uint64_t seed;

	(void)state;
	for (i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		for (seed = 1; seed <= SEEDS; seed++) {
			run(&passing, variants[i], seed);
			slept += run_count(EVENT_ASLEEP, OP_MUTEX_LOCK, 0);
			run_assert_free();
		}
	assert_true(slept > 0);
}

static void a_robust_mutex_survives_its_owner_wherever_that_dies(void **state)
{
	const struct variant *const variants[] = { &robust, &inherits };
	unsigned i, fired = 0, told = 0;
	uint64_t seed;
	uint32_t op;
	int where;

	(void)state;
	for (i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		for (op = 1; op <= OPS; op++)
			for (where = 0; where < PLAN_WHERE_COUNT; where++)
				for (seed = 1; seed <= KILL_SEEDS; seed++) {
					fired += run_killed(&passing, variants[i], seed, "task#0",
							    op, (enum plan_where)where);
					assert_false(run_is_stuck);
					run_assert_free();
					told += run_count(EVENT_RETURN, OP_MUTEX_LOCK, EOWNERDEAD);
				}
	assert_true(fired > OPS);
	assert_true(told > 0);
}

static void a_plain_mutex_stays_with_its_dead_owner(void **state)
{
	unsigned waited = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		assert_true(run_killed(&passing, &plain, seed, "task#0", 2, PLAN_AT_POINT));
		assert_int_equal(control->objects[0].owner, 0);
		assert_int_equal(control->objects[0].held[0], 1);
		waited += run_is_stuck;
	}
	assert_true(waited > 0);
}

static void whoever_is_woken_and_killed_takes_the_wake_up_along(void **state)
{
	unsigned lost = 0;
	uint64_t seed;

	(void)state;
	if (!control->gated)
		skip();
	for (seed = 1; seed <= SEEDS; seed++)
		if (run_killed(&passing, &plain, seed, "task#1", 1, PLAN_WOKEN) && run_is_stuck) {
			assert_int_equal(control->objects[0].owner, -1);
			lost++;
		}
	assert_true(lost > 0);
}

static void hold_asleep(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	lock(task, shared);
	SABOT_OK(sem_wait(&shared->sem));
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static void wake_and_lock(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	SABOT_OK(sem_post(&shared->sem));
	lock(task, shared);
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static const struct sabot_role boosters[] = { { "holder", 1, hold_asleep },
					      { "waiter", 2, wake_and_lock },
					      { 0 } };
static const struct sabot_scenario boosting = SCENARIO(boosters);

static void an_owner_that_is_lifted_over_the_gate_waits_for_its_turn(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		run(&boosting, &inherits, seed);
		assert_int_equal(control->asleep, 0);
		assert_int_equal(control->woken, 0);
	}
}

/* ---- Condition variables ------------------------------------------------------------------- */

static void fill(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int i;

	for (i = 0; i < 3; i++) {
		lock(task, shared);
		while (shared->full)
			SABOT_ZERO(pthread_cond_wait(&shared->cond, &shared->mutex));
		shared->full = 1;
		SABOT_ZERO(pthread_cond_broadcast(&shared->cond));
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	}
}

static void empty(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int i;

	for (i = 0; i < 3; i++) {
		lock(task, shared);
		while (!shared->full)
			SABOT_ZERO(pthread_cond_wait(&shared->cond, &shared->mutex));
		shared->full = 0;
		shared->taken++;
		SABOT_ZERO(pthread_cond_broadcast(&shared->cond));
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	}
}

static const struct sabot_role fillers[] = { { "filler", 2, fill },
					     { "emptier", 2, empty },
					     { 0 } };
static const struct sabot_scenario filling = SCENARIO(fillers);

static void a_broadcast_reaches_all(void **state)
{
	unsigned slept = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		run(&filling, &plain, seed);
		assert_int_equal(((struct shared *)control->shared)->taken, 6);
		run_assert_free();
		slept += run_count(EVENT_ASLEEP, OP_COND_WAIT, 0);
	}
	assert_true(slept > 0);
}

/* ---- Read-write locks, barriers, spin locks ------------------------------------------------- */

static void read_twice(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int i;

	for (i = 0; i < 2; i++) {
		SABOT_ZERO(pthread_rwlock_rdlock(&shared->rwlock));
		shared->readers++;
		sabot_point(task, "reads");
		sabot_assert(task, !shared->inside, "%d writers inside", shared->inside);
		shared->readers--;
		SABOT_ZERO(pthread_rwlock_unlock(&shared->rwlock));
	}
}

static void write_twice(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int i;

	for (i = 0; i < 2; i++) {
		SABOT_ZERO(pthread_rwlock_wrlock(&shared->rwlock));
		shared->inside++;
		sabot_point(task, "writes");
		sabot_assert(task, shared->inside == 1 && !shared->readers,
			     "%d writers and %d readers inside", shared->inside, shared->readers);
		shared->inside--;
		SABOT_ZERO(pthread_rwlock_unlock(&shared->rwlock));
	}
}

static const struct sabot_role readers[] = { { "reader", 2, read_twice },
					     { "writer", 2, write_twice },
					     { 0 } };
static const struct sabot_scenario reading = SCENARIO(readers);

static void writers_exclude_all(void **state)
{
	unsigned slept = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		run(&reading, &plain, seed);
		run_assert_free();
		slept += run_count(EVENT_ASLEEP, OP_RWLOCK_RDLOCK, 0) +
			 run_count(EVENT_ASLEEP, OP_RWLOCK_WRLOCK, 0);
	}
	assert_true(slept > 0);
	assert_true(run_killed(&reading, &plain, 1, "reader#0", 2, PLAN_AT_POINT));
	assert_true(run_is_stuck);
	assert_int_equal(control->objects[0].held[0], 1);
}

static void arrive(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int i;

	for (i = 0; i < 4; i++) {
		shared->arrived[i]++;
		if (pthread_barrier_wait(&shared->barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			shared->serial++;
		sabot_assert(task, shared->arrived[i] == 3, "%d arrived", shared->arrived[i]);
	}
}

static const struct sabot_role arrivers[] = { { "task", 3, arrive }, { 0 } };
static const struct sabot_scenario arriving = SCENARIO(arrivers);

static void a_barrier_opens_for_all(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		run(&arriving, &plain, seed);
		assert_int_equal(((struct shared *)control->shared)->serial, 4);
		assert_int_equal(run_count(EVENT_ASLEEP, OP_BARRIER_WAIT, 0), 8);
	}
}

static void spin(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int i;

	for (i = 0; i < 2; i++) {
		SABOT_ZERO(pthread_spin_lock(&shared->spin));
		sabot_assert(task, ++shared->inside == 1, "%d inside", shared->inside);
		sabot_point(task, "inside");
		shared->inside--;
		SABOT_ZERO(pthread_spin_unlock(&shared->spin));
	}
}

static const struct sabot_role spinners[] = { { "task", 3, spin }, { 0 } };
static const struct sabot_scenario spinning = SCENARIO(spinners);

static void spinning_on_the_dead_is_seen_at_once(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++)
		run(&spinning, &plain, seed);
	assert_true(run_killed(&spinning, &plain, 1, "task#0", 2, PLAN_AT_POINT));
	assert_true(run_is_stuck);
	assert_int_equal(control->tasks[1].state, TASK_SPINNING);
	assert_int_equal(control->tasks[2].state, TASK_SPINNING);
	assert_true(control->steps < 20);
}

/* ---- Calls that no interceptor knows -------------------------------------------------------- */

static void await(uint32_t *word)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == 0)
		(void)sys_futex_wait(word, 0, NULL);
}

static void tell(uint32_t *word)
{
	__atomic_store_n(word, 1, __ATOMIC_RELEASE);
	(void)sys_futex_wake(word, 1);
}

static void pass_on(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	await(&shared->words[0]);
	tell(&shared->words[1]);
	await(&shared->words[2]);
}

static void answer(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	await(&shared->words[1]);
	tell(&shared->words[2]);
}

static void begin(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	sabot_point(task, "begins");
	tell(&shared->words[0]);
	sabot_point(task, "has begun");
	sabot_point(task, "goes on");
}

static const struct sabot_role strangers[] = {
	{ "first", 1, pass_on }, { "second", 1, answer }, { "third", 1, begin }, { 0 }
};
static const struct sabot_scenario unknown = SCENARIO(strangers);

/* When the first sleeps again it has just woken the second: seen before anybody else goes on. */
static unsigned count_seen_at_once(void)
{
	unsigned found = 0;
	uint32_t i;

	for (i = 0; i + 1 < trace_count(); i++) {
		const struct event *event = &control->events[i];

		if (event->kind == EVENT_ASLEEP && event->task == 0 && event[1].task == 1 &&
		    event[1].kind == EVENT_WOKEN)
			found++;
	}
	return found;
}

static void who_is_woken_in_the_rest_of_a_call_is_seen(void **state)
{
	unsigned woken = 0, seen = 0;
	uint64_t seed;

	(void)state;
	if (!control->gated)
		skip(); /* they would run on at once, turn or no turn */
	for (seed = 1; seed <= SEEDS; seed++) {
		uint32_t i;

		run(&unknown, &plain, seed);
		for (i = 0; i < trace_count(); i++)
			woken += control->events[i].kind == EVENT_WOKEN &&
				 control->events[i].task == 1;
		seen += count_seen_at_once();
	}
	assert_true(woken > 0);
	assert_int_equal(seen, woken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mutex_excludes),
		cmocka_unit_test(a_robust_mutex_survives_its_owner_wherever_that_dies),
		cmocka_unit_test(a_plain_mutex_stays_with_its_dead_owner),
		cmocka_unit_test(whoever_is_woken_and_killed_takes_the_wake_up_along),
		cmocka_unit_test(an_owner_that_is_lifted_over_the_gate_waits_for_its_turn),
		cmocka_unit_test(a_broadcast_reaches_all),
		cmocka_unit_test(writers_exclude_all),
		cmocka_unit_test(a_barrier_opens_for_all),
		cmocka_unit_test(spinning_on_the_dead_is_seen_at_once),
		cmocka_unit_test(who_is_woken_in_the_rest_of_a_call_is_seen),
	};

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
