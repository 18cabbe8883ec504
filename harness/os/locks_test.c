/* SPDX-License-Identifier: Apache-2.0 */
#include "os/locks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void lines_of_both_files_are_read(void **state)
{
	struct lock_line lock;

	(void)state;
	assert_true(locks_parse("3: POSIX  ADVISORY  WRITE 9692 fe:00:10969152 8 15\n", &lock));
	assert_int_equal(lock.kind, LOCKS_POSIX);
	assert_false(lock.waits);
	assert_true(lock.writes);
	assert_int_equal(lock.pid, 9692);
	assert_int_equal(lock.major, 0xfe);
	assert_int_equal(lock.minor, 0);
	assert_int_equal(lock.inode, 10969152);
	assert_int_equal(lock.first, 8);
	assert_int_equal(lock.last, 15);
	assert_true(locks_parse("12:  -> POSIX  ADVISORY  READ 7 00:1a:3 0 EOF\n", &lock));
	assert_true(lock.waits);
	assert_false(lock.writes);
	assert_int_equal(lock.minor, 0x1a);
	assert_true(lock.last == LOCKS_TO_END);
	assert_true(locks_parse("lock:\t1: FLOCK  ADVISORY  WRITE 9734 fe:00:5 0 EOF\n", &lock));
	assert_int_equal(lock.kind, LOCKS_FLOCK);
	assert_true(locks_parse("1: OFDLCK ADVISORY  READ -1 fe:00:5 50 59\n", &lock));
	assert_int_equal(lock.kind, LOCKS_OFD);
	assert_int_equal(lock.pid, -1);
	assert_true(locks_parse("1: LEASE  ACTIVE    READ 12 fe:00:5 0 EOF\n", &lock));
	assert_int_equal(lock.kind, LOCKS_OTHER);
}

static void other_lines_are_refused(void **state)
{
	struct lock_line lock;

	(void)state;
	assert_false(locks_parse("", &lock));
	assert_false(locks_parse("flags:\t02100002\n", &lock));
	assert_false(locks_parse("lock:\n", &lock));
	assert_false(locks_parse("3: POSIX  ADVISORY  WRITE 9692 fe:00:10969152 8\n", &lock));
}

static void conflicts_are_those_of_the_kernel(void **state)
{
	struct lock_line a = { .inode = 5, .writes = true, .first = 8, .last = 15 }, b = a;

	(void)state;
	assert_true(locks_conflict(&a, &b));
	b.first = b.last = 16;
	assert_false(locks_conflict(&a, &b));
	b.first = 15;
	assert_true(locks_conflict(&a, &b));
	b.writes = false;
	assert_true(locks_conflict(&a, &b));
	a.writes = false;
	assert_false(locks_conflict(&a, &b));
	a.writes = true;
	b.inode = 6;
	assert_false(locks_conflict(&a, &b));
	b.inode = 5;
	b.minor = 1;
	assert_false(locks_conflict(&a, &b));
}

static void ranges_are_named(void **state)
{
	char text[64];

	(void)state;
	assert_string_equal(locks_range(8, 15, text, sizeof(text)), "bytes 8-15");
	assert_string_equal(locks_range(0, 0, text, sizeof(text)), "byte 0");
	assert_string_equal(locks_range(8, LOCKS_TO_END, text, sizeof(text)), "bytes 8 to the end");
	assert_string_equal(locks_range(0, LOCKS_TO_END, text, sizeof(text)), "the whole file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_both_files_are_read),
		cmocka_unit_test(other_lines_are_refused),
		cmocka_unit_test(conflicts_are_those_of_the_kernel),
		cmocka_unit_test(ranges_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
