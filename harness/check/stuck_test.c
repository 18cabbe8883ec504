/* SPDX-License-Identifier: Apache-2.0 */
#include "check/stuck.h"

#include "check/explain.h"
#include "check/graph.h"
#include "check/scene_test.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>

static void expect_finding(enum kind kind, const char *oracle, const char *message)
{
	stuck_judge();
	assert_string_equal(control->finding.message, message);
	assert_int_equal(control->finding.kind, kind);
	assert_string_equal(control->finding.oracle, oracle);
	assert_non_null(graph_last());
	assert_true(control->over);
}

/* A semaphore that the kernel does not have: only the log knows. */
static int sysv(uint64_t number)
{
	return object_find(FAMILY_SYSV_SEM, (uint64_t)INT32_MAX, number);
}

static int mutex_at(size_t offset, int lock, int owner)
{
	pthread_mutex_t *mutex = scene_at(offset);

	mutex->__data.__lock = lock;
	mutex->__data.__owner = owner;
	return scene_shared(FAMILY_MUTEX, offset);
}

static void take(struct task *task, int object)
{
	scene_do(task, OP_SEMOP, object, -1);
	object_take(object, task, 1, false);
}

static void give(struct task *task, int object)
{
	scene_do(task, OP_SEMOP, object, 1);
	object_take(object, task, -1, false);
}

static void a_cycle_is_a_deadlock(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	take(a, sysv(0));
	take(b, sysv(1));
	scene_sleep(a, OP_SEMOP, sysv(1), -1);
	scene_sleep(b, OP_SEMOP, sysv(0), -1);
	expect_finding(KIND_DEADLOCK, "deadlock",
		       "a#0 waits for SysV semaphore#1, held by b#0, which waits for SysV "
		       "semaphore#0, held by a#0");
	assert_int_equal(control->finding.task, 0);
	assert_int_equal(graph_last()->named, 3);
}

static void a_long_cycle_is_told_in_short(void **state)
{
	char name[16];
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "a#%d", i);
		take(scene_task(name), sysv((uint64_t)i));
	}
	for (i = 0; i < 5; i++)
		scene_sleep(&control->tasks[i], OP_SEMOP, sysv((uint64_t)(i + 1) % 5), -1);
	expect_finding(KIND_DEADLOCK, "deadlock",
		       "5 tasks wait for one another: a#0 -> a#1 -> a#2 -> a#3 -> a#4 -> a#0");
}

static void what_one_holds_itself_is_a_self_deadlock(void **state)
{
	struct task *a = scene_task("a#0");
	int mutex = mutex_at(0, 2, 77);

	(void)state;
	a->tid = 77;
	scene_sleep(a, OP_MUTEX_LOCK, mutex, 0);
	expect_finding(KIND_SELF_DEADLOCK, "self-deadlock",
		       "a#0 waits for mutex#0 (shared+0x0), which it holds itself");
}

static void what_a_dead_task_held_is_orphaned(void **state)
{
	struct task *holder = scene_task("holder#0"), *waiter = scene_task("waiter#0");

	(void)state;
	take(holder, sysv(0));
	scene_kill(holder, PLAN_AT_POINT);
	scene_sleep(waiter, OP_SEMOP, sysv(0), -1);
	expect_finding(
		KIND_ORPHANED, "orphaned owner",
		"waiter#0 waits for SysV semaphore#0, which holder#0 held when it was killed");
	assert_int_equal(control->finding.task, 1);
	assert_int_equal(graph_last()->named, 3);
}

static void what_an_ended_task_held_is_orphaned(void **state)
{
	struct task *holder = scene_task("holder#0"), *waiter = scene_task("waiter#0");
	int mutex = mutex_at(0, 2, 1);

	(void)state;
	holder->tid = 1;
	scene_end(holder, 0);
	scene_sleep(waiter, OP_MUTEX_LOCK, mutex, 0);
	expect_finding(
		KIND_ORPHANED, "orphaned owner",
		"waiter#0 waits for mutex#0 (shared+0x0), which holder#0 held when it ended");
}

static void what_went_to_the_dead_is_orphaned(void **state)
{
	struct task *dead = scene_task("a#0"), *waiter = scene_task("b#0");

	(void)state;
	scene_sleep(dead, OP_SEMOP, sysv(0), -1);
	scene_sleep(waiter, OP_SEMOP, sysv(0), -1);
	scene_wake(dead);
	scene_kill(dead, PLAN_WOKEN);
	expect_finding(
		KIND_ORPHANED, "orphaned owner",
		"b#0 waits for SysV semaphore#0, which a#0 had been given when it was killed");
}

