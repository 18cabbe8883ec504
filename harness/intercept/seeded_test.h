/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of processes, signals and time share: a scenario of the test's own under many seeds,
 * and struck at each place that it comes to. Each run is done twice and must leave the same trace,
 * with real-time priorities and without. Included by one file a test program.
 */
#ifndef SABOT_INTERCEPT_SEEDED_TEST_H
#define SABOT_INTERCEPT_SEEDED_TEST_H

#include "check/expect.h"    /* tidy-allow layers: the oracles that judge a run */
#include "check/invariant.h" /* tidy-allow layers: the oracles that judge a run */
#include "check/stuck.h"     /* tidy-allow layers: the oracles that judge a run */
#include "core/fault.h"
#include "core/trace.h"
#include "exec/execution.h" /* tidy-allow layers: the engine that runs the processes */
#include "intercept/place_test.h"
#include "search/strategies.h" /* tidy-allow layers: the engine that runs the processes */

#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PLACES_MAX = 512 };

static const struct sabot_case seeded_case = { .name = "case" };

/* Of the last seeded() or seeded_sweep(). */
static struct {
	unsigned runs, fired, kinds[KIND_COUNT];
	unsigned errors[OP_COUNT][ETIMEDOUT + 1]; /* how often each call ended with each */
} seen;

/* A handler runs when its task has the turn, never beside another's step. */
static inline void seeded_check_turns(void)
{
	int running = -1;
	uint32_t i;

	for (i = 0; i < trace_count(); i++) {
		const struct event *event = &control->events[i];

		if (event->kind == EVENT_SWITCH)
			running = event->task;
		if (event->kind == EVENT_HANDLER)
			assert_int_equal(event->task, running);
	}
}

static inline void seeded_once(const struct sabot_scenario *scenario, uint64_t seed, bool pool,
			       const struct plan_fault *fault)
{
	struct execution execution = { .scenario = scenario,
				       .scase = &seeded_case,
				       .strategy = &strategy_random,
				       .seed = seed,
				       .pool = pool,
				       .faults = fault,
				       .fault_count = fault ? 1 : 0,
				       .judge = invariant_judge,
				       .stuck = stuck_judge,
				       .ended = expect_judge };

	assert_int_equal(execution_run(&execution), 0);
	assert_true(control_valid(control));
	seeded_check_turns();
}

/* Fails at the first step in which the last run differs from the one before it. */
static inline void seeded_compare(const struct sabot_scenario *scenario, uint64_t seed,
				  const struct event *before, uint32_t count)
{
	char line[256] = "nothing", other[256] = "nothing";
	uint32_t i = 0;

	while (i < count && i < trace_count() && before[i].hash == control->events[i].hash)
		i++;
	if (i == count && i == trace_count())
		return;
	if (i < count)
		trace_line(&before[i], line, sizeof(line));
	if (i < trace_count())
		trace_line(&control->events[i], other, sizeof(other));
	fail_msg("%s, seed %llu does not replay: step %u is \"%s\", was \"%s\"", scenario->name,
		 (unsigned long long)seed, i, other, line);
}

static inline void seeded_note(void)
{
	uint32_t i;

	seen.runs++;
	seen.kinds[control->finding.kind]++;
	seen.fired += control->shot_count && control->shots[0].state >= SHOT_FIRED;
	for (i = 0; i < trace_count(); i++)
		if (control->events[i].kind == EVENT_RETURN &&
		    control->events[i].error <= ETIMEDOUT)
			seen.errors[control->events[i].op][control->events[i].error]++;
}

static inline void seeded_twice(const struct sabot_scenario *scenario, uint64_t seed, bool pool,
				const struct plan_fault *fault)
{
	static struct event before[EVENTS_MAX];
	uint32_t count;

	seeded_once(scenario, seed, pool, fault);
	count = trace_count();
	memcpy(before, control->events, count * sizeof(before[0]));
	seeded_once(scenario, seed, pool, fault);
	seeded_compare(scenario, seed, before, count);
	seeded_note();
}

/* Every finding of these kinds fails the test; with a bit for each kind. */
static inline void seeded_judge(const struct sabot_scenario *scenario, uint64_t seed,
				unsigned tolerated)
{
	if (control->finding.kind != KIND_NONE && !(tolerated >> control->finding.kind & 1))
		fail_msg("%s, seed %llu: %s: %s", scenario->name, (unsigned long long)seed,
			 control->finding.oracle, control->finding.message);
}

static inline void seeded(const struct sabot_scenario *scenario, unsigned seeds, unsigned tolerated)
{
	uint64_t seed;

	memset(&seen, 0, sizeof(seen));
	for (seed = 1; seed <= seeds; seed++) {
		seeded_twice(scenario, seed, false, NULL);
		seeded_judge(scenario, seed, tolerated);
	}
}

/* The places that a run without a fault came to. */
static inline unsigned seeded_places(struct plan_fault *places)
{
	static const int8_t where[EVENT_KIND_COUNT] = { [EVENT_CALL] = PLAN_AT_POINT + 1,
							[EVENT_ASLEEP] = PLAN_ASLEEP + 1,
							[EVENT_WOKEN] = PLAN_WOKEN + 1 };
	unsigned count = 0;
	uint32_t i;

	for (i = 0; i < trace_count() && count < PLACES_MAX; i++) {
		const struct event *event = &control->events[i];

		if (!where[event->kind] || event->task >= TASKS_MAX)
			continue;
		memset(&places[count], 0, sizeof(places[count]));
		places[count].op = event->number;
		places[count].where = (enum plan_where)(where[event->kind] - 1);
		snprintf(places[count].victim, PLAN_TASK_MAX, "%s",
			 control->tasks[event->task].name);
		count++;
	}
	return count;
}

/* Strikes at each place of each seed, at once and two decisions later. */
static inline void seeded_sweep(const struct sabot_scenario *scenario, unsigned seeds,
				enum plan_fault_kind kind, int signo, unsigned tolerated)
{
	static struct plan_fault places[PLACES_MAX];
	unsigned count, i;
	uint64_t seed;

	memset(&seen, 0, sizeof(seen));
	for (seed = 1; seed <= seeds; seed++) {
		seeded_once(scenario, seed, false, NULL);
		count = seeded_places(places);
		for (i = 0; i < count * 2; i++) {
			struct plan_fault *fault = &places[i / 2];

			fault->kind = kind;
			fault->signo = signo;
			fault->after = i % 2 * 2;
			seeded_twice(scenario, seed, false, fault);
			seeded_judge(scenario, seed, tolerated);
		}
	}
	assert_true(seen.fired > seeds);
}

static inline void seeded_drop_gate(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	struct rlimit none = { 0 };

	(void)setrlimit(RLIMIT_RTPRIO, &none);
	if (syscall(SYS_capget, &header, data) != 0)
		return;
	data[0].effective &= ~(1u << CAP_SYS_NICE);
	data[0].permitted &= ~(1u << CAP_SYS_NICE);
	(void)syscall(SYS_capset, &header, data);
}

/* The tests in this process, and once more in a child that may not have real-time priorities. */
#define SEEDED_MAIN(tests)                                                                         \
	int main(void)                                                                             \
	{                                                                                          \
		int status = 1;                                                                    \
		pid_t child = fork();                                                              \
                                                                                                   \
		if (child < 0)                                                                     \
			return 1;                                                                  \
		if (child == 0)                                                                    \
			seeded_drop_gate();                                                        \
		else if (waitpid(child, &status, 0) != child || status != 0)                       \
			return 1;                                                                  \
		return cmocka_run_group_tests((tests), place_prepare, place_clean);                \
	}

#endif
