/* SPDX-License-Identifier: Apache-2.0 */
/* Histories whose answer is known: from textbooks, and one for each rule of each specification. */
#include "check/linearize_test.h"

#include "check/linearize_shorten.h"
#include "check/linearize_table.h"
#include "core/history.h"

#include <stdio.h>

static struct script script;

static enum linearize_answer judge(void)
{
	unsigned char parts[SCRIPT_MAX];

	return linearize_judge(&script.history, parts, NULL);
}

/* Every history here is small enough for the checker that tries all orders too. */
static void expect(bool order)
{
	assert_int_equal(judge(), order ? LINEARIZE_ORDER : LINEARIZE_NO_ORDER);
	assert_int_equal(brute_has_order(&script, NULL), order);
}

/* ---- Queues: Herlihy and Wing, "Linearizability", 1990, figures 1 and 2 -------------------- */

static void overlapping_enqueues_may_take_either_order(void **state)
{
	uint32_t a, b;

	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	a = script_call(&script, 0, SABOT_ENQUEUE, 1, 0);
	b = script_call(&script, 1, SABOT_ENQUEUE, 2, 0);
	script_return(&script, b, 0);
	script_return(&script, a, 0);
	script_do(&script, 1, SABOT_DEQUEUE, 0, 2);
	script_do(&script, 0, SABOT_DEQUEUE, 0, 1);
	expect(true);
}

/* Both enqueues have returned to their caller before the first dequeue: their stores are late. */
static void late_stores_keep_their_order(void **state)
{
	uint32_t one, two;

	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	one = script_call(&script, 0, SABOT_ENQUEUE, 1, 0);
	two = script_call(&script, 0, SABOT_ENQUEUE, 2, 0);
	script_do(&script, 1, SABOT_DEQUEUE, 0, SABOT_EMPTY);
	script_return(&script, two, 0);
	script_return(&script, one, 0);
	expect(true);
	script_do(&script, 1, SABOT_DEQUEUE, 0, 2);
	expect(false);
}

static void what_came_first_leaves_first(void **state)
{
	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	script_do(&script, 0, SABOT_ENQUEUE, 1, 0);
	script_do(&script, 1, SABOT_ENQUEUE, 2, 0);
	expect(true);
	script_do(&script, 1, SABOT_DEQUEUE, 0, 2);
	expect(false);
}

static void a_dequeue_may_take_what_is_being_enqueued(void **state)
{
	uint32_t a, b;

	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	a = script_call(&script, 0, SABOT_ENQUEUE, 1, 0);
	b = script_call(&script, 1, SABOT_DEQUEUE, 0, 0);
	script_return(&script, b, 1);
	script_return(&script, a, 0);
	expect(true);
}

static void an_item_leaves_once(void **state)
{
	uint32_t a, b;

	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	a = script_call(&script, 0, SABOT_ENQUEUE, 1, 0);
	b = script_call(&script, 1, SABOT_ENQUEUE, 2, 0);
	script_return(&script, a, 0);
	script_return(&script, b, 0);
	a = script_call(&script, 0, SABOT_DEQUEUE, 0, 0);
	b = script_call(&script, 2, SABOT_DEQUEUE, 0, 0);
	script_return(&script, a, 2);
	script_return(&script, b, 2);
	expect(false);
}

static void an_item_is_not_lost(void **state)
{
	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	script_do(&script, 0, SABOT_DEQUEUE, 0, SABOT_EMPTY);
	script_do(&script, 0, SABOT_ENQUEUE, 1, 0);
	expect(true);
	script_do(&script, 1, SABOT_DEQUEUE, 0, SABOT_EMPTY);
	expect(false);
}

static void a_queue_is_full_when_it_is(void **state)
{
	(void)state;
	script_open(&script, &sabot_fifo_queue, 2);
	script_do(&script, 0, SABOT_ENQUEUE, 1, 0);
	script_do(&script, 0, SABOT_ENQUEUE, 2, 0);
	script_do(&script, 0, SABOT_ENQUEUE, 3, SABOT_FULL);
	script_do(&script, 0, SABOT_DEQUEUE, 0, 1);
	script_do(&script, 0, SABOT_ENQUEUE, 4, 0);
	expect(true);
	script_do(&script, 0, SABOT_ENQUEUE, 5, 0);
	expect(false);
	script_open(&script, &sabot_fifo_queue, 2);
	script_do(&script, 0, SABOT_ENQUEUE, 1, 0);
	script_do(&script, 0, SABOT_ENQUEUE, 2, SABOT_FULL);
	expect(false);
}