static void a_killed_sleeper_was_given_nothing(void **state)
{
	struct task *dead = scene_task("a#0"), *waiter = scene_task("b#0");

	(void)state;
	scene_sleep(dead, OP_SEMOP, sysv(0), -1);
	scene_kill(dead, PLAN_ASLEEP);
	scene_sleep(waiter, OP_SEMOP, sysv(0), -1);
	expect_finding(KIND_STUCK, "deadlock",
		       "b#0 waits for SysV semaphore#0, and nobody is left to end that "
		       "(killed: a#0)");
}

/* A consumer took what others gave: it does not hold it, and does not wait for itself. */
static void a_signal_has_no_holder(void **state)
{
	struct task *consumer = scene_task("a#0"), *producer = scene_task("b#0");

	(void)state;
	give(producer, sysv(0));
	take(consumer, sysv(0));
	scene_end(producer, 0);
	scene_sleep(consumer, OP_SEMOP, sysv(0), -1);
	expect_finding(KIND_STUCK, "deadlock",
		       "a#0 waits for SysV semaphore#0, and nobody is left to end that");
}

static void a_dead_producer_orphans_its_consumer(void **state)
{
	struct task *consumer = scene_task("a#0"), *producer = scene_task("b#0");

	(void)state;
	give(producer, sysv(0));
	take(consumer, sysv(0));
	scene_kill(producer, PLAN_AT_POINT);
	scene_sleep(consumer, OP_SEMOP, sysv(0), -1);
	expect_finding(KIND_ORPHANED, "orphaned owner",
		       "a#0 waits for SysV semaphore#0, which b#0 posted before it was killed");
}

/* Three slots of a buffer, all taken by one who waits for a fourth: no lock, so no self-deadlock.
 */
static void slots_are_not_held(void **state)
{
	struct task *producer = scene_task("a#0");

	(void)state;
	take(producer, sysv(0));
	take(producer, sysv(0));
	take(producer, sysv(0));
	scene_sleep(producer, OP_SEMOP, sysv(0), -1);
	expect_finding(KIND_STUCK, "deadlock",
		       "a#0 waits for SysV semaphore#0, and nobody is left to end that");
}

/* What the kernel says counts: the announced semaphore is open, the wait is for a later one. */
static void an_array_waits_for_its_closed_semaphore(void **state)
{
	struct task *a = scene_task("a#0");
	int id = semget(IPC_PRIVATE, 1, 0600);

	(void)state;
	assert_true(id >= 0);
	assert_int_equal(semctl(id, 0, SETVAL, 1), 0);
	scene_sleep(a, OP_SEMOP, object_find(FAMILY_SYSV_SEM, (uint64_t)id, 0), -1);
	stuck_judge();
	assert_int_equal(semctl(id, 0, IPC_RMID), 0);
	assert_int_equal(control->finding.kind, KIND_LOST_WAKEUP);
	assert_string_equal(control->finding.message,
			    "a#0 sleeps on SysV semaphore#0, which is free");
}

static void a_free_mutex_with_a_sleeper_is_a_lost_wakeup(void **state)
{
	struct task *dead = scene_task("a#0"), *waiter = scene_task("b#0");
	int mutex = mutex_at(0, 0, 0);

	(void)state;
	scene_sleep(dead, OP_MUTEX_LOCK, mutex, 0);
	scene_sleep(waiter, OP_MUTEX_LOCK, mutex, 0);
	scene_wake(dead);
	scene_kill(dead, PLAN_WOKEN);
	expect_finding(
		KIND_LOST_WAKEUP, "lost wake-up",
		"b#0 sleeps on mutex#0 (shared+0x0), which is free: a#0 was woken for it and "
		"killed");
}

static void a_posted_semaphore_with_a_sleeper_is_a_lost_wakeup(void **state)
{
	struct task *waiter = scene_task("b#0");

	(void)state;
	*(uint32_t *)scene_at(32) = 1;
	scene_sleep(waiter, OP_SEM_WAIT, scene_shared(FAMILY_POSIX_SEM, 32), -1);
	expect_finding(KIND_LOST_WAKEUP, "lost wake-up",
		       "b#0 sleeps on POSIX semaphore#0 (shared+0x20), which is free");
}

