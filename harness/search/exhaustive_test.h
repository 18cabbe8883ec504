/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of the exhaustive search share: programs as tables of operations, run by real tasks
 * under all schedules, with reduction and without; and what came of them.
 */
#ifndef SABOT_SEARCH_EXHAUSTIVE_TEST_H
#define SABOT_SEARCH_EXHAUSTIVE_TEST_H

#include "check/invariant.h" /* tidy-allow layers: the oracles that judge a run */
#include "intercept/run_test.h"
#include "memory/access.h"
#include "search/exhaustive_tree.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/sem.h>

enum { TASKS = 3, OPS = 10, VARIABLES = 4, STATES_MAX = 4096, ROUNDS_MAX = 200000 };

/* What a task of a program does, one after the other. */
enum what {
	END,
	POINT,	  /* a named point, with nothing behind it */
	STORE,	  /* value to variable */
	LOAD,	  /* variable to what it has seen */
	ADD,	  /* value to variable, at once */
	EXCHANGE, /* compare what was seen last, store value */
	RAISE,	  /* from value to value + 1, if it is that */
	WAIT,	  /* for the POSIX semaphore */
	POST,
	TRY_WAIT,
	LOCK, /* the mutex */
	UNLOCK,
	TRY_LOCK,
	TAKE, /* the System V semaphore */
	GIVE,
	TAKE_UNTIL, /* or until a time */
	SPIN_UNTIL, /* loads, until the variable has the value */
	YIELD_UNTIL,
	POLL_UNTIL, /* loads with the mutex, until the variable has the value */
	SPIN_TIMES, /* as SPIN_UNTIL, at most so often */
	MARK,
	SLEEP,
	BUG_IF, /* the variable has the value */
	WHAT_COUNT,
};

struct instruction {
	uint8_t what, variable, value;
};

struct program {
	bool plain; /* its accesses are no points */
	struct instruction tasks[TASKS][OPS];
};

struct shared {
	struct program program;
	int set;
	uint64_t variables[VARIABLES];
	sem_t semaphores[VARIABLES];
	pthread_mutex_t mutexes[VARIABLES];
	uint64_t seen[TASKS]; /* of each task, all that it has seen */
	uint64_t bug;
};

static const struct program *program_now;
static const struct sabot_invariant *invariants_now;

static uint64_t access_variable(const struct shared *shared, enum op op, uint64_t *at)
{
	if (!shared->program.plain)
		access_point(op, at, sizeof(*at), __builtin_return_address(0));
	return *(volatile uint64_t *)at;
}

static uint64_t load(struct shared *shared, unsigned variable)
{
	return access_variable(shared, OP_ATOMIC_LOAD, &shared->variables[variable]);
}

static void store(struct shared *shared, uint64_t *at, uint64_t value)
{
	(void)access_variable(shared, OP_ATOMIC_STORE, at);
	*(volatile uint64_t *)at = value;
}

static void add(struct shared *shared, uint64_t *at, uint64_t value)
{
	uint64_t before = access_variable(shared, OP_ATOMIC_UPDATE, at);

	*(volatile uint64_t *)at = before * 3 + value;
	access_changed();
}

static void exchange(struct shared *shared, uint64_t *at, uint64_t expected, uint64_t value)
{
	if (access_variable(shared, OP_ATOMIC_UPDATE, at) != expected)
		return;
	*(volatile uint64_t *)at = value;
	access_changed();
}

static void system_v(const struct shared *shared, struct instruction from, short change)
{
	struct sembuf one = { from.variable, change, 0 };

	SABOT_OK(semop(shared->set, &one, 1));
}

static uint64_t take_until(const struct shared *shared, struct instruction from)
{
	struct sembuf one = { from.variable, -1, 0 };
	struct timespec second = { 1, 0 };

	return semtimedop(shared->set, &one, 1, &second) == 0;
}

static void poll_until(struct shared *shared, struct instruction from)
{
	bool met = false;

	while (!met) {
		pthread_mutex_lock(&shared->mutexes[from.variable]);
		met = load(shared, from.variable) == from.value;
		pthread_mutex_unlock(&shared->mutexes[from.variable]);
	}
}

static void spin(struct shared *shared, struct instruction from, unsigned times)
{
	while (times-- && load(shared, from.variable) != from.value)
		continue;
}

static void yield_until(struct shared *shared, struct instruction from)
{
	while (load(shared, from.variable) != from.value)
		sched_yield();
}

/* Returns what it has seen. */
static uint64_t call(struct shared *shared, struct instruction from)
{
	sem_t *semaphore = &shared->semaphores[from.variable];
	pthread_mutex_t *mutex = &shared->mutexes[from.variable];

	switch ((enum what)from.what) {
	case WAIT:
		return (uint64_t)sem_wait(semaphore);
	case POST:
		return (uint64_t)sem_post(semaphore);
	case TRY_WAIT:
		return sem_trywait(semaphore) == 0;
	case LOCK:
		return (uint64_t)pthread_mutex_lock(mutex);
	case UNLOCK:
		return (uint64_t)pthread_mutex_unlock(mutex);
	case TRY_LOCK:
		if (pthread_mutex_trylock(mutex) != 0)
			return 1;
		return 2 + (uint64_t)pthread_mutex_unlock(mutex);
	case TAKE:
		system_v(shared, from, -1);
		return 0;
	case GIVE:
		system_v(shared, from, 1);
		return 0;
	case TAKE_UNTIL:
		return take_until(shared, from);
	default:
		return 0;
	}
}

