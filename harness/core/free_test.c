/* SPDX-License-Identifier: Apache-2.0 */
#include "core/free.h"

#include "core/object.h"
#include "core/trace.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PROCESSES = 4, KEYS = 300, ROUNDS = 2000 };

static int begin(void **state)
{
	(void)state;
	if (!control && control_create(-1) != 0)
		return -1;
	control_reset(control, false);
	control->task_count = PROCESSES;
	free_begin(true);
	return 0;
}

/* Runs it as task 0, 1, ... in a process each, at the same time. */
static void run_all(void (*body)(int number))
{
	int status, i;

	for (i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			task_self = &control->tasks[i];
			while (!__atomic_load_n(&control->free.arrived, __ATOMIC_SEQ_CST))
				continue;
			body(i);
			task_self = NULL; /* its end is nobody's */
			_exit(0);
		}
	__atomic_store_n(&control->free.arrived, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < PROCESSES; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
}

/* Each goes through the keys in an order of its own. */
static void find_all(int number)
{
	static const unsigned steps[PROCESSES] = { 1, 7, 11, 13 }; /* none divides the keys */
	unsigned i, key = 0;

	for (i = 0; i < KEYS; i++, key = (key + steps[number]) % KEYS)
		(void)object_find(FAMILY_MUTEX, key, 0);
}

static void objects_are_added_once(void **state)
{
	unsigned key;

	(void)state;
	run_all(find_all);
	assert_int_equal(control->object_count, KEYS);
	for (key = 0; key < KEYS; key++) {
		int object = object_seek(FAMILY_MUTEX, key, 0);

		assert_true(object >= 0);
		assert_int_equal(control->objects[object].key[0], key);
	}
}

static void note_and_forget(int number)
{
	unsigned i;

	for (i = 0; i < ROUNDS; i++) {
		if (!control_made(FAMILY_SYSV_SEM, number, NULL))
			_exit(1);
		control_unmade(FAMILY_SYSV_SEM, number, NULL);
	}
	(void)control_made(FAMILY_SYSV_SHM, number, NULL);
}

static void notes_are_kept(void **state)
{
	int seen[PROCESSES] = { 0 };
	uint32_t i;

	(void)state;
	run_all(note_and_forget);
	assert_true(control->made_count <= PROCESSES * 2);
	for (i = 0; i < control->made_count; i++) {
		assert_true(control->made[i].family != FAMILY_SYSV_SEM);
		if (control->made[i].family == FAMILY_SYSV_SHM)
			seen[control->made[i].id]++;
	}
	for (i = 0; i < PROCESSES; i++)
		assert_int_equal(seen[i], 1);
}

static void write_events(int number)
{
	unsigned i;

	(void)number;
	for (i = 0; i < ROUNDS; i++)
		trace_event(EVENT_MARK, task_self, (int64_t)i);
}

static void no_event_is_lost(void **state)
{
	int64_t next[PROCESSES] = { 0 };
	uint32_t i;

	(void)state;
	run_all(write_events);
	assert_int_equal(trace_count(), PROCESSES * ROUNDS);
	for (i = 0; i < trace_count(); i++) {
		const struct event *event = &control->events[i];

		assert_true(event->task < PROCESSES);
		assert_int_equal(event->value, next[event->task]);
		next[event->task]++;
	}
}

static void a_death_does_not_keep_the_lock(void **state)
{
	int status;

	(void)state;
	if (fork() == 0) {
		task_self = &control->tasks[2];
		(void)free_lock();
		(void)kill(getpid(), SIGKILL);
	}
	assert_true(wait(&status) > 0);
	assert_int_equal(control->free.lock, 3);
	free_break_lock(1);
	assert_int_equal(control->free.lock, 3);
	free_break_lock(2);
	free_unlock(free_lock());
	assert_int_equal(control->free.lock, 0);
}

static void all_have_left_when_each_has(void **state)
{
	(void)state;
	assert_false(free_all_left(0));
	assert_false(free_all_left(task_bit(0) | task_bit(2)));
	assert_false(free_all_left(task_bit(1)));
	assert_true(free_all_left(task_bit(3)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(objects_are_added_once, begin),
		cmocka_unit_test_setup(notes_are_kept, begin),
		cmocka_unit_test_setup(no_event_is_lost, begin),
		cmocka_unit_test_setup(a_death_does_not_keep_the_lock, begin),
		cmocka_unit_test_setup(all_have_left_when_each_has, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
