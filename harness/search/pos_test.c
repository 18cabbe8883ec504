/* SPDX-License-Identifier: Apache-2.0 */
/* Partial order sampling, on tasks that stand at operations that a test makes up. */
#include "search/strategies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TRIES = 4000, STEPS = 4 };

static struct control *block;

static int set_up(void **state)
{
	(void)state;
	block = calloc(1, sizeof(*block));
	control = block;
	return block ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	control = NULL;
	free(block);
	return 0;
}

static void begin(uint64_t seed, uint32_t tasks)
{
	uint32_t i;

	memset(block, 0, sizeof(*block));
	block->task_count = tasks;
	for (i = 0; i < tasks; i++) {
		block->tasks[i].op = 1;
		block->tasks[i].call = (struct call){ .op = OP_STORE, .object = -1 };
	}
	random_seed_stream(&block->decider.random, seed, 0, 0, 0);
	strategy_pos.begin(&block->decider);
}

/* Each stands at its n-th store, to one variable for all, or one of its own. */
static void stand(uint32_t task, uint32_t n, bool same)
{
	block->tasks[task].op = n;
	block->tasks[task].call.detail[0] = same ? 0 : task * 8u;
	block->tasks[task].call.detail[1] = 8;
}

static int choose(uint64_t ready, bool yields)
{
	struct choice choice = { .current = yields ? 0 : -1, .ready = ready, .yields = yields };

	choice.standard = __builtin_ctzll(ready);
	return strategy_pos.next(&block->decider, &choice);
}

static void a_choice_is_one_that_can_run(void **state)
{
	uint64_t seed, ready;

	(void)state;
	for (seed = 0; seed < TRIES; seed++) {
		begin(seed, 4);
		for (ready = 1; ready < 16; ready++)
			assert_true(ready >> choose(ready, false) & 1);
	}
}

static void who_yields_lets_others_run(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < TRIES; seed++) {
		begin(seed, 3);
		assert_int_not_equal(choose(7, true), 0);
		assert_int_equal(choose(1, true), 0);
	}
}

static void nobody_can_run_but_by_time(void **state)
{
	struct choice choice = { .current = -1, .timed = 6, .standard = 2 };

	(void)state;
	begin(1, 3);
	assert_int_equal(strategy_pos.next(&block->decider, &choice), 2);
}

/* Two tasks of four steps: the order in which they were chosen, as bits. */
static unsigned run_two(uint64_t seed, bool same)
{
	uint32_t done[2] = { 0 };
	unsigned order = 1;

	begin(seed, 2);
	while (done[0] < STEPS || done[1] < STEPS) {
		uint64_t ready = (done[0] < STEPS) | (uint64_t)(done[1] < STEPS) << 1;
		int next;

		stand(0, done[0] + 1, same);
		stand(1, done[1] + 1, same);
		next = choose(ready, false);
		done[next]++;
		order = order << 1 | (unsigned)next;
	}
	return order;
}

/* All 70 of two times four steps. */
static void every_order_of_what_conflicts_comes(void **state)
{
	static unsigned seen[1 << (2 * STEPS + 1)];
	unsigned i, orders = 0;
	uint64_t seed;

	(void)state;
	memset(seen, 0, sizeof(seen));
	for (seed = 0; seed < TRIES; seed++)
		seen[run_two(seed, true)]++;
	for (i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		orders += seen[i] > 0;
	assert_int_equal(orders, 70);
}

/*
 * A priority stays until its operation is done or conflicts: who has a low one waits however often
 * another goes on. That it is the lowest of 31 happens in 1 of 31 tries; a walk that flips a coin
 * lets somebody wait for 30 choices in 1 of 2^30.
 */
static void a_low_priority_stays(void **state)
{
	unsigned last = 0;
	uint64_t seed;
	uint32_t n;

	(void)state;
	for (seed = 0; seed < TRIES; seed++) {
		begin(seed, 2);
		stand(0, 1, false);
		for (n = 1; n <= 30; n++) {
			stand(1, n, false);
			if (choose(3, false) == 0)
				break;
		}
		last += n > 30;
	}
	assert_in_range(last, TRIES / 31 / 2, TRIES / 31 * 2);
}

static void the_same_seed_chooses_alike(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 100; seed++)
		assert_int_equal(run_two(seed, seed % 2), run_two(seed, seed % 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_choice_is_one_that_can_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_yields_lets_others_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_can_run_but_by_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_order_of_what_conflicts_comes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_low_priority_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_same_seed_chooses_alike, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
