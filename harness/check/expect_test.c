/* SPDX-License-Identifier: Apache-2.0 */
#include "check/expect.h"

#include "check/scene_test.h"

static void expect_finding(enum kind kind, int task, const char *message)
{
	expect_judge();
	assert_string_equal(control->finding.message, message);
	assert_int_equal(control->finding.kind, kind);
	assert_int_equal(control->finding.task, task);
}

static void die(struct task *task, int signo)
{
	task->state = TASK_DEAD;
	task->status = signo;
	trace_event(EVENT_DEATH, task, signo);
}

static void a_good_end_finds_nothing(void **state)
{
	(void)state;
	scene_end(scene_task("a#0"), 0);
	scene_kill(scene_task("b#0"), PLAN_AT_POINT);
	expect_finding(KIND_NONE, -1, "");
}

static void an_unexpected_signal_is_a_crash(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	scene_end(a, 0);
	scene_call(b, OP_SEMOP, -1, -1);
	die(b, SIGBUS);
	expect_finding(KIND_CRASH, 1, "b#0 died of SIGBUS in semop");
	assert_string_equal(control->finding.oracle, "crash");
}

static void another_signal_than_was_sent_is_a_crash(void **state)
{
	struct task *a = scene_task("a#0");

	(void)state;
	a->expected = task_bit(SIGTERM);
	die(a, SIGABRT);
	expect_finding(KIND_CRASH, 0, "a#0 died of SIGABRT at its start");
}

static void a_kill_strikes_all_threads(void **state)
{
	struct task *first = scene_task("a#0"), *thread = scene_task("a#0/1");

	(void)state;
	thread->process = 0;
	thread->parent = 0;
	scene_kill(thread, PLAN_AT_POINT);
	die(first, SIGKILL);
	expect_finding(KIND_NONE, -1, "");
}

static void of_a_crashed_process_the_thread_that_ran_is_named(void **state)
{
	struct task *first = scene_task("a#0"), *thread = scene_task("a#0/1");

	(void)state;
	thread->process = 0;
	thread->parent = 0;
	scene_do(thread, OP_MUTEX_LOCK, -1, 0);
	control->last_ran = 1;
	die(first, SIGSEGV);
	die(thread, SIGSEGV);
	expect_finding(KIND_CRASH, 1, "a#0/1 died of SIGSEGV after pthread_mutex_lock");
}

static void a_status_is_a_finding_unless_a_parent_was_told(void **state)
{
	struct task *child = scene_task("a#0/1");

	(void)state;
	child->reaped = true;
	scene_end(child, 7);
	expect_finding(KIND_NONE, -1, "");
	scene_end(scene_task("b#0"), 3);
	expect_finding(KIND_EXIT, 1, "b#0 ended with status 3");
}

static void an_ended_owner_leaks_its_lock(void **state)
{
	int spin = scene_shared(FAMILY_SPIN, 0), mutex = scene_shared(FAMILY_MUTEX, 64);
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	(void)spin;
	object_own(mutex, b);
	scene_end(a, 0);
	scene_end(b, 0);
	expect_finding(KIND_LEAK, 1, "b#0 ended while it held mutex#0 (shared+0x40)");
}

static void a_killed_owner_leaks_nothing(void **state)
{
	struct task *a = scene_task("a#0");

	(void)state;
	object_own(scene_shared(FAMILY_MUTEX, 64), a);
	scene_kill(a, PLAN_AT_POINT);
	expect_finding(KIND_NONE, -1, "");
}

static void fates_are_told_apart(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0"), *c = scene_task("b#1");
	char text[40];

	(void)state;
	scene_kill(a, PLAN_AT_POINT);
	die(b, SIGFPE);
	scene_end(c, 0);
	assert_string_equal(expect_fate(a, text, sizeof(text)), "was killed");
	assert_string_equal(expect_fate(b, text, sizeof(text)), "died of SIGFPE");
	assert_string_equal(expect_fate(c, text, sizeof(text)), "ended");
}

#define SCENE(test) cmocka_unit_test_setup(test, scene_clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_good_end_finds_nothing),
		SCENE(an_unexpected_signal_is_a_crash),
		SCENE(another_signal_than_was_sent_is_a_crash),
		SCENE(a_kill_strikes_all_threads),
		SCENE(of_a_crashed_process_the_thread_that_ran_is_named),
		SCENE(a_status_is_a_finding_unless_a_parent_was_told),
		SCENE(an_ended_owner_leaks_its_lock),
		SCENE(a_killed_owner_leaks_nothing),
		SCENE(fates_are_told_apart),
	};

	return cmocka_run_group_tests(tests, scene_open, NULL);
}
