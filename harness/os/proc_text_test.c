/* SPDX-License-Identifier: Apache-2.0 */
#include "os/proc_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* As proc_pid_stat(5) has it, of a process that is called ") R 1 (". */
static const char stat[] = "12 () R 1 () S 7 12 12 0 -1 4194304 1 2 3 4 50 60 0 0 20 0 1 0 9 0 15";

static void a_name_is_not_taken_for_a_state(void **state)
{
	uint64_t ticks = 0;

	(void)state;
	assert_int_equal(proc_text_state(stat, &ticks), 'S');
	assert_int_equal(ticks, 110);
	assert_int_equal(proc_text_parent(stat), 7);
	assert_int_equal(proc_text_exit_status(stat), 15);
}

/* Behind where it is cut off stands something else, which is no part of it. */
static void what_is_cut_off_is_read_to_its_end(void **state)
{
	char text[sizeof(stat) + 64];
	uint64_t ticks;
	size_t length;

	(void)state;
	for (length = 0; length < sizeof(stat); length++) {
		memset(text, ' ', sizeof(text));
		memcpy(text, stat, length);
		memcpy(text + length, "\0 9 9 9 9 9 9 9 9 9 9 9 9 9 9", 30);
		ticks = 0;
		(void)proc_text_state(text, &ticks);
		assert_true(ticks == 0 || ticks == 5 || ticks == 50 || ticks == 56 || ticks == 110);
		assert_true(proc_text_parent(text) <= 1 || proc_text_parent(text) == 7);
	}
	assert_int_equal(proc_text_state("12 (x) ", NULL), 'X');
	assert_int_equal(proc_text_state("", NULL), 'X');
}

static void what_is_missing_is_told(void **state)
{
	struct proc_signals signals;
	struct proc_range range;
	struct proc_rest rest;
	int64_t number = 5;

	(void)state;
	assert_int_equal(proc_text_syscall("running\n", (uint64_t[6]){ 0 }), -1);
	proc_text_rest("Name:\tState:\n", &rest);
	assert_int_equal(rest.state, 'X');
	proc_text_signals("Name:\tx\nSigPnd:\t0000000000000002\nShdPnd:\t01\n", &signals);
	assert_int_equal(signals.pending, 3);
	assert_int_equal(signals.caught, 0);
	assert_false(proc_text_number("pos:\t0\n", "\nflags:", 8, &number));
	assert_int_equal(number, 5);
	assert_false(proc_text_range("7f00-7f10 rw-", &range));
	assert_true(proc_text_range("7f00-7f10 rw-s 00000000 00:01 9", &range));
	assert_string_equal(range.path, "");
	assert_true(proc_text_range("7f00-7f10 rw-s 00000000 00:01 9   /a b", &range));
	assert_string_equal(range.path, "/a b");
	assert_int_equal(range.first, 0x7f00);
	assert_int_equal(range.end, 0x7f10);
	assert_int_equal(range.inode, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_not_taken_for_a_state),
		cmocka_unit_test(what_is_cut_off_is_read_to_its_end),
		cmocka_unit_test(what_is_missing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
