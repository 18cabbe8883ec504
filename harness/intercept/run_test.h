/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of interceptors share: a scenario of a test's own, run with real processes under a
 * seeded schedule. Included by one file a test program.
 */
#ifndef SABOT_INTERCEPT_RUN_TEST_H
#define SABOT_INTERCEPT_RUN_TEST_H

#include "core/fault.h"
#include "core/trace.h"
#include "exec/audit.h"	    /* tidy-allow layers: the engine that runs the processes */
#include "exec/execution.h" /* tidy-allow layers: the engine that runs the processes */
#include "intercept/place_test.h"
#include "search/strategies.h" /* tidy-allow layers: the engine that runs the processes */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Of the last run: nobody could go on. */
static bool run_is_stuck;

static inline void run_stuck(void)
{
	run_is_stuck = true;
	control->over = true;
}

/* After the last run nobody holds anything, as far as we have noted. */
static inline void run_assert_free(void)
{
	uint32_t i, j;

	for (i = 0; i < control->object_count; i++) {
		assert_int_equal(control->objects[i].owner, -1);
		for (j = 0; j < control->task_count; j++)
			assert_int_equal(control->objects[i].held[j], 0);
	}
	assert_int_equal(control->asleep, 0);
	assert_int_equal(control->woken, 0);
	assert_int_equal(control->timed, 0);
}

/* Nothing is left, and whoever was not struck ended well. */
static inline void run_ended(void)
{
	uint32_t i;

	audit_judge();
	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (!task->injured && (task->state == TASK_DEAD || task->status != 0))
			control_find(KIND_CRASH, (int)i, "crash", "%s ended with %d", task->name,
				     task->status);
	}
}

/* The trace of the first of two runs. */
static struct event run_kept[4096];
static uint32_t run_kept_count;

static inline void run_keep(void)
{
	run_kept_count = trace_count();
	assert_true(run_kept_count <= sizeof(run_kept) / sizeof(run_kept[0]));
	memcpy(run_kept, control->events, run_kept_count * sizeof(run_kept[0]));
}

static inline void run_show(const char *what, const struct event *events, uint32_t i, uint32_t end)
{
	char text[256];

	for (; i < end; i++)
		print_error("%s %s\n", what, trace_line(&events[i], text, sizeof(text)));
}

/* The trace is the one that was kept; else shows where they part. */
static inline void run_compare(uint64_t seed)
{
	const struct event *events = control->events;
	uint32_t same = 0, count = trace_count();

	while (same < count && same < run_kept_count && events[same].hash == run_kept[same].hash)
		same++;
	if (same == count && same == run_kept_count)
		return;
	run_show("both  ", events, same < 4 ? 0 : same - 4, same);
	run_show("first ", run_kept, same, run_kept_count < same + 4 ? run_kept_count : same + 4);
	run_show("second", events, same, count < same + 4 ? count : same + 4);
	fail_msg("seed %llu: the second run left another trace", (unsigned long long)seed);
}

/*
 * Runs it twice, without a finding: the same seed gives the same trace. Without the gate, chance
 * decides which of several woken tasks is the first to try again inside libc.
 */
static inline void run_with(const struct sabot_scenario *scenario, const void *variant,
			    uint64_t seed, const struct plan_fault *fault)
{
	const struct sabot_case scase = { .name = "case", .variant = variant };
	struct execution execution = { .scenario = scenario,
				       .scase = &scase,
				       .strategy = &strategy_random,
				       .seed = seed,
				       .faults = fault,
				       .fault_count = fault ? 1 : 0,
				       .stuck = run_stuck,
				       .ended = run_ended };

	run_is_stuck = false;
	assert_int_equal(execution_run(&execution), 0);
	run_keep();
	assert_int_equal(execution_run(&execution), 0);
	assert_string_equal(control->finding.message, "");
	if (control->gated)
		run_compare(seed);
}

static inline void run(const struct sabot_scenario *scenario, const void *variant, uint64_t seed)
{
	run_with(scenario, variant, seed, NULL);
	assert_false(run_is_stuck);
}

/* Returns whether the victim was killed. */
static inline bool run_killed(const struct sabot_scenario *scenario, const void *variant,
			      uint64_t seed, const char *victim, uint32_t op, enum plan_where where)
{
	struct plan_fault fault = { .kind = PLAN_KILL, .op = op, .where = where };

	snprintf(fault.victim, sizeof(fault.victim), "%s", victim);
	run_with(scenario, variant, seed, &fault);
	return control->shots[0].state == SHOT_CONFIRMED;
}

/* How often, in the last run, such an event came with that error. */
static inline unsigned run_count(enum event_kind kind, enum op op, int error)
{
	unsigned found = 0;
	uint32_t i;

	for (i = 0; i < trace_count(); i++)
		if (control->events[i].kind == kind && control->events[i].op == op &&
		    control->events[i].error == error)
			found++;
	return found;
}

#endif
