/* SPDX-License-Identifier: Apache-2.0 */
#include "check/expect.h"

#include "check/scene_test.h"
#include "memory/unmapped.h"
#include "memory/window.h"

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

/* A task that has crashed on what lies at this offset of the mapping "log". */
static struct task *crash_in_log(const char *name, int signo, uint64_t offset)
{
	uintptr_t at = window_place(7, 0, 8192, false);
	struct task *task = scene_task(name);

	window_call(7, "log");
	task->faulted = true;
	task->fault_address = at + offset;
	die(task, signo);
	return task;
}

static void unmap_as(struct task *task, uint64_t offset, size_t size)
{
	struct unmapped what = { .how = "munmap", .key = 7, .offset = offset, .name = "log" };

	task_self = task;
	unmapped_note(window_place(7, 0, 8192, false) + offset, size, &what);
	task_self = NULL;
}

static void cut_as(struct task *task, uint64_t length)
{
	task_self = task;
	unmapped_cut(7, length, "ftruncate", 0);
	task_self = NULL;
}

static void who_took_the_memory_away_is_told(void **state)
{
	struct task *other = scene_task("a#0");

	(void)state;
	cut_as(other, 100); /* the page of it stays */
	crash_in_log("b#0", SIGBUS, 4096)->fault_writes = true;
	expect_finding(KIND_UNMAPPED, 1,
		       "b#0 writes log+0x1000, which a#0 had taken away by ftruncate");
	assert_string_equal(control->finding.oracle, "use after unmap");
}

static void what_was_not_cut_off_is_a_crash(void **state)
{
	struct task *other = scene_task("a#0");

	(void)state;
	cut_as(other, 4097);
	crash_in_log("b#0", SIGBUS, 4096);
	expect_finding(KIND_CRASH, 1, "b#0 died of SIGBUS at its start");
}

static void a_process_unmaps_for_its_threads(void **state)
{
	struct task *first = scene_task("a#0");
	struct task *thread = crash_in_log("a#0/1", SIGSEGV, 8191);

	(void)state;
	thread->process = 0;
	thread->parent = 0;
	unmap_as(first, 4096, 4096);
	expect_finding(KIND_UNMAPPED, 1,
		       "a#0/1 reads log+0x1fff, which a#0 had taken away by munmap");
}

static void a_process_unmaps_for_nobody_else(void **state)
{
	struct task *other = scene_task("a#0");

	(void)state;
	unmap_as(other, 0, 8192);
	crash_in_log("b#0", SIGSEGV, 0);
	expect_finding(KIND_CRASH, 1, "b#0 died of SIGSEGV at its start");
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
		SCENE(who_took_the_memory_away_is_told),
		SCENE(what_was_not_cut_off_is_a_crash),
		SCENE(a_process_unmaps_for_its_threads),
		SCENE(a_process_unmaps_for_nobody_else),
	};

	return cmocka_run_group_tests(tests, scene_open, NULL);
}