static void wait_on(struct task *task, int condition)
{
	scene_sleep(task, OP_COND_WAIT, condition, 0);
}

static void a_signal_before_the_wait_is_lost(void **state)
{
	struct task *waiter = scene_task("a#0"), *other = scene_task("b#0");
	int condition = scene_shared(FAMILY_COND, 128);

	(void)state;
	scene_do(other, OP_COND_SIGNAL, condition, 0);
	wait_on(waiter, condition);
	scene_end(other, 0);
	expect_finding(KIND_LOST_WAKEUP, "lost wake-up",
		       "a#0 waits for condition variable#0 (shared+0x80), which b#0 signalled "
		       "before, when nobody waited");
	assert_int_equal(graph_last()->named, 3);
}

static void a_signal_that_reached_somebody_is_not(void **state)
{
	struct task *waiter = scene_task("a#0"), *other = scene_task("b#0");
	int condition = scene_shared(FAMILY_COND, 128);

	(void)state;
	wait_on(waiter, condition);
	scene_do(other, OP_COND_SIGNAL, condition, 0);
	scene_wake(waiter);
	scene_return(waiter, 0, 0);
	wait_on(waiter, condition);
	scene_end(other, 0);
	expect_finding(
		KIND_STUCK, "deadlock",
		"a#0 waits for condition variable#0 (shared+0x80), and nobody is left to end that");
}

/* Whoever would have signalled again may be the one who was killed. */
static void an_old_lost_signal_is_not_to_blame_for_a_death(void **state)
{
	struct task *waiter = scene_task("a#0"), *other = scene_task("b#0");
	int condition = scene_shared(FAMILY_COND, 128);

	(void)state;
	scene_do(other, OP_COND_SIGNAL, condition, 0);
	scene_do(waiter, OP_MUTEX_LOCK, scene_shared(FAMILY_MUTEX, 0), 0);
	wait_on(waiter, condition);
	scene_kill(other, PLAN_AT_POINT);
	expect_finding(KIND_STUCK, "deadlock",
		       "a#0 waits for condition variable#0 (shared+0x80), and nobody is left "
		       "to end that (killed: b#0)");
}

static void a_signal_to_the_dead_is_lost(void **state)
{
	struct task *dead = scene_task("a#0"), *waiter = scene_task("a#1"),
		    *other = scene_task("b#0");
	int condition = scene_shared(FAMILY_COND, 128);

	(void)state;
	wait_on(dead, condition);
	wait_on(waiter, condition);
	scene_do(other, OP_COND_SIGNAL, condition, 0);
	scene_wake(dead);
	scene_kill(dead, PLAN_WOKEN);
	scene_end(other, 0);
	expect_finding(
		KIND_LOST_WAKEUP, "lost wake-up",
		"a#1 waits for condition variable#0 (shared+0x80), whose signal went to a#0, "
		"killed before it ran");
}

static void a_nested_wait_is_a_deadlock(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");
	int outer = mutex_at(0, 2, 1);

	(void)state;
	a->tid = 1;
	wait_on(a, scene_shared(FAMILY_COND, 128));
	scene_sleep(b, OP_MUTEX_LOCK, outer, 0);
	expect_finding(
		KIND_DEADLOCK, "deadlock",
		"a#0 waits for condition variable#0 (shared+0x80), which is up to b#0, which "
		"waits for mutex#0 (shared+0x0), held by a#0");
}

static void spinning_on_the_dead_is_a_livelock(void **state)
{
	struct task *dead = scene_task("a#0"), *spinner = scene_task("b#0");
	int lock = scene_shared(FAMILY_SPIN, 0);

	(void)state;
	object_own(lock, dead);
	scene_kill(dead, PLAN_AT_POINT);
	scene_spin(spinner, lock);
	expect_finding(KIND_LIVELOCK, "livelock",
		       "b#0 spins on spinlock#0 (shared+0x0), which a#0 held when it was killed");
}

static void spinning_on_nobody_is_a_livelock(void **state)
{
	(void)state;
	scene_spin(scene_task("b#0"), -1);
	expect_finding(KIND_LIVELOCK, "livelock",
		       "b#0 spins on a change of memory, and nobody is left to end that");
}

