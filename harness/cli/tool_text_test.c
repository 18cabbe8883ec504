/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tool_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void figures_are_added_up(void **state)
{
	struct fuzz_figures figures = { .stability = -1 };

	(void)state;
	tool_text_figures("corpus_count      : 304\n", &figures);
	tool_text_figures("corpus_count      : 6\n", &figures);
	tool_text_figures("corpus_counted    : 5\n", &figures);
	tool_text_figures("stability         : 99.50%\n", &figures);
	tool_text_figures("stability         : 100.00%\n", &figures);
	assert_int_equal(figures.kept, 310);
	assert_true(figures.stability > 99.49 && figures.stability < 99.51);
}

static void what_is_no_figure_is_not_counted(void **state)
{
	static const char *const lines[] = { "corpus_count : inf",
					     "corpus_count : nan",
					     "corpus_count : 1e18",
					     "corpus_count : -3",
					     "corpus_count",
					     "stability : nan",
					     "" };
	struct fuzz_figures figures = { .stability = -1 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		tool_text_figures(lines[i], &figures);
	assert_int_equal(figures.kept, 0);
	assert_true(figures.stability < 0);
}

static void names_and_logs_are_read(void **state)
{
	char abort[] = "\x1b[1;91m[-] \x1b[0mPROGRAM ABORT : \x1b[1;97mno seeds\x1b[0m\r\n";
	char error[] = "    SYSTEM ERROR : no room\n", cut[] = "\x1b[1;9";

	(void)state;
	assert_int_equal(tool_text_executions("id:0,time:3,execs:45,op:havoc"), 45);
	assert_int_equal(tool_text_executions("README.txt"), 0);
	assert_string_equal(tool_text_complaint(abort), "no seeds");
	assert_string_equal(tool_text_complaint(error), "no room");
	assert_null(tool_text_complaint(cut));
}

static void rates_are_added_up(void **state)
{
	struct lcov_rates rates = { { 0, 0 }, { 0, 0 }, { 0, 0 } };

	(void)state;
	tool_text_rates("LF:10\n", &rates);
	tool_text_rates("LF:5\n", &rates);
	tool_text_rates("LH:7\n", &rates);
	tool_text_rates("FNF:3\n", &rates);
	tool_text_rates("BRH:2\n", &rates);
	assert_int_equal(rates.lines.found, 15);
	assert_int_equal(rates.lines.hit, 7);
	assert_int_equal(rates.functions.found, 3);
	assert_int_equal(rates.branches.hit, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_added_up),
		cmocka_unit_test(what_is_no_figure_is_not_counted),
		cmocka_unit_test(names_and_logs_are_read),
		cmocka_unit_test(rates_are_added_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
