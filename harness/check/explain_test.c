/* SPDX-License-Identifier: Apache-2.0 */
#include "check/explain.h"

#include "check/scene_test.h"
#include "check/stuck.h"
#include "os/symbol.h"

#include <stdlib.h>

static void add_line(void *user, const struct record_step *step)
{
	if (step->number)
		fprintf(user, "%3u. %s\n", step->number, step->text);
	else
		fprintf(user, "     %s\n", step->text);
}

static char *story_text(void)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	explain_tell(add_line, file);
	assert_int_equal(fclose(file), 0);
	return text;
}

static void expect_story(const char *expected)
{
	char *text = story_text();

	assert_string_equal(text, expected);
	free(text);
}

static int semaphore(void)
{
	int object = object_find(FAMILY_SYSV_SEM, (uint64_t)INT32_MAX, 0);

	object_name(object, "number 0");
	return object;
}

static void point(struct task *task, const char *name)
{
	task->op++;
	task->call = (struct call){ .op = OP_POINT, .object = -1, .name = name };
	trace_arrival(task);
}

static void a_holder_dies_and_a_waiter_waits(void **state)
{
	struct task *holder = scene_task("holder#0"), *waiter = scene_task("waiter#0");

	(void)state;
	trace_event(EVENT_SWITCH, holder, -1);
	scene_do(holder, OP_SEMOP, semaphore(), -1);
	object_take(semaphore(), holder, 1, false);
	trace_event(EVENT_MARK, holder, 1);
	point(holder, "inside");
	scene_kill(holder, PLAN_AT_POINT);
	trace_event(EVENT_SWITCH, waiter, 0);
	scene_sleep(waiter, OP_SEMOP, semaphore(), -1);
	stuck_judge();
	expect_story("  1. holder#0 takes SysV semaphore#0 (number 0) by semop (mark 1)\n"
		     "  2. holder#0 is killed at the point \"inside\"\n"
		     "  3. waiter#0 sleeps in semop: it wants SysV semaphore#0 (number 0)\n"
		     "  4. orphaned owner: waiter#0 waits for SysV semaphore#0 (number 0), which "
		     "holder#0 held when it was killed\n");
}

static void steps_that_nobody_notices_are_left_out(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");
	int mutex = object_find(FAMILY_MUTEX, 1, 1);

	(void)state;
	point(a, "alone");
	scene_do(a, OP_SIGMASK, -1, 0);
	scene_do(a, OP_MUTEX_LOCK, mutex, 0);
	point(a, "left here");
	trace_event(EVENT_SWITCH, b, 0);
	scene_sleep(b, OP_MUTEX_LOCK, mutex, 0);
	scene_do(a, OP_MUTEX_UNLOCK, mutex, 0);
	scene_wake(b);
	trace_event(EVENT_SWITCH, b, 0);
	scene_return(b, 0, 0);
	scene_call(b, OP_MUTEX_TRYLOCK, mutex, 0);
	scene_return(b, 0, EBUSY);
	scene_end(b, 0);
	expect_story("  1. a#0 locks mutex#0 by pthread_mutex_lock\n"
		     "  2. a#0 comes to the point \"left here\"\n"
		     "  3. b#0 sleeps in pthread_mutex_lock: it wants mutex#0\n"
		     "  4. a#0 unlocks mutex#0 by pthread_mutex_unlock\n"
		     "  5. b#0 locks mutex#0 by pthread_mutex_lock\n"
		     "  6. b#0 gets EBUSY from pthread_mutex_trylock on mutex#0\n"
		     "  7. b#0 ends\n");
}

