/* SPDX-License-Identifier: Apache-2.0 */
/* A file is there whole or not at all, also where the disk is full. */
#include "os/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static void set_limit(rlim_t bytes)
{
	assert_int_equal(
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){ .rlim_cur = bytes, RLIM_INFINITY }), 0);
}

static int write_it(const char *name, size_t size)
{
	struct whole whole;
	FILE *file = whole_begin(&whole, AT_FDCWD, name);
	int error = 0;
	size_t i;

	assert_non_null(file);
	for (i = 0; i < size && !error; i++)
		error = fputc('x', file) == EOF ? -errno : 0;
	return whole_end(&whole, file, error);
}

static size_t size_of(const char *name)
{
	FILE *file = fopen(name, "r");
	long size;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	fclose(file);
	return (size_t)size;
}

static void what_is_written_is_there(void **state)
{
	(void)state;
	assert_int_equal(write_it("file", 5), 0);
	assert_int_equal(size_of("file"), 5);
	assert_int_equal(access("file.new", F_OK), -1);
	assert_int_equal(unlink("file"), 0);
}

/* Found while it writes, and found when the last of it is written, as it is closed. */
static void what_has_no_room_leaves_nothing(void **state)
{
	(void)state;
	set_limit(8);
	assert_int_equal(write_it("file", 1 << 20), -EFBIG);
	assert_int_equal(write_it("file", 9), -EFBIG);
	set_limit(RLIM_INFINITY);
	assert_int_equal(access("file", F_OK), -1);
	assert_int_equal(access("file.new", F_OK), -1);
}

static void what_was_there_stays(void **state)
{
	(void)state;
	assert_int_equal(write_it("file", 5), 0);
	set_limit(4);
	assert_int_equal(write_it("file", 6), -EFBIG);
	set_limit(RLIM_INFINITY);
	assert_int_equal(size_of("file"), 5);
	assert_int_equal(unlink("file"), 0);
}

static void what_cannot_be_made_is_told(void **state)
{
	struct whole whole;
	char name[PATH_MAX + 1];

	(void)state;
	assert_null(whole_begin(&whole, AT_FDCWD, "none/file"));
	assert_int_equal(errno, ENOENT);
	memset(name, 'x', PATH_MAX);
	name[PATH_MAX] = '\0';
	assert_null(whole_begin(&whole, AT_FDCWD, name));
	assert_int_equal(errno, ENAMETOOLONG);
}

static int prepare(void **state)
{
	static char folder[] = "/tmp/sabot_test_XXXXXX";

	*state = folder;
	(void)signal(SIGXFSZ, SIG_IGN);
	return mkdtemp(folder) ? chdir(folder) : -1;
}

static int clean(void **state)
{
	return rmdir(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_there),
		cmocka_unit_test(what_has_no_room_leaves_nothing),
		cmocka_unit_test(what_was_there_stays),
		cmocka_unit_test(what_cannot_be_made_is_told),
	};

	return cmocka_run_group_tests(tests, prepare, clean);
}
