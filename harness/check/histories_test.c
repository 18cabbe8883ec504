/* SPDX-License-Identifier: Apache-2.0 */
#include "check/histories.h"

#include "check/scene_test.h"
#include "core/api.h"
#include "core/history.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { QUEUE, LOCK };

static const struct sabot_history rows[] = {
	[QUEUE] = { .name = "the queue is one", .specification = &sabot_fifo_queue },
	[LOCK] = { .name = "the lock is one", .specification = &sabot_lock },
	{ 0 },
};

static const struct sabot_scenario scenario = {
	.name = "scene",
	.group = "test",
	.roles = scene_roles,
	.histories = rows,
	.cases = scene_cases,
};

static int clear(void **state)
{
	int error = scene_clear(state);

	control->scenario = &scenario;
	return error;
}

static void begin(struct task *task, unsigned history, int what, int64_t argument)
{
	sabot_call(api_task_handle(task), history, what, argument);
}

static void end(struct task *task, int64_t result)
{
	assert_int_equal(sabot_return(api_task_handle(task), result), result);
}

static void does(struct task *task, unsigned history, int what, int64_t argument, int64_t result)
{
	begin(task, history, what, argument);
	end(task, result);
}

static void expect_finding(enum kind kind, const char *oracle, const char *message)
{
	histories_judge();
	assert_int_equal(control->finding.kind, kind);
	assert_string_equal(control->finding.oracle, oracle);
	assert_string_equal(control->finding.message, message);
}

static void each_object_is_judged_by_its_own_specification(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	does(a, QUEUE, SABOT_ENQUEUE, 1, 0);
	does(a, LOCK, SABOT_LOCK, 0, 0);
	does(b, QUEUE, SABOT_DEQUEUE, 0, 1);
	scene_end(a, 0);
	scene_end(b, 0);
	expect_finding(KIND_NONE, "", "");
	assert_int_equal(control->checks, 2);
}

static void the_finding_is_the_rows_and_brings_a_table(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");
	char *text;

	(void)state;
	does(a, QUEUE, SABOT_ENQUEUE, 1, 0);
	begin(a, LOCK, SABOT_LOCK, 0);
	does(b, LOCK, SABOT_LOCK, 0, 0);
	end(a, 0);
	scene_end(a, 0);
	scene_end(b, 0);
	expect_finding(KIND_INVARIANT, "the lock is one",
		       "2 operations have no order that a lock allows");
	text = histories_text();
	assert_string_equal(text, "of 2 operations, these 2 have no order that a lock allows:\n"
				  "  1  a#0  lock()  |-----------|\n"
				  "  2  b#0  lock()      |---|\n"
				  "possible in this order: 1; then not 2\n");
	free(text);
}

/* Who was killed with the lock has given it up since it died, and not before. */
static void a_death_is_told_at_its_time(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	does(a, LOCK, SABOT_LOCK, 0, 0);
	scene_kill(a, PLAN_AT_POINT);
	does(b, LOCK, SABOT_LOCK, 0, EOWNERDEAD);
	does(b, LOCK, SABOT_UNLOCK, 0, 0);
	scene_end(b, 0);
	expect_finding(KIND_NONE, "", "");
	scene_clear(NULL);
	control->scenario = &scenario;
	a = scene_task("a#0");
	b = scene_task("b#0");
	does(a, LOCK, SABOT_LOCK, 0, 0);
	does(b, LOCK, SABOT_LOCK, 0, EOWNERDEAD);
	scene_kill(a, PLAN_AT_POINT);
	scene_end(b, 0);
	expect_finding(KIND_INVARIANT, "the lock is one",
		       "3 operations have no order that a lock allows");
}

static void who_ends_within_an_operation_is_told(void **state)
{
	struct task *a = scene_task("a#0");

	(void)state;
	begin(a, QUEUE, SABOT_ENQUEUE, 5);
	scene_end(a, 0);
	expect_finding(KIND_BROKEN, "broken", "a#0 has ended without a return from enqueue(5)");
}