/* ---- Others -------------------------------------------------------------------------------- */

static void a_read_does_not_go_back(void **state)
{
	uint32_t write;

	(void)state;
	script_open(&script, &sabot_register, 0);
	write = script_call(&script, 0, SABOT_WRITE, 1, 0);
	script_do(&script, 1, SABOT_READ, 0, 0);
	script_do(&script, 1, SABOT_READ, 0, 1);
	expect(true);
	script_do(&script, 2, SABOT_READ, 0, 0);
	script_return(&script, write, 0);
	expect(false);
}

static void one_compare_and_set_wins(void **state)
{
	uint32_t a, b;

	(void)state;
	script_open(&script, &sabot_register, 7);
	a = script_call(&script, 0, SABOT_COMPARE_AND_SET, 7, 1);
	b = script_call(&script, 1, SABOT_COMPARE_AND_SET, 7, 2);
	script_return(&script, a, 1);
	script_return(&script, b, 0);
	script_do(&script, 0, SABOT_EXCHANGE, 3, 1);
	expect(true);
	script.operations[b].told.result = 1;
	expect(false);
}

static void an_addition_is_not_lost(void **state)
{
	uint32_t a, b;

	(void)state;
	script_open(&script, &sabot_counter, 5);
	a = script_call(&script, 0, SABOT_ADD, 1, 0);
	b = script_call(&script, 1, SABOT_ADD, 1, 0);
	script_return(&script, a, SABOT_UNKNOWN);
	script_return(&script, b, SABOT_UNKNOWN);
	script_do(&script, 0, SABOT_READ, 0, 7);
	expect(true);
	script_do(&script, 0, SABOT_READ, 0, 6);
	expect(false);
}

static void the_last_one_pushed_is_popped_first(void **state)
{
	(void)state;
	script_open(&script, &sabot_stack, 0);
	script_do(&script, 0, SABOT_PUSH, 1, 0);
	script_do(&script, 0, SABOT_PUSH, 2, 0);
	script_do(&script, 1, SABOT_POP, 0, 2);
	expect(true);
	script_do(&script, 1, SABOT_PUSH, 3, 0);
	script_do(&script, 1, SABOT_POP, 0, 1);
	expect(false);
}

static void an_element_is_inserted_once(void **state)
{
	(void)state;
	script_open(&script, &sabot_set, 0);
	script_do(&script, 0, SABOT_INSERT, 1, 1);
	script_do(&script, 0, SABOT_INSERT, 2, 1);
	script_do(&script, 0, SABOT_REMOVE, 1, 1);
	script_do(&script, 0, SABOT_CONTAINS, 1, 0);
	script_do(&script, 0, SABOT_CONTAINS, 2, 1);
	expect(true);
	script_do(&script, 0, SABOT_INSERT, 2, 1);
	expect(false);
}

static void a_key_has_the_value_put_last(void **state)
{
	uint32_t a, b;

	(void)state;
	script_open(&script, &sabot_key_value, 0);
	script_do(&script, 0, SABOT_GET, 1, SABOT_EMPTY);
	a = script_call(&script, 0, SABOT_PUT, 1, 10);
	b = script_call(&script, 1, SABOT_PUT, 2, 20);
	script_return(&script, a, 0);
	script_return(&script, b, 0);
	script_do(&script, 1, SABOT_GET, 1, 10);
	script_do(&script, 1, SABOT_REMOVE, 2, 1);
	script_do(&script, 1, SABOT_GET, 2, SABOT_EMPTY);
	expect(true);
	script_do(&script, 1, SABOT_GET, 1, 20);
	expect(false);
}

static void a_lock_has_one_owner(void **state)
{
	(void)state;
	script_open(&script, &sabot_lock, 0);
	script_do(&script, 0, SABOT_LOCK, 0, 0);
	script_do(&script, 1, SABOT_TRYLOCK, 0, EBUSY);
	script_do(&script, 0, SABOT_UNLOCK, 0, 0);
	script_do(&script, 1, SABOT_LOCK, 0, 0);
	expect(true);
	script_do(&script, 2, SABOT_TRYLOCK, 0, 0);
	expect(false);
	script_open(&script, &sabot_lock, 0);
	script_do(&script, 0, SABOT_LOCK, 0, 0);
	script_do(&script, 1, SABOT_UNLOCK, 0, 0);
	expect(false);
}