static void two_spinlocks_crosswise_are_a_deadlock(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");
	int first = scene_shared(FAMILY_SPIN, 0), second = scene_shared(FAMILY_SPIN, 4);

	(void)state;
	object_own(first, a);
	object_own(second, b);
	scene_spin(a, second);
	scene_spin(b, first);
	expect_finding(
		KIND_DEADLOCK, "deadlock",
		"a#0 spins on spinlock#1 (shared+0x4), held by b#0, which spins on spinlock#0 "
		"(shared+0x0), held by a#0");
}

static void a_crash_comes_before_what_it_left(void **state)
{
	struct task *holder = scene_task("holder#0"), *waiter = scene_task("waiter#0");

	(void)state;
	take(holder, sysv(0));
	holder->state = TASK_DEAD;
	holder->status = SIGSEGV;
	scene_sleep(waiter, OP_SEMOP, sysv(0), -1);
	expect_finding(KIND_CRASH, "crash", "holder#0 died of SIGSEGV after semop");
}

static void nobody_at_all_is_stuck_too(void **state)
{
	(void)state;
	stuck_judge();
	assert_int_equal(control->finding.kind, KIND_STUCK);
	assert_int_equal(control->finding.task, -1);
	assert_string_equal(control->finding.message, "nobody can run");
	assert_null(graph_last());
}

static void the_graph_is_that_of_its_finding_only(void **state)
{
	struct task *a = scene_task("a#0");
	char *text;

	(void)state;
	scene_sleep(a, OP_SEMOP, sysv(0), -1);
	stuck_judge();
	assert_non_null(graph_last());
	scene_clear(NULL);
	assert_null(graph_last());
	a = scene_task("a#0");
	control_find(KIND_EXIT, 0, "exit", "another");
	assert_null(graph_last());
	text = graph_last_text();
	assert_string_equal(text, "");
	free(text);
}

/* 64 tasks, long names: the message is cut, not overrun. */
static void many_tasks_fit(void **state)
{
	char name[PLAN_TASK_MAX];
	int i;

	(void)state;
	for (i = 0; i < TASKS_MAX; i++) {
		snprintf(name, sizeof(name), "a-rather-long-role-name#%u", (unsigned char)i);
		take(scene_task(name), sysv((uint64_t)i));
	}
	for (i = 0; i < TASKS_MAX; i++)
		scene_sleep(&control->tasks[i], OP_SEMOP, sysv((uint64_t)(i + 1) % TASKS_MAX), -1);
	stuck_judge();
	assert_int_equal(control->finding.kind, KIND_DEADLOCK);
	assert_int_equal(graph_last()->cycle_length, TASKS_MAX);
	assert_int_equal(
		strncmp(control->finding.message, "64 tasks wait for one another: a-r", 34), 0);
}

#define SCENE(test) cmocka_unit_test_setup(test, scene_clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_cycle_is_a_deadlock),
		SCENE(a_long_cycle_is_told_in_short),
		SCENE(what_one_holds_itself_is_a_self_deadlock),
		SCENE(what_a_dead_task_held_is_orphaned),
		SCENE(what_an_ended_task_held_is_orphaned),
		SCENE(what_went_to_the_dead_is_orphaned),
		SCENE(a_killed_sleeper_was_given_nothing),
		SCENE(a_signal_has_no_holder),
		SCENE(a_dead_producer_orphans_its_consumer),
		SCENE(slots_are_not_held),
		SCENE(an_array_waits_for_its_closed_semaphore),
		SCENE(a_free_mutex_with_a_sleeper_is_a_lost_wakeup),
		SCENE(a_posted_semaphore_with_a_sleeper_is_a_lost_wakeup),
		SCENE(a_signal_before_the_wait_is_lost),
		SCENE(a_signal_that_reached_somebody_is_not),
		SCENE(an_old_lost_signal_is_not_to_blame_for_a_death),
		SCENE(a_signal_to_the_dead_is_lost),
		SCENE(a_nested_wait_is_a_deadlock),
		SCENE(spinning_on_the_dead_is_a_livelock),
		SCENE(spinning_on_nobody_is_a_livelock),
		SCENE(two_spinlocks_crosswise_are_a_deadlock),
		SCENE(a_crash_comes_before_what_it_left),
		SCENE(nobody_at_all_is_stuck_too),
		SCENE(the_graph_is_that_of_its_finding_only),
		SCENE(many_tasks_fit),
	};

	return cmocka_run_group_tests(tests, scene_open, NULL);
}
