/* SPDX-License-Identifier: Apache-2.0 */
#include "check/lock_order.h"

#include "check/explain.h"
#include "check/scene_test.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/file.h>

/* Objects by number; sizes do not overlap. */
static int mutex(size_t number)
{
	return scene_shared(FAMILY_MUTEX, number * 64);
}

static int rwlock(size_t number)
{
	return scene_shared(FAMILY_RWLOCK, 1024 + number * 64);
}

static int semaphore(size_t number, unsigned value)
{
	*(uint32_t *)scene_at(2048 + number * 64) = value;
	return scene_shared(FAMILY_POSIX_SEM, 2048 + number * 64);
}

static void lock(struct task *task, int object)
{
	scene_do(task, OP_MUTEX_LOCK, object, 0);
}

static void unlock(struct task *task, int object)
{
	scene_do(task, OP_MUTEX_UNLOCK, object, 0);
}

/* Takes both as their families do, and gives them back. */
static void nest(struct task *task, enum op take, int outer, int inner, enum op give)
{
	int64_t amount = take == OP_SEM_WAIT ? -1 : 0;

	scene_do(task, take, outer, amount);
	scene_do(task, take, inner, amount);
	scene_do(task, give, inner, -amount);
	scene_do(task, give, outer, -amount);
}

static void nest_mutexes(struct task *task, size_t outer, size_t inner)
{
	int first = mutex(outer); /* so it has the lower number */

	nest(task, OP_MUTEX_LOCK, first, mutex(inner), OP_MUTEX_UNLOCK);
}

static void range(struct task *task, enum op op, int object, int type, uint64_t start)
{
	task->op++;
	task->call = (struct call){ .op = op, .object = object, .amount = type };
	task->call.detail[0] = start;
	task->call.detail[1] = 8;
	trace_arrival(task);
	scene_return(task, 0, 0);
}

static void expect_nothing(void)
{
	lock_order_judge();
	assert_string_equal(control->finding.message, "");
	assert_int_equal(control->finding.kind, KIND_NONE);
	assert_int_equal(lock_order_hash(), 0);
}

static void expect_finding(const char *message)
{
	lock_order_judge();
	assert_string_equal(control->finding.message, message);
	assert_int_equal(control->finding.kind, KIND_POTENTIAL);
	assert_string_equal(control->finding.oracle, "potential deadlock");
	assert_true(lock_order_hash() != 0);
}

static void two_orders_are_found(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");
	char *text;

	(void)state;
	nest_mutexes(a, 0, 1);
	nest_mutexes(b, 1, 0);
	expect_finding("a#0 asks for mutex#1 (shared+0x40) while it has mutex#0 (shared+0x0), "
		       "b#0 asks for mutex#0 (shared+0x0) while it has mutex#1 (shared+0x40)");
	assert_int_equal(control->finding.task, 0);
	text = lock_order_text();
	assert_string_equal(text,
			    "a#0 has mutex#0 (shared+0x0) and asks for mutex#1 (shared+0x40)\n"
			    "b#0 has mutex#1 (shared+0x40) and asks for mutex#0 (shared+0x0)\n");
	free(text);
}

static void a_circle_of_three_is_found(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0"), *c = scene_task("c#0");

	(void)state;
	nest_mutexes(a, 0, 1);
	nest_mutexes(b, 1, 2);
	nest_mutexes(c, 2, 0);
	expect_finding("a#0 asks for mutex#1 (shared+0x40) while it has mutex#0 (shared+0x0), "
		       "b#0 asks for mutex#2 (shared+0x80) while it has mutex#1 (shared+0x40), "
		       "c#0 asks for mutex#0 (shared+0x0) while it has mutex#2 (shared+0x80)");
}

static void one_order_is_good(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	nest_mutexes(a, 0, 1);
	nest_mutexes(b, 0, 1);
	lock(a, mutex(1));
	unlock(a, mutex(1));
	lock(a, mutex(0));
	unlock(a, mutex(0));
	expect_nothing();
}

static void one_task_does_not_meet_itself(void **state)
{
	struct task *a = scene_task("a#0");

	(void)state;
	scene_task("b#0");
	nest_mutexes(a, 0, 1);
	nest_mutexes(a, 1, 0);
	expect_nothing();
}

static void a_lock_around_both_orders_guards_them(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	lock(a, mutex(2));
	nest_mutexes(a, 0, 1);
	unlock(a, mutex(2));
	lock(b, mutex(2));
	nest_mutexes(b, 1, 0);
	unlock(b, mutex(2));
	expect_nothing();
}

static void a_semaphore_guards_if_it_lets_in_too_few(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");
	int room = semaphore(0, *(unsigned *)*state);

	scene_do(a, OP_SEM_WAIT, room, -1);
	nest_mutexes(a, 0, 1);
	scene_do(a, OP_SEM_POST, room, 1);
	scene_do(b, OP_SEM_WAIT, room, -1);
	nest_mutexes(b, 1, 0);
	scene_do(b, OP_SEM_POST, room, 1);
	lock_order_judge();
	assert_int_equal(control->finding.kind,
			 *(unsigned *)*state == 1 ? KIND_NONE : KIND_POTENTIAL);
}