static uint64_t execute(struct sabot_task *task, struct shared *shared, struct instruction from,
			uint64_t seen)
{
	uint64_t *at = &shared->variables[from.variable];

	switch ((enum what)from.what) {
	case POINT:
		sabot_point(task, "here");
		return 0;
	case STORE:
		store(shared, at, from.value);
		return 0;
	case LOAD:
		return load(shared, from.variable) + 1;
	case ADD:
		add(shared, at, from.value);
		return 0;
	case EXCHANGE:
		exchange(shared, at, seen ? seen - 1 : 0, from.value);
		return 0;
	case SPIN_UNTIL:
		spin(shared, from, UINT32_MAX);
		return 0;
	case SPIN_TIMES:
		spin(shared, from, 6);
		return load(shared, from.variable) == from.value;
	case YIELD_UNTIL:
		yield_until(shared, from);
		return 0;
	case POLL_UNTIL:
		poll_until(shared, from);
		return 0;
	case RAISE:
		exchange(shared, at, from.value, from.value + 1);
		return 0;
	case MARK:
		sabot_mark(task, from.value);
		return 0;
	case SLEEP:
		usleep(from.value); /* tidy-allow calls: a virtual sleep is what is explored */
		return 0;
	case BUG_IF:
		if (load(shared, from.variable) == from.value)
			store(shared, &shared->bug, 1);
		return 0;
	default:
		return call(shared, from);
	}
}

static void run_program(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	unsigned index = sabot_index(task), i;
	uint64_t seen = 0, all = 0;

	for (i = 0; i < OPS && shared->program.tasks[index][i].what; i++) {
		seen = execute(task, shared, shared->program.tasks[index][i], seen);
		all = all * 31 + seen;
	}
	if (all)
		store(shared, &shared->seen[index], all);
}

static void setup_program(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	pthread_mutexattr_t attributes;
	unsigned i;

	shared->program = *program_now;
	shared->set = SABOT_OK(semget(IPC_PRIVATE, VARIABLES, 0600));
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	for (i = 0; i < VARIABLES; i++) {
		pthread_mutex_init(&shared->mutexes[i], &attributes);
		sem_init(&shared->semaphores[i], 1, 0);
	}
}

/* ---- What came of it ----------------------------------------------------------------------- */

struct result {
	uint64_t schedules, executions;
	const char *gap; /* why they are not all, or NULL */
	bool astray;
	unsigned bugs; /* executions that came to one */
	unsigned findings;
	uint64_t states[STATES_MAX]; /* at the end, each once, sorted */
	unsigned state_count;
};

static uint64_t state_at_end(void)
{
	const struct shared *shared = control->shared;
	uint64_t hash = random_join(run_is_stuck, (uint64_t)control->finding.kind);
	unsigned i;

	for (i = 0; i < VARIABLES; i++)
		hash = random_join(hash, shared->variables[i]);
	for (i = 0; i < TASKS; i++)
		hash = random_join(hash, shared->seen[i]);
	return random_join(hash, shared->bug);
}

static void add_state(struct result *result, uint64_t state)
{
	unsigned at = 0, i;

	while (at < result->state_count && result->states[at] < state)
		at++;
	if (at < result->state_count && result->states[at] == state)
		return;
	assert_true(result->state_count < STATES_MAX);
	for (i = result->state_count++; i > at; i--)
		result->states[i] = result->states[i - 1];
	result->states[at] = state;
}

static void note_end(struct result *result)
{
	const struct shared *shared = control->shared;

	add_state(result, state_at_end());
	result->bugs += shared->bug != 0;
}

/* What a random program leaves behind, as a lock that is held, does not matter. */
static void judge_end(void)
{
	invariant_judge(control, SABOT_AT_END);
}

static void explore_scenario(const struct sabot_scenario *scenario,
			     const struct exhaustive_options *options, struct result *result)
{
	static const struct sabot_case scase = { .name = "case" };
	struct execution execution = { .scenario = scenario,
				       .scase = &scase,
				       .strategy = &strategy_exhaustive,
				       .pool = true,
				       .brief = true,
				       .judge = invariant_judge,
				       .stuck = run_stuck,
				       .ended = judge_end };
	struct exhaustive *search = exhaustive_create(options);

	assert_non_null(search);
	memset(result, 0, sizeof(*result));
	while (!result->astray && result->executions < ROUNDS_MAX && exhaustive_prepare(search)) {
		enum exhaustive_lesson lesson;

		run_is_stuck = false;
		assert_int_equal(execution_run(&execution), 0);
		result->executions++;
		result->findings += control->finding.kind != KIND_NONE;
		if (control->finding.kind == KIND_BROKEN || control->finding.kind == KIND_LIVELOCK)
			fail_msg("%s", control->finding.message);
		lesson = exhaustive_learn(search);
		if (lesson == EXHAUSTIVE_WHOLE)
			note_end(result);
		result->astray = lesson == EXHAUSTIVE_ASTRAY;
	}
	result->schedules = exhaustive_schedules(search);
	result->gap = exhaustive_gap(search);
	exhaustive_free(search);
}

static void explore_program(const struct program *program, const struct exhaustive_options *options,
			    struct result *result)
{
	struct sabot_role roles[] = { { "task", 0, run_program }, { 0 } };
	/* Another program is another scenario, of which nothing is kept. */
	const struct sabot_scenario scenario = { .name = "program",
						 .group = "test",
						 .shared_size = sizeof(struct shared),
						 .setup = setup_program,
						 .roles = roles,
						 .invariants = invariants_now,
						 .limit_steps = 1500,
						 .keeps_no_state = true };

	while (roles[0].count < TASKS && program->tasks[roles[0].count][0].what)
		roles[0].count++;
	program_now = program;
	execution_end_pool();
	explore_scenario(&scenario, options, result);
	assert_false(result->astray);
}

#endif