static void a_dead_owner_gives_way(void **state)
{
	uint32_t told;

	(void)state;
	script_open(&script, &sabot_lock, 0);
	script_do(&script, 0, SABOT_LOCK, 0, 0);
	script_call(&script, 0, SABOT_DEATH, 0, 0);
	told = script_do(&script, 1, SABOT_LOCK, 0, EOWNERDEAD);
	expect(true);
	script.operations[told].told.result = 0;
	expect(true);
	script_do(&script, 2, SABOT_LOCK, 0, EOWNERDEAD);
	expect(false);
	script_open(&script, &sabot_lock, 0);
	script_do(&script, 0, SABOT_LOCK, 0, 0);
	script_do(&script, 1, SABOT_LOCK, 0, 0);
	script_call(&script, 0, SABOT_DEATH, 0, 0); /* too late */
	expect(false);
}

/* ---- The killed ---------------------------------------------------------------------------- */

static void a_pending_operation_may_happen_once_or_never(void **state)
{
	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	script_call(&script, 0, SABOT_ENQUEUE, 1, 0);
	script_do(&script, 1, SABOT_DEQUEUE, 0, SABOT_EMPTY);
	expect(true);
	script_do(&script, 1, SABOT_DEQUEUE, 0, 1);
	script_do(&script, 1, SABOT_DEQUEUE, 0, SABOT_EMPTY);
	expect(true);
	script_do(&script, 1, SABOT_DEQUEUE, 0, 1);
	expect(false);
}

static void a_pending_operation_does_not_happen_before_its_call(void **state)
{
	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	script_do(&script, 1, SABOT_DEQUEUE, 0, 1);
	script_call(&script, 0, SABOT_ENQUEUE, 1, 0);
	expect(false);
}

static void a_pending_dequeue_takes_one_item_at_most(void **state)
{
	uint32_t at;

	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	for (at = 1; at <= 3; at++)
		script_do(&script, 0, SABOT_ENQUEUE, at, 0);
	script_call(&script, 1, SABOT_DEQUEUE, 0, 0);
	at = script_do(&script, 2, SABOT_DEQUEUE, 0, 2);
	expect(true);
	script.operations[at].told.result = 3;
	expect(false);
}

static void nothing_has_an_order(void **state)
{
	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	expect(true);
	script_call(&script, 0, SABOT_ENQUEUE, 1, 0);
	expect(true);
}

static void a_limit_is_told(void **state)
{
	struct linearize_result result = { .order = NULL };

	(void)state;
	an_item_leaves_once(NULL);
	assert_int_equal(linearize_search(&script.history, NULL, 2, &result), LINEARIZE_TOO_MANY);
	assert_int_equal(result.tried, 2);
}

/* ---- What is shown ------------------------------------------------------------------------- */

static const char *task_name(unsigned task)
{
	static const char *const names[] = { "producer#0", "producer#1", "consumer#0" };

	return names[task];
}

static void expect_table(uint32_t required, uint32_t beside, const char *expected)
{
	unsigned char parts[SCRIPT_MAX];
	struct linearize_shortened shortened;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_int_equal(linearize_judge(&script.history, parts, NULL), LINEARIZE_NO_ORDER);
	assert_int_equal(linearize_shorten(&script.history, parts, &shortened), 0);
	assert_true(shortened.shortest);
	linearize_table(file, &script.history, parts, task_name);
	fclose(file);
	assert_string_equal(text, expected);
	assert_int_equal(shortened.required, required);
	assert_int_equal(shortened.beside, beside);
	free(text);
}

/* Among much that is right, one item is taken twice: its enqueue stands beside it, once. */
static void an_item_taken_twice_is_shown_with_its_enqueue(void **state)
{
	uint32_t i, a, b;

	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	for (i = 1; i <= 6; i++)
		script_do(&script, i % 2, SABOT_ENQUEUE, i, 0);
	for (i = 1; i <= 3; i++)
		script_do(&script, 2, SABOT_DEQUEUE, 0, i);
	a = script_call(&script, 2, SABOT_DEQUEUE, 0, 0);
	b = script_call(&script, 0, SABOT_DEQUEUE, 0, 0);
	script_return(&script, a, 4);
	script_return(&script, b, 4);
	script_do(&script, 2, SABOT_DEQUEUE, 0, 5);
	expect_table(2, 1,
		     "  1  producer#0  enqueue(4)     |---|\n"
		     "  2  consumer#0  dequeue() = 4          |-------|\n"
		     "  3  producer#0  dequeue() = 4              |-------|\n"
		     "possible in this order: 1, 2; then not 3\n");
}

