/* SPDX-License-Identifier: Apache-2.0 */
/* libc runs on from copies of its pages, in this process and in its children. */
#include "os/detach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned count_lines(const char *part)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	unsigned count = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		count += strstr(line, part) != NULL;
	fclose(maps);
	return count;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void use_libc(void)
{
	int numbers[] = { 3, 1, 2 };
	char *text = NULL;

	qsort(numbers, 3, sizeof(numbers[0]), compare);
	assert_true(asprintf(&text, "%d%d%d %.2f", numbers[0], numbers[1], numbers[2], 0.5) > 0);
	assert_string_equal(text, "123 0.50");
	free(text);
	assert_int_equal(close(-1), -1);
}

static void no_file_of_libc_is_mapped(void **state)
{
	Dl_info info;
	int status;
	pid_t child;

	(void)state;
	if (count_lines("/libc.so.") == 0)
		skip();
	detach_files();
	assert_int_equal(count_lines("/libc.so."), 0);
	/* Of its code a fork copies no page table. */
	assert_true(count_lines("sabot-code") > 0);
	assert_int_equal(count_lines("/ld-linux-"), 0);
	use_libc();
	/* Names are the dynamic linker's to know. */
	assert_true(dladdr(dlsym(RTLD_NEXT, "gnu_get_libc_version"), &info) != 0);
	assert_non_null(strstr(info.dli_fname, "libc.so"));
	child = fork();
	if (child == 0) {
		use_libc();
		_exit(7);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void a_second_time_changes_nothing(void **state)
{
	(void)state;
	detach_files();
	detach_files();
	use_libc();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_of_libc_is_mapped),
		cmocka_unit_test(a_second_time_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
