/* SPDX-License-Identifier: Apache-2.0 */
/* What this program is linked with, and files that are no such program, whole or cut off. */
#include "os/elf.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { TRIES = 200 };

static void libraries_are_found_by_how_they_begin(void **state)
{
	(void)state;
	assert_true(elf_needs("/proc/self/exe", "libcmocka"));
	assert_true(elf_needs("/proc/self/exe", "libc.so"));
	assert_false(elf_needs("/proc/self/exe", "libtsan.so"));
	assert_false(elf_needs("/proc/self/exe", "cmocka"));
}

static void other_files_need_nothing(void **state)
{
	(void)state;
	assert_false(elf_needs("/etc/passwd", ""));
	assert_false(elf_needs("/nowhere", "libc.so"));
	assert_false(elf_needs("/", "libc.so"));
	assert_false(elf_needs("/dev/null", "libc.so"));
}

static void a_part_of_a_file_is_read_without_harm(void **state)
{
	int from = open("/proc/self/exe", O_RDONLY), to = memfd_create("part", 0), i;
	off_t start = 0;
	struct stat status;
	char path[64];

	(void)state;
	assert_int_equal(fstat(from, &status), 0);
	assert_int_equal(sendfile(to, from, &start, (size_t)status.st_size), status.st_size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", to);
	assert_true(elf_needs(path, "libc.so"));
	for (i = TRIES; i > 0; i--) {
		assert_int_equal(ftruncate(to, status.st_size / TRIES * i - 1), 0);
		(void)elf_needs(path, "libc.so");
	}
	assert_int_equal(ftruncate(to, 64), 0);
	assert_false(elf_needs(path, "libc.so"));
	close(from);
	close(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libraries_are_found_by_how_they_begin),
		cmocka_unit_test(other_files_need_nothing),
		cmocka_unit_test(a_part_of_a_file_is_read_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