static void a_woken_task_is_told_when_others_run_first(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");
	int mutex = object_find(FAMILY_MUTEX, 1, 1);

	(void)state;
	scene_sleep(b, OP_MUTEX_LOCK, mutex, 0);
	scene_do(a, OP_MUTEX_UNLOCK, mutex, 0);
	scene_wake(b);
	scene_do(a, OP_MUTEX_LOCK, mutex, 0);
	scene_kill(b, PLAN_WOKEN);
	expect_story(
		"  1. b#0 sleeps in pthread_mutex_lock: it wants mutex#0\n"
		"  2. a#0 unlocks mutex#0 by pthread_mutex_unlock\n"
		"  3. b#0 is woken in pthread_mutex_lock, and does not run yet\n"
		"  4. a#0 locks mutex#0 by pthread_mutex_lock\n"
		"  5. b#0 is killed after it was woken in pthread_mutex_lock and before it ran\n");
}

static void repeats_are_counted(void **state)
{
	struct task *a = scene_task("a#0");
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		scene_do(a, OP_SEM_POST, object_find(FAMILY_POSIX_SEM, 1, 1), 1);
	scene_do(a, OP_SEMOP, semaphore(), -2);
	scene_do(a, OP_SEMOP, semaphore(), 2);
	scene_do(a, OP_SEMOP, semaphore(), 0);
	expect_story("  1. a#0 posts POSIX semaphore#0 by sem_post (3 times)\n"
		     "  2. a#0 takes 2 of SysV semaphore#0 (number 0) by semop\n"
		     "  3. a#0 adds 2 to SysV semaphore#0 (number 0) by semop\n"
		     "  4. a#0 finds SysV semaphore#0 (number 0) at zero by semop\n");
}

static void a_crash_and_an_invariant_are_told(void **state)
{
	struct task *a = scene_task("a#0");

	(void)state;
	scene_do(a, OP_MUTEX_LOCK, object_find(FAMILY_MUTEX, 1, 1), 0);
	a->state = TASK_DEAD;
	a->status = SIGSEGV;
	trace_event(EVENT_DEATH, a, SIGSEGV);
	control_find(KIND_INVARIANT, 0, "all is well", "left 1, right 2");
	expect_story("  1. a#0 locks mutex#0 by pthread_mutex_lock\n"
		     "  2. a#0 dies of SIGSEGV\n"
		     "  3. invariant broken: \"all is well\": left 1, right 2\n");
}

static void a_long_story_keeps_both_ends(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");
	int object = object_find(FAMILY_POSIX_SEM, 1, 1), lines = 0, i;
	char *text, *at;

	(void)state;
	for (i = 0; i < 500; i++)
		scene_do(i % 2 ? b : a, i % 2 ? OP_SEM_WAIT : OP_SEM_POST, object, 0);
	control_find(KIND_EXIT, 0, "exit", "the end");
	text = story_text();
	for (at = text; *at; at++)
		lines += *at == '\n';
	assert_int_equal(lines, 40 + 1 + 40 + 1);
	assert_non_null(strstr(text, "\n 40. b#0 takes POSIX semaphore#0 by sem_wait\n"
				     "     ... 420 steps of a#0 and b#0 ...\n"
				     "461. a#0 posts"));
	assert_non_null(strstr(text, "\n501. exit: the end\n"));
	free(text);
}

static void more_events_than_are_kept_are_owned_to(void **state)
{
	struct task *a = scene_task("a#0");
	char *text;
	int i;

	(void)state;
	for (i = 0; i < EVENTS_MAX + 7; i++)
		trace_event(EVENT_MARK, a, i);
	text = story_text();
	assert_non_null(strstr(text, "\n     ... 7 later events were not kept ...\n"));
	free(text);
}

struct listened {
	uint32_t count;
	struct record_step last[2];
	char places[2][64], files[2][128], tasks[2][PLAN_TASK_MAX], processes[2][PLAN_TASK_MAX];
};

static void listen(void *user, const struct record_step *step)
{
	struct listened *listened = user;
	uint32_t at = listened->count++;

	assert_true(at < 2);
	listened->last[at] = *step;
	snprintf(listened->places[at], sizeof(listened->places[at]), "%s", step->place);
	snprintf(listened->files[at], sizeof(listened->files[at]), "%s", step->file);
	snprintf(listened->tasks[at], sizeof(listened->tasks[at]), "%s", step->task);
	snprintf(listened->processes[at], sizeof(listened->processes[at]), "%s", step->process);
}