static void what_is_only_tried_does_not_wait(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	nest_mutexes(a, 0, 1);
	lock(b, mutex(1));
	scene_do(b, OP_MUTEX_TRYLOCK, mutex(0), 0);
	unlock(b, mutex(0));
	scene_do(b, OP_MUTEX_TIMEDLOCK, mutex(0), 0);
	unlock(b, mutex(0));
	unlock(b, mutex(1));
	expect_nothing();
}

static void what_was_tried_is_held_all_the_same(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	nest_mutexes(a, 0, 1);
	scene_do(b, OP_MUTEX_TRYLOCK, mutex(1), 0);
	lock(b, mutex(0));
	lock_order_judge();
	assert_int_equal(control->finding.kind, KIND_POTENTIAL);
}

static void who_failed_to_lock_has_nothing(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	nest_mutexes(a, 0, 1);
	scene_call(b, OP_MUTEX_TRYLOCK, mutex(1), 0);
	scene_return(b, 0, EBUSY);
	lock(b, mutex(0));
	expect_nothing();
}

static void who_is_told_of_a_death_has_the_lock(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	nest_mutexes(a, 0, 1);
	scene_call(b, OP_MUTEX_LOCK, mutex(1), 0);
	scene_return(b, 0, EOWNERDEAD);
	lock(b, mutex(0));
	lock_order_judge();
	assert_int_equal(control->finding.kind, KIND_POTENTIAL);
}

static void spawn(struct task *parent, struct task *child)
{
	child->parent = (int8_t)task_number(parent);
	trace_event(EVENT_SPAWN, parent, task_number(child));
}

static void who_is_forked_comes_after(void **state)
{
	struct task *a = scene_task("a#0"), *child = scene_task("a#0/1");

	(void)state;
	nest_mutexes(a, 0, 1);
	spawn(a, child);
	nest_mutexes(child, 1, 0);
	expect_nothing();
}

static void who_forked_goes_on_beside(void **state)
{
	struct task *a = scene_task("a#0"), *child = scene_task("a#0/1");

	(void)state;
	nest_mutexes(a, 0, 1);
	spawn(a, child);
	nest_mutexes(child, 1, 0);
	nest_mutexes(a, 0, 1);
	lock_order_judge();
	assert_int_equal(control->finding.kind, KIND_POTENTIAL);
}

static void who_was_joined_came_before(void **state)
{
	struct task *a = scene_task("a#0"), *child = scene_task("a#0/1");
	int thread = object_find(FAMILY_THREAD, 1, 0);

	(void)state;
	spawn(a, child);
	nest_mutexes(child, 1, 0);
	scene_end(child, 0);
	scene_do(a, OP_THREAD_JOIN, thread, 0);
	nest_mutexes(a, 0, 1);
	expect_nothing();
}

static void readers_share(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	nest(a, OP_RWLOCK_RDLOCK, rwlock(0), rwlock(1), OP_RWLOCK_UNLOCK);
	nest(b, OP_RWLOCK_RDLOCK, rwlock(1), rwlock(0), OP_RWLOCK_UNLOCK);
	expect_nothing();
}

static void writers_do_not(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	nest(a, OP_RWLOCK_RDLOCK, rwlock(0), rwlock(1), OP_RWLOCK_UNLOCK);
	nest(b, OP_RWLOCK_WRLOCK, rwlock(1), rwlock(0), OP_RWLOCK_UNLOCK);
	lock_order_judge();
	assert_int_equal(control->finding.kind, KIND_POTENTIAL);
}

static void semaphores_may_be_locks(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	nest(a, OP_SEM_WAIT, semaphore(0, 1), semaphore(1, 1), OP_SEM_POST);
	nest(b, OP_SEM_WAIT, semaphore(1, 1), semaphore(0, 1), OP_SEM_POST);
	lock_order_judge();
	assert_int_equal(control->finding.kind, KIND_POTENTIAL);
}

static void semaphores_that_others_post_are_none(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	nest(a, OP_SEM_WAIT, semaphore(0, 1), semaphore(1, 1), OP_SEM_POST);
	nest(b, OP_SEM_WAIT, semaphore(1, 1), semaphore(0, 1), OP_SEM_POST);
	scene_do(b, OP_SEM_POST, semaphore(0, 1), 1);
	expect_nothing();
}

static void ranges(int object, enum op op)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	range(a, op, object, F_WRLCK, 0);
	range(a, op, object, F_WRLCK, 8);
	range(b, op, object, F_WRLCK, 8);
	range(b, op, object, F_WRLCK, 0);
}

static void ranges_of_descriptions_are_found(void **state)
{
	(void)state;
	ranges(object_find(FAMILY_OFD_LOCK, 5, 1), OP_OFD_SETLKW);
	expect_finding("a#0 asks for OFD lock#0 bytes 8-15 while it has OFD lock#0 bytes 0-7, "
		       "b#0 asks for OFD lock#0 bytes 0-7 while it has OFD lock#0 bytes 8-15");
}

