/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include "reports/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct report_options plain = { 0 };

static struct record_strike strike(const char *role, enum record_where where, const char *file,
				   unsigned line, uint64_t known, uint64_t struck)
{
	return (struct record_strike){ .fault = "kill",
				       .role = role,
				       .where = where,
				       .site = 1,
				       .known = known,
				       .struck = struck,
				       .file = file,
				       .function = line < 10 ? "take" : "give",
				       .line = line,
				       .function_line = line < 10 ? 3 : 9 };
}

static char *report_of(struct record_case *cases, size_t count)
{
	struct record_run run = sample_run;

	run.cases = cases;
	run.case_count = count;
	return sample_report("kills", &run, &plain);
}

static void lines_of_all_cases_are_added(void **state)
{
	struct record_strike first[] = {
		strike("the-holder", RECORD_WOKEN, "/src/b.c", 12, 1, 1),
		strike("the-holder", RECORD_AT_POINT, "/src/b.c", 12, 3, 2),
		strike("the-holder", RECORD_AT_POINT, "/src/b.c", 5, 2, 0),
	};
	struct record_strike second[] = {
		strike("the-holder", RECORD_AT_POINT, "/src/a.c", 4, 1, 1),
		strike("the-holder", RECORD_AT_POINT, "/src/b.c", 12, 4, 4),
	};
	struct record_case cases[] = { { .strikes = first, .strike_count = 3 },
				       { .scenario = "no faults" },
				       { .strikes = second, .strike_count = 2 } };
	char *text = report_of(cases, 3);

	(void)state;
	assert_string_equal(text, "TN:kill_the_holder_at_point\n"
				  "SF:/src/a.c\n"
				  "FN:3,take\nFNDA:1,take\nFNF:1\nFNH:1\n"
				  "BRDA:4,0,0,1\nBRF:1\nBRH:1\n"
				  "DA:4,1\nLF:1\nLH:1\n"
				  "end_of_record\n"
				  "TN:kill_the_holder_at_point\n"
				  "SF:/src/b.c\n"
				  "FN:9,give\nFNDA:6,give\nFN:3,take\nFNDA:0,take\nFNF:2\nFNH:1\n"
				  "BRDA:5,0,0,0\nBRDA:12,0,0,6\nBRDA:12,0,1,0\nBRF:3\nBRH:1\n"
				  "DA:5,0\nDA:12,6\nLF:2\nLH:1\n"
				  "end_of_record\n"
				  "TN:kill_the_holder_woken\n"
				  "SF:/src/b.c\n"
				  "FN:9,give\nFNDA:1,give\nFNF:1\nFNH:1\n"
				  "BRDA:12,1,0,1\nBRF:1\nBRH:1\n"
				  "DA:12,1\nLF:1\nLH:1\n"
				  "end_of_record\n");
	free(text);
}

static void kinds_and_coordinates_are_apart(void **state)
{
	struct record_strike strikes[] = {
		strike("a", RECORD_IN_TRANSFER, "/a.c", 4, 1, 1),
		strike("a", RECORD_ASLEEP, "/a.c", 4, 1, 1),
		strike("a", RECORD_ASLEEP, "/a.c", 4, 1, 1),
		strike("b", RECORD_ASLEEP, "/a.c", 4, 1, 1),
	};
	struct record_case cases[] = { { .strikes = strikes, .strike_count = 4 } };
	const char *at;
	size_t sections = 0;
	char *text;

	(void)state;
	strikes[2].fault = "stop";
	text = report_of(cases, 1);
	for (at = text; (at = strstr(at, "end_of_record\n")) != NULL; at++)
		sections++;
	assert_int_equal(sections, 4);
	assert_non_null(strstr(text, "TN:kill_a_asleep\n"));
	assert_non_null(strstr(text, "TN:kill_a_in_transfer\n"));
	assert_non_null(strstr(text, "TN:kill_b_asleep\n"));
	assert_non_null(strstr(text, "TN:stop_a_asleep\n"));
	/* lcov adds branches of one block: these are four. */
	assert_non_null(strstr(text, "BRDA:4,0,0,1\n"));
	assert_non_null(strstr(text, "BRDA:4,3,0,1\n"));
	free(text);
}

static void without_a_line_nothing_is_said(void **state)
{
	struct record_strike strikes[] = {
		strike("a", RECORD_ASLEEP, "", 0, 1, 1),
		/* It turned out that nothing can strike there. */
		strike("a", RECORD_ASLEEP, "/a.c", 4, 0, 0),
	};
	struct record_case cases[] = { { .strikes = strikes, .strike_count = 2 } };
	char *text = report_of(cases, 1);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	text = report_of(cases, 0);
	assert_string_equal(text, "");
	free(text);
}

static void hostile_names_stay_in_their_line(void **state)
{
	struct record_strike strikes[] = { strike("a\nb", RECORD_ASLEEP, "/a\n.c", 4, 1, 1) };
	struct record_case cases[] = { { .strikes = strikes, .strike_count = 1 } };
	char *text;

	(void)state;
	strikes[0].function = "f\nend_of_record";
	text = report_of(cases, 1);
	assert_non_null(strstr(text, "TN:kill_a_b_asleep\nSF:/a_.c\nFN:3,f_end_of_record\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_all_cases_are_added),
		cmocka_unit_test(kinds_and_coordinates_are_apart),
		cmocka_unit_test(without_a_line_nothing_is_said),
		cmocka_unit_test(hostile_names_stay_in_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
