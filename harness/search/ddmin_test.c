/* SPDX-License-Identifier: Apache-2.0 */
#include "search/ddmin.h"

#include "core/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SMALL = 10, SETS = 1 << SMALL, LARGE = 1100 };

static struct random source;

static unsigned below(unsigned bound)
{
	return (unsigned)random_below(&source, bound);
}

/* ---- Against every possible answer: n up to 10, the test is a table of all sets ---- */

struct table {
	bool holds[SETS];
	bool asked[SETS];
	size_t asks;
	bool asked_twice;
};

static unsigned set_number(const unsigned char *keep, size_t n)
{
	unsigned number = 0;

	for (size_t i = 0; i < n; i++) {
		assert_in_range(keep[i], 0, 1);
		number |= (unsigned)keep[i] << i;
	}
	return number;
}

static bool look_up(void *context, const unsigned char *keep, size_t n)
{
	struct table *table = context;
	const unsigned number = set_number(keep, n);

	table->asked_twice |= table->asked[number];
	table->asked[number] = true;
	table->asks++;
	return table->holds[number];
}

/* Minimises the set `from` by the table and returns what is left. */
static unsigned minimise(struct table *table, size_t n, unsigned from, size_t budget,
			 struct ddmin_result *result)
{
	unsigned char keep[SMALL];

	for (size_t i = 0; i < n; i++)
		keep[i] = from >> i & 1 ? (unsigned char)(1 + below(255)) : 0;
	memset(table->asked, 0, sizeof(table->asked));
	table->asked[from] = true;
	table->asks = 0;
	table->asked_twice = false;
	assert_int_equal(ddmin_run(keep, n, look_up, table, budget, result), 0);
	assert_false(table->asked_twice);
	assert_int_equal(result->tries, table->asks);
	assert_in_range(result->tries, 0, budget);
	assert_int_equal(result->kept, __builtin_popcount(set_number(keep, n)));
	return set_number(keep, n);
}

static void expect_minimal(const struct table *table, size_t n, unsigned left)
{
	for (size_t i = 0; i < n; i++) {
		if (left >> i & 1)
			assert_false(table->holds[left & ~(1u << i)]);
	}
}

/* Tables without any order, in which leaving out more may help or harm. */
static void no_single_item_can_go(void **state)
{
	static struct table table;
	struct ddmin_result result, again;

	(void)state;
	random_seed_stream(&source, 1, 0, 0, 0);
	for (unsigned round = 0; round < 20000; round++) {
		const size_t n = below(SMALL + 1);
		const unsigned from = below(1u << n), density = below(12);
		unsigned left;

		for (unsigned i = 0; i < 1u << n; i++)
			table.holds[i] = below(12) < density;
		table.holds[from] = true;
		left = minimise(&table, n, from, SIZE_MAX, &result);
		assert_true(result.minimal);
		assert_true(table.holds[left]);
		assert_int_equal(left & ~from, 0);
		expect_minimal(&table, n, left);
		assert_int_equal(minimise(&table, n, from, SIZE_MAX, &again), left);
		assert_int_equal(again.tries, result.tries);
	}
}

/* What holds is to have all items of one of a few sets: then one of these is what must be left. */
static void one_of_the_causes_is_left(void **state)
{
	static struct table table;
	struct ddmin_result result;

	(void)state;
	random_seed_stream(&source, 2, 0, 0, 0);
	for (unsigned round = 0; round < 5000; round++) {
		const size_t n = 1 + below(SMALL);
		unsigned causes[3], left, count = 1 + below(3);
		bool found = false;

		for (unsigned i = 0; i < count; i++)
			causes[i] = below(1u << n) & below(1u << n);
		for (unsigned set = 0; set < 1u << n; set++) {
			table.holds[set] = false;
			for (unsigned i = 0; i < count; i++)
				table.holds[set] |= (set & causes[i]) == causes[i];
		}
		left = minimise(&table, n, (1u << n) - 1, SIZE_MAX, &result);
		for (unsigned i = 0; i < count; i++)
			found = found || left == causes[i];
		assert_true(found && result.minimal);
	}
}

static void a_budget_is_kept(void **state)
{
	static struct table table;
	struct ddmin_result whole, part;

	(void)state;
	random_seed_stream(&source, 3, 0, 0, 0);
	for (unsigned round = 0; round < 5000; round++) {
		const unsigned full = SETS - 1;
		unsigned left, budget;

		for (unsigned i = 0; i < SETS; i++)
			table.holds[i] = below(4) == 0;
		table.holds[full] = true;
		left = minimise(&table, SMALL, full, SIZE_MAX, &whole);
		budget = below((unsigned)whole.tries + 2);
		if (minimise(&table, SMALL, full, budget, &part) == left && part.minimal)
			assert_true(budget >= whole.tries);
		else
			assert_true(budget < whole.tries);
		assert_int_equal(part.minimal, budget >= whole.tries);
	}
}

/* ---- As large as a plan ---- */

struct needed {
	unsigned char items[LARGE];
	size_t tries;
};

static bool has_all_needed(void *context, const unsigned char *keep, size_t n)
{
	struct needed *needed = context;

	needed->tries++;
	for (size_t i = 0; i < n; i++) {
		if (needed->items[i] && !keep[i])
			return false;
	}
	return true;
}

static size_t tries_for(struct needed *needed)
{
	unsigned char keep[LARGE];
	struct ddmin_result result;

	memset(keep, 1, sizeof(keep));
	assert_int_equal(ddmin_run(keep, LARGE, has_all_needed, needed, SIZE_MAX, &result), 0);
	assert_memory_equal(keep, needed->items, LARGE);
	assert_true(result.minimal);
	return result.tries;
}

static void a_few_of_many_are_found_soon(void **state)
{
	static struct needed none, few, all;

	(void)state;
	random_seed_stream(&source, 4, 0, 0, 0);
	assert_int_equal(tries_for(&none), 1);
	for (unsigned round = 0; round < 200; round++) {
		memset(&few, 0, sizeof(few));
		for (unsigned i = 0; i < 4; i++)
			few.items[below(LARGE)] = 1;
		/* By halves, each needed item costs about two tries for each of 11 sizes. */
		assert_in_range(tries_for(&few), 11, 4 * 2 * 11 + 4);
	}
	memset(all.items, 1, sizeof(all.items));
	assert_in_range(tries_for(&all), LARGE, 5 * LARGE / 2);
}

static void nothing_to_do_is_done_at_once(void **state)
{
	static struct needed none;
	unsigned char keep[3] = { 0 };
	struct ddmin_result result;

	(void)state;
	assert_int_equal(ddmin_run(keep, 0, has_all_needed, &none, 9, &result), 0);
	assert_true(result.minimal && result.kept == 0 && result.tries == 0);
	assert_int_equal(ddmin_run(keep, 3, has_all_needed, &none, 0, &result), 0);
	assert_true(result.minimal && result.kept == 0 && result.tries == 0);
	keep[1] = 7;
	assert_int_equal(ddmin_run(keep, 3, has_all_needed, &none, 0, &result), 0);
	assert_true(!result.minimal && result.kept == 1 && result.tries == 0 && keep[1] == 1);
	assert_int_equal(none.tries, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_single_item_can_go),
		cmocka_unit_test(one_of_the_causes_is_left),
		cmocka_unit_test(a_budget_is_kept),
		cmocka_unit_test(a_few_of_many_are_found_soon),
		cmocka_unit_test(nothing_to_do_is_done_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
