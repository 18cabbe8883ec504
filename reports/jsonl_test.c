/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include "reports/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct report_options plain = { 0 };

static void case_is_one_line(void **state)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	(void)state;
	assert_non_null(file);
	assert_int_equal(report_case_json(file, &sample_cases[1]), 0);
	fclose(file);
	assert_string_equal(
		text,
		"{\"scenario\": \"mutex/two-locks\", \"case\": \"opposite-order\", "
		"\"verdict\": \"FAIL\", \"kind\": \"deadlock\", \"executions\": 17, "
		"\"points\": 190, \"faults_fired\": 4, \"kill_points_covered\": 5, "
		"\"kill_points_known\": 31, \"seconds\": 100.250000, "
		"\"seed\": 18446744073709551615, \"plan\": \"out/two-locks.plan\", "
		"\"trace_hash\": \"0x0123456789abcdef\", \"checks\": 60, \"caught_by\": \"\", "
		"\"message\": \"no task can run: left#0 and right#0 wait for one another\", "
		"\"finding_count\": 2}\n");
	free(text);
}

/* Cuts the next line off `*rest`; NULL at the end. */
static char *next_line(char **rest)
{
	char *line = *rest, *end = strchr(line, '\n');

	if (!*line)
		return NULL;
	assert_non_null(end);
	*end = '\0';
	*rest = end + 1;
	return line;
}

static bool starts_with(const char *line, const char *start)
{
	return !strncmp(line, start, strlen(start));
}

static void run_is_header_cases_summary(void **state)
{
	char *text = sample_report("jsonl", &sample_run, &plain), *rest = text;

	(void)state;
	assert_non_null(text);
	assert_string_equal(next_line(&rest),
			    "{\"type\": \"run\", \"record\": 1, \"version\": \"0.1.0\", "
			    "\"command_line\": \"sabot run --seed 42\", "
			    "\"directory\": \"/src/my locks\", \"host_notes\": "
			    "\"no real-time priorities: \\\"woken\\\" is not held\\n\", "
			    "\"seed\": 42}");
	for (size_t i = 0; i < sample_run.case_count; i++)
		assert_true(starts_with(next_line(&rest), "{\"type\": \"case\", \"scenario\": "));
	assert_string_equal(next_line(&rest),
			    "{\"type\": \"summary\", \"cases\": 7, \"verdicts\": {\"PASS\": 3, "
			    "\"SKIP\": 1, \"INCONCLUSIVE\": 1, \"BROKEN\": 1, \"FAIL\": 1}, "
			    "\"worst\": \"FAIL\", \"interrupted\": false, \"findings\": 2, "
			    "\"executions\": 1123477, \"points\": 9224, \"checks\": 5076, "
			    "\"faults_fired\": 417, \"kill_points_covered\": 418, "
			    "\"kill_points_known\": 453, \"seconds\": 31.200000}");
	assert_null(next_line(&rest));
	free(text);
}

static void findings_are_nested(void **state)
{
	char *text = sample_report("jsonl", &sample_run, &plain);

	(void)state;
	assert_non_null(text);
	assert_non_null(strstr(text, "\"finding_count\": 0, \"findings\": []}\n"));
	assert_non_null(strstr(text,
			       "\"finding_count\": 1, \"findings\": [{\"kind\": \"invariant\", "
			       "\"oracle\": \"the value counts the living\", "
			       "\"message\": \"value 0, the living leave 1\", "
			       "\"place\": \"semundo-crash.c:31\", "
			       "\"file\": \"/src/semundo-crash.c\", \"line\": 31, "
			       "\"story\": \"  1. holder#0 takes 1 of 1\\n"
			       "  2. holder#0 is killed at \\\"inside\\\"\\n\", "
			       "\"steps\": [{\"kind\": \"step\", \"number\": 1, "
			       "\"task\": \"holder#0\", \"process\": \"holder#0\", "
			       "\"text\": \"holder#0 takes 1 of 1\", \"place\": \"\", "
			       "\"file\": \"\", \"line\": 0}, {\"kind\": \"step\", \"number\": 2, "
			       "\"task\": \"holder#0\", \"process\": \"holder#0\", "
			       "\"text\": \"holder#0 is killed at \\\"inside\\\"\", "
			       "\"place\": \"\", \"file\": \"\", \"line\": 0}], "
			       "\"graph\": \"\", \"history\": \"\", "
			       "\"leaks\": \"\", \"output\": \"\", "
			       "\"plan\": \"out/semundo-crash.without-undo.plan\", "
			       "\"replay\": \"sabot replay out/semundo-crash.without-undo.plan\", "
			       "\"fingerprint\": \"0x0000000000000011\", \"seen\": 1, "
			       "\"trace_hash\": \"0x0000000000000012\"}]}\n"));
	assert_non_null(strstr(text, "}, {\"kind\": \"leak\", "));
	free(text);
}

static void hostile_strings_stay_on_their_line(void **state)
{
	char *text = sample_report("jsonl", &sample_hostile_run, &plain), *rest = text;
	size_t lines = 0;

	(void)state;
	assert_non_null(text);
	for (char *line = next_line(&rest); line; line = next_line(&rest), lines++) {
		for (const char *at = line; *at; at++)
			assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
		assert_true(starts_with(line, "{\"type\": "));
		assert_int_equal(line[strlen(line) - 1], '}');
		assert_null(strstr(line, "\xc2\x9b"));
	}
	assert_int_equal(lines, 3);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_is_one_line),
		cmocka_unit_test(run_is_header_cases_summary),
		cmocka_unit_test(findings_are_nested),
		cmocka_unit_test(hostile_strings_stay_on_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