static void who_is_killed_within_one_leaves_it_pending(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	begin(a, QUEUE, SABOT_ENQUEUE, 5);
	scene_kill(a, PLAN_AT_POINT);
	does(b, QUEUE, SABOT_DEQUEUE, 0, 5);
	does(b, QUEUE, SABOT_DEQUEUE, 0, SABOT_EMPTY);
	scene_end(b, 0);
	expect_finding(KIND_NONE, "", "");
}

static void nothing_recorded_is_told_unless_somebody_was_struck(void **state)
{
	struct task *a = scene_task("a#0");

	(void)state;
	scene_end(a, 0);
	expect_finding(KIND_BROKEN, "broken",
		       "no operation was recorded in any of the scenario's histories");
	scene_clear(NULL);
	control->scenario = &scenario;
	scene_kill(scene_task("a#0"), PLAN_AT_POINT);
	control->shots[0].state = SHOT_CONFIRMED;
	expect_finding(KIND_NONE, "", "");
}

static void the_trace_tells_operations_in_words(void **state)
{
	struct task *a = scene_task("a#0");
	char text[200];

	(void)state;
	does(a, QUEUE, SABOT_DEQUEUE, 0, 7);
	assert_string_equal(trace_line(&control->events[0], text, sizeof(text)),
			    "a#0 0 operation:dequeue() begins 0");
	assert_string_equal(trace_line(&control->events[1], text, sizeof(text)),
			    "a#0 0 operation:dequeue() = 7 ends 7");
}

/* All that tells two operations apart is in the hash. */
static void the_hash_tells_operations_apart(void **state)
{
	static const struct {
		unsigned history;
		int what;
		int64_t argument, second, result;
	} all[] = { { QUEUE, SABOT_ENQUEUE, 1, 0, 0 }, { LOCK, SABOT_ENQUEUE, 1, 0, 0 },
		    { QUEUE, SABOT_DEQUEUE, 1, 0, 0 }, { QUEUE, SABOT_ENQUEUE, 2, 0, 0 },
		    { QUEUE, SABOT_ENQUEUE, 1, 2, 0 }, { QUEUE, SABOT_ENQUEUE, 1, 0, 1 } };
	uint64_t hashes[sizeof(all) / sizeof(all[0])];
	size_t i, j;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct task *task;

		clear(state);
		task = scene_task("a#0");
		sabot_call_pair(api_task_handle(task), all[i].history, all[i].what, all[i].argument,
				all[i].second);
		end(task, all[i].result);
		hashes[i] = control->trace_hash;
		for (j = 0; j < i; j++)
			assert_true(hashes[i] != hashes[j]);
	}
}

static void recording_is_cheap(void **state)
{
	enum { ROUNDS = 500, TIMES = 1000 };
	struct rusage before, after;
	double seconds;
	int i, j;

	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < ROUNDS; i++) {
		struct task *a;

		clear(state);
		a = scene_task("a#0");
		for (j = 0; j < TIMES; j++)
			does(a, QUEUE, SABOT_ENQUEUE, j, 0);
	}
	getrusage(RUSAGE_SELF, &after);
	seconds = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
		  (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6;
	print_message("  %.1f ns for a call and its return\n", seconds * 1e9 / (ROUNDS * TIMES));
	assert_int_equal(control->history.count, TIMES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_object_is_judged_by_its_own_specification, clear),
		cmocka_unit_test_setup(the_finding_is_the_rows_and_brings_a_table, clear),
		cmocka_unit_test_setup(a_death_is_told_at_its_time, clear),
		cmocka_unit_test_setup(who_ends_within_an_operation_is_told, clear),
		cmocka_unit_test_setup(who_is_killed_within_one_leaves_it_pending, clear),
		cmocka_unit_test_setup(nothing_recorded_is_told_unless_somebody_was_struck, clear),
		cmocka_unit_test_setup(the_trace_tells_operations_in_words, clear),
		cmocka_unit_test_setup(the_hash_tells_operations_apart, clear),
		cmocka_unit_test_setup(recording_is_cheap, clear),
	};

	return cmocka_run_group_tests(tests, scene_open, NULL);
}