static void steps_know_who_and_where(void **state)
{
	struct task *a = scene_task("a#0"), *thread = scene_task("a#0/0");
	struct listened listened = { 0 };

	(void)state;
	thread->process = (int8_t)task_number(a);
	thread->op++;
	thread->call = (struct call){ .op = OP_SEM_POST, .object = semaphore() };
	thread->call.site = (uintptr_t)&expect_story + 1;
	trace_arrival(thread);
	scene_return(thread, 0, 0);
	control_find(KIND_ASSERTION, -1, "assertion", "is told of nobody");
	explain_tell(listen, &listened);
	assert_int_equal(listened.count, 2);
	assert_int_equal(listened.last[0].kind, RECORD_STEP);
	assert_int_equal(listened.last[0].number, 1);
	assert_string_equal(listened.tasks[0], "a#0/0");
	assert_string_equal(listened.processes[0], "a#0");
	if (symbol_has_lines()) {
		assert_non_null(strstr(listened.places[0], "explain_test.c:"));
		assert_non_null(strstr(listened.files[0], "/check/explain_test.c"));
		assert_true(listened.last[0].line > 1);
	} else {
		assert_string_equal(listened.places[0], "expect_story");
		assert_string_equal(listened.files[0], "");
	}
	assert_int_equal(listened.last[1].kind, RECORD_FINDING);
	assert_string_equal(listened.tasks[1], "");
	assert_string_equal(listened.processes[1], "");
	assert_string_equal(listened.places[1], "");
}

/* ---- Fingerprints -------------------------------------------------------------------------- */

static uint64_t print_of(const char *waits, enum op op, uintptr_t site, int padding)
{
	struct task *task;
	int i;

	scene_clear(NULL);
	for (i = 0; i < padding; i++)
		scene_do(scene_task("b#9"), OP_MUTEX_LOCK, -1, 0);
	task = scene_task(waits);
	scene_sleep(task, op, semaphore(), -1);
	task->call.site = site;
	stuck_judge();
	return explain_fingerprint();
}

static void fingerprints_know_the_bug_not_the_schedule(void **state)
{
	uintptr_t site = (uintptr_t)&expect_story + 4;
	uint64_t print = print_of("a#0", OP_SEMOP, site, 0);

	(void)state;
	assert_int_equal(print_of("a#1", OP_SEMOP, site, 3), print);
	assert_int_not_equal(print_of("a#0", OP_SEMTIMEDOP, site, 0), print);
	assert_int_not_equal(print_of("a#0", OP_SEMOP, site + 1, 0), print);
	control->finding.kind = KIND_LIVELOCK;
	assert_int_not_equal(explain_fingerprint(), print);
}

static uint64_t print_of_leak(const char *message)
{
	scene_clear(NULL);
	control_find(KIND_LEAK, -1, "leak", "%s", message);
	return explain_fingerprint();
}

static void what_names_no_task_is_known_by_its_words(void **state)
{
	uint64_t print = print_of_leak("SysV semaphore 17 is left behind");

	(void)state;
	assert_int_equal(print_of_leak("SysV semaphore 32785 is left behind"), print);
	assert_int_not_equal(print_of_leak("file \"x\" is left behind"), print);
}

#define SCENE(test) cmocka_unit_test_setup(test, scene_clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_holder_dies_and_a_waiter_waits),
		SCENE(steps_that_nobody_notices_are_left_out),
		SCENE(a_woken_task_is_told_when_others_run_first),
		SCENE(repeats_are_counted),
		SCENE(a_crash_and_an_invariant_are_told),
		SCENE(a_long_story_keeps_both_ends),
		SCENE(more_events_than_are_kept_are_owned_to),
		SCENE(steps_know_who_and_where),
		SCENE(fingerprints_know_the_bug_not_the_schedule),
		SCENE(what_names_no_task_is_known_by_its_words),
	};

	return cmocka_run_group_tests(tests, scene_open, NULL);
}