static void ranges_of_processes_are_the_kernels_to_refuse(void **state)
{
	(void)state;
	ranges(object_find(FAMILY_RECORD_LOCK, 5, 1), OP_SETLKW);
	expect_nothing();
}

static void what_is_closed_is_not_held(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");
	int locks = object_find(FAMILY_FLOCK, 5, 1), file = object_find(FAMILY_FILE, 5, 1);

	(void)state;
	scene_do(a, OP_FLOCK, locks, LOCK_EX);
	lock(a, mutex(0));
	lock(b, mutex(0));
	scene_do(b, OP_FLOCK, locks, LOCK_EX);
	scene_do(b, OP_CLOSE, file, 3);
	lock_order_judge();
	assert_int_equal(control->finding.kind, KIND_POTENTIAL);

	scene_clear(state);
	a = scene_task("a#0");
	b = scene_task("b#0");
	locks = object_find(FAMILY_FLOCK, 5, 1);
	file = object_find(FAMILY_FILE, 5, 1);
	scene_do(a, OP_FLOCK, locks, LOCK_EX);
	scene_do(a, OP_CLOSE, file, 3);
	lock(a, mutex(0));
	lock(b, mutex(0));
	scene_do(b, OP_FLOCK, locks, LOCK_EX);
	expect_nothing();
}

static void what_is_made_anew_is_another(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	nest_mutexes(a, 0, 1);
	scene_do(a, OP_MUTEX_DESTROY, mutex(0), 0);
	scene_do(b, OP_MUTEX_INIT, mutex(0), 0);
	nest_mutexes(b, 1, 0);
	expect_nothing();
}

static void a_wait_asks_for_its_mutex_again(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");
	int cond = scene_shared(FAMILY_COND, 3072);

	(void)state;
	lock(a, mutex(0));
	lock(a, mutex(1));
	a->call = (struct call){ .op = OP_COND_WAIT, .object = cond };
	a->call.detail[0] = (uint64_t)mutex(0) + 1;
	trace_arrival(a);
	scene_return(a, 0, 0);
	nest_mutexes(b, 0, 1);
	expect_finding("a#0 asks for mutex#0 (shared+0x0) while it has mutex#1 (shared+0x40), "
		       "b#0 asks for mutex#1 (shared+0x40) while it has mutex#0 (shared+0x0)");
}

static void who_names_another_oracle_is_left_alone(void **state)
{
	static const struct sabot_case other = { .name = "twin", .caught_by = "deadlock" };
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	control->scase = &other;
	nest_mutexes(a, 0, 1);
	nest_mutexes(b, 1, 0);
	expect_nothing();
}

int main(void)
{
	static unsigned one = 1, two = 2;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(two_orders_are_found, scene_clear),
		cmocka_unit_test_setup(a_circle_of_three_is_found, scene_clear),
		cmocka_unit_test_setup(one_order_is_good, scene_clear),
		cmocka_unit_test_setup(one_task_does_not_meet_itself, scene_clear),
		cmocka_unit_test_setup(a_lock_around_both_orders_guards_them, scene_clear),
		cmocka_unit_test_prestate_setup_teardown(a_semaphore_guards_if_it_lets_in_too_few,
							 scene_clear, NULL, &one),
		cmocka_unit_test_prestate_setup_teardown(a_semaphore_guards_if_it_lets_in_too_few,
							 scene_clear, NULL, &two),
		cmocka_unit_test_setup(what_is_only_tried_does_not_wait, scene_clear),
		cmocka_unit_test_setup(what_was_tried_is_held_all_the_same, scene_clear),
		cmocka_unit_test_setup(who_failed_to_lock_has_nothing, scene_clear),
		cmocka_unit_test_setup(who_is_told_of_a_death_has_the_lock, scene_clear),
		cmocka_unit_test_setup(who_is_forked_comes_after, scene_clear),
		cmocka_unit_test_setup(who_forked_goes_on_beside, scene_clear),
		cmocka_unit_test_setup(who_was_joined_came_before, scene_clear),
		cmocka_unit_test_setup(readers_share, scene_clear),
		cmocka_unit_test_setup(writers_do_not, scene_clear),
		cmocka_unit_test_setup(semaphores_may_be_locks, scene_clear),
		cmocka_unit_test_setup(semaphores_that_others_post_are_none, scene_clear),
		cmocka_unit_test_setup(ranges_of_descriptions_are_found, scene_clear),
		cmocka_unit_test_setup(ranges_of_processes_are_the_kernels_to_refuse, scene_clear),
		cmocka_unit_test_setup(what_is_closed_is_not_held, scene_clear),
		cmocka_unit_test_setup(what_is_made_anew_is_another, scene_clear),
		cmocka_unit_test_setup(a_wait_asks_for_its_mutex_again, scene_clear),
		cmocka_unit_test_setup(who_names_another_oracle_is_left_alone, scene_clear),
	};

	return cmocka_run_group_tests(tests, scene_open, NULL);
}