static void a_lost_item_is_shown_with_who_missed_it(void **state)
{
	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	script_do(&script, 0, SABOT_ENQUEUE, 1, 0);
	script_do(&script, 0, SABOT_ENQUEUE, 2, 0);
	script_call(&script, 1, SABOT_ENQUEUE, 3, 0);
	script_do(&script, 2, SABOT_DEQUEUE, 0, 1);
	script_do(&script, 2, SABOT_DEQUEUE, 0, SABOT_EMPTY);
	expect_table(2, 0,
		     "  1  producer#0  enqueue(2)         |---|\n"
		     "  2  consumer#0  dequeue() = empty          |---|\n"
		     "possible in this order: 1; then not 2\n");
}

/* Without the killed enqueue, one of the two would have been impossible by itself. */
static void a_pending_operation_is_shown_where_it_matters(void **state)
{
	(void)state;
	script_open(&script, &sabot_fifo_queue, 0);
	script_do(&script, 0, SABOT_ENQUEUE, 1, 0);
	script_call(&script, 1, SABOT_ENQUEUE, 2, 0);
	script_do(&script, 2, SABOT_DEQUEUE, 0, 1);
	script_do(&script, 2, SABOT_DEQUEUE, 0, 2);
	script_do(&script, 2, SABOT_DEQUEUE, 0, 2);
	expect_table(2, 1,
		     "  1  producer#1  enqueue(2), pending  |-------------------->\n"
		     "  2  consumer#0  dequeue() = 2            |---|\n"
		     "  3  consumer#0  dequeue() = 2                    |---|\n"
		     "possible in this order: 1, 2; then not 3\n");
}

static void one_impossible_operation_is_shown_alone(void **state)
{
	(void)state;
	script_open(&script, &sabot_stack, 0);
	script_do(&script, 0, SABOT_PUSH, 1, 0);
	script_do(&script, 2, SABOT_POP, 0, 9);
	script_do(&script, 2, SABOT_POP, 0, 1);
	expect_table(1, 0,
		     "  1  consumer#0  pop() = 9  |---|\n"
		     "not possible as the first: 1\n");
}

/* Whatever it has to say, it fits between the margins of a report. */
static void a_table_keeps_to_its_width(void **state)
{
	char *text = NULL, *line, *rest = NULL;
	unsigned lines = 0;
	uint32_t i;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	assert_non_null(file);
	script_open(&script, &sabot_register, 0);
	for (i = 0; i < 120; i++) {
		uint32_t at = script_call(&script, i % 3, SABOT_COMPARE_AND_SET,
					  -1000000000000000000, INT64_MAX);

		if (at)
			script_return(&script, at - 1, 1);
	}
	linearize_table(file, &script.history, NULL, task_name);
	fclose(file);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		assert_in_range(strlen(line), 1, LINEARIZE_COLUMNS);
		lines++;
	}
	assert_int_equal(lines, 41);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overlapping_enqueues_may_take_either_order),
		cmocka_unit_test(late_stores_keep_their_order),
		cmocka_unit_test(what_came_first_leaves_first),
		cmocka_unit_test(a_dequeue_may_take_what_is_being_enqueued),
		cmocka_unit_test(an_item_leaves_once),
		cmocka_unit_test(an_item_is_not_lost),
		cmocka_unit_test(a_queue_is_full_when_it_is),
		cmocka_unit_test(a_read_does_not_go_back),
		cmocka_unit_test(one_compare_and_set_wins),
		cmocka_unit_test(an_addition_is_not_lost),
		cmocka_unit_test(the_last_one_pushed_is_popped_first),
		cmocka_unit_test(an_element_is_inserted_once),
		cmocka_unit_test(a_key_has_the_value_put_last),
		cmocka_unit_test(a_lock_has_one_owner),
		cmocka_unit_test(a_dead_owner_gives_way),
		cmocka_unit_test(a_pending_operation_may_happen_once_or_never),
		cmocka_unit_test(a_pending_operation_does_not_happen_before_its_call),
		cmocka_unit_test(a_pending_dequeue_takes_one_item_at_most),
		cmocka_unit_test(nothing_has_an_order),
		cmocka_unit_test(a_limit_is_told),
		cmocka_unit_test(an_item_taken_twice_is_shown_with_its_enqueue),
		cmocka_unit_test(a_lost_item_is_shown_with_who_missed_it),
		cmocka_unit_test(a_pending_operation_is_shown_where_it_matters),
		cmocka_unit_test(one_impossible_operation_is_shown_alone),
		cmocka_unit_test(a_table_keeps_to_its_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
