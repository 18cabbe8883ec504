/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *directory, const char *file, const char *want, bool inside)
{
	char text[SOURCE_BYTES];

	assert_int_equal(source_path(directory, file, text, sizeof(text)), inside);
	assert_string_equal(text, want);
}

static void paths_start_at_the_directory(void **state)
{
	(void)state;
	expect("/src", "/src/a/b.c", "a/b.c", true);
	expect("/src/", "/src//./a/../b.c", "b.c", true);
	expect("/src", "/src/build/../../src/b.c", "b.c", true);
	expect("/", "/src/b.c", "src/b.c", true);
	expect("/src", "/srcs/b.c", "/srcs/b.c", false);
	expect("/src", "/src/../b.c", "/b.c", false);
	expect("/src", "/src", "/src", false);
	expect("", "/src/b.c", "/src/b.c", false);
	expect("/src", "../b.c", "../b.c", true);
	expect("/src", "a/../../../b.c", "../../b.c", true);
	expect("/src", "/../..", "/", false);
	expect("/src", ".", ".", true);
}

static void long_paths_are_cut(void **state)
{
	char file[3000], text[SOURCE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(file); i++)
		file[i] = i % 10 ? 'x' : '/';
	file[sizeof(file) - 1] = '\0';
	assert_false(source_path("/src", file, text, sizeof(text)));
	assert_in_range(strlen(text), SOURCE_BYTES - 11, SOURCE_BYTES - 1);
}

static void expect_uri(const char *path, const char *want)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct sink sink = { file, 0 };

	assert_non_null(file);
	source_uri(&sink, path);
	assert_int_equal(sink_finish(&sink), 0);
	fclose(file);
	assert_string_equal(text, want);
	free(text);
}

static void uris_hold_what_they_may(void **state)
{
	(void)state;
	expect_uri("a/b-c_d.~e", "a/b-c_d.~e");
	expect_uri("/my locks/a.c", "file:///my%20locks/a.c");
	expect_uri("c:\\x?#[1]\x01\xc3\xa9%", "c%3A%5Cx%3F%23%5B1%5D%01%C3%A9%25");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_start_at_the_directory),
		cmocka_unit_test(long_paths_are_cut),
		cmocka_unit_test(uris_hold_what_they_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
