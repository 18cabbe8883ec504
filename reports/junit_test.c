/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include "reports/sample.h"
#include "reports/validate.h"

enum { XMLLINT_VALID = 0, XMLLINT_NOT_WELL_FORMED = 1, XMLLINT_INVALID = 3 };

static const struct report_options plain = { 0 };

static int lint(const char *document)
{
	return validate("xmllint --noout --schema \"$SABOT_SOURCE_DIR/reports/junit.xsd\" -",
			document);
}

static char *report(const struct record_run *run)
{
	char *text = sample_report("junit", run, &plain);

	assert_non_null(text);
	return text;
}

static void expect_valid(const struct record_run *run)
{
	char *text = report(run);
	const int status = lint(text);

	free(text);
	validate_or_skip(status, "libxml2-utils");
	assert_int_equal(status, XMLLINT_VALID);
}

static void failure_tells_it_all(void **state)
{
	const struct record_run run = { .version = "0.1.0",
					.command_line = "sabot run \"x\"",
					.host_notes = "",
					.seed = UINT64_MAX,
					.cases = &sample_cases[1],
					.case_count = 1,
					.seconds = 100.5,
					.worst = VERDICT_FAIL };
	char *text = report(&run);

	(void)state;
	assert_string_equal(
		text,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"sabot\" tests=\"1\" failures=\"1\" errors=\"0\" "
		"time=\"100.500\">\n"
		"  <testsuite name=\"mutex/two-locks\" tests=\"1\" failures=\"1\" errors=\"0\" "
		"skipped=\"0\" time=\"100.250\">\n"
		"    <properties>\n"
		"      <property name=\"sabot.version\" value=\"0.1.0\"/>\n"
		"      <property name=\"sabot.command_line\" value=\"sabot run &quot;x&quot;\"/>\n"
		"      <property name=\"sabot.seed\" value=\"18446744073709551615\"/>\n"
		"    </properties>\n"
		"    <testcase classname=\"mutex.two-locks\" name=\"opposite-order\" "
		"time=\"100.250\">\n"
		"      <failure message=\"no task can run: left#0 and right#0 wait for one "
		"another\" type=\"deadlock\">\n"
		"deadlock\n"
		"no task can run: left#0 and right#0 wait for one another\n"
		"at two-locks.c:44\n"
		"\n"
		"what happened\n"
		"  1. left#0 locks a                                         "
		"                two-locks.c:44\n"
		"  2. right#0 locks b                                        "
		"                two-locks.c:45\n"
		"     ... 7 steps of left#0 ...\n"
		" 10. left#0/0 sleeps in pthread_mutex_lock: it wants b      "
		"                two-locks.c:44\n"
		" 11. the clock goes on\n"
		" 12. deadlock: no task can run                              "
		"                two-locks.c:44\n"
		"\n"
		"who waits for whom\n"
		"left#0  --b--&gt;  right#0\n"
		"  ^                |\n  +-------a--------+\n"
		"\n"
		"plan: out/two-locks.plan\n"
		"replay: sabot replay out/two-locks.plan\n"
		"\n"
		"leak\n"
		"1 semaphore set is left behind\n"
		"\n"
		"plan: out/two-locks.2.plan\n"
		"</failure>\n"
		"      <system-out>executions 17, points 190, checks 60, faults fired 4, kill "
		"points 5 of 31\n"
		"seed 18446744073709551615, trace hash 0x0123456789abcdef\n"
		"\n"
		"what the tasks wrote\n"
		"left: begins\n"
		"right: begins\n"
		"</system-out>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
	free(text);
}

/* The cases of a scenario lie apart in the record, and stand together in the report. */
static void suite_is_a_scenario(void **state)
{
	char *text = report(&sample_run);
	const char *suite =
		strstr(text, "<testsuite name=\"sysv-sem/semundo-crash\" tests=\"3\" "
			     "failures=\"0\" errors=\"0\" skipped=\"0\" time=\"12.359\">");

	(void)state;
	assert_non_null(strstr(text, "<testsuites name=\"sabot\" tests=\"7\" failures=\"1\" "
				     "errors=\"2\" time=\"31.200\">"));
	assert_int_equal(validate_count(text, "<testsuite name="), 4);
	assert_int_equal(validate_count(text, "<testcase "), 7);
	assert_non_null(suite);
	assert_true(strstr(suite, "name=\"without-undo\"") < strstr(suite, "</testsuite>"));
	assert_non_null(strstr(text, "<testsuite name=\"pipe/short-write\" tests=\"2\" "
				     "failures=\"0\" errors=\"2\" skipped=\"0\""));
	assert_non_null(strstr(text, "<testsuite name=\"net/abstract-socket\" tests=\"1\" "
				     "failures=\"0\" errors=\"0\" skipped=\"1\""));
	free(text);
}

static void verdicts_have_their_elements(void **state)
{
	char *text = report(&sample_run);

	(void)state;
	assert_int_equal(validate_count(text, "<failure "), 1);
	assert_int_equal(validate_count(text, "<error "), 2);
	assert_int_equal(validate_count(text, "<skipped "), 1);
	assert_non_null(strstr(text, "<skipped message=\"needs a network namespace, which this "
				     "kernel refuses\" type=\"SKIP\"/>"));
	assert_non_null(strstr(text, "type=\"INCONCLUSIVE\"/>"));
	assert_non_null(strstr(text, "<error message=\"setup: pipe: EMFILE at short-write.c:12\" "
				     "type=\"broken\"/>"));
	assert_non_null(strstr(text, "\ncaught by the value counts the living\n"));
	free(text);
}

static void schema_accepts_every_verdict(void **state)
{
	const struct record_run empty = { .version = "", .command_line = "", .host_notes = "" };

	(void)state;
	expect_valid(&sample_run);
	expect_valid(&empty);
}

static void schema_accepts_hostile_strings(void **state)
{
	char *text = report(&sample_hostile_run);

	(void)state;
	for (const char *at = text; *at; at++)
		assert_true(*at == '\n' || (unsigned char)*at >= 0x20);
	assert_null(strstr(text, "]]>"));
	assert_null(strstr(text, "\xc2\x9b"));
	free(text);
	expect_valid(&sample_hostile_run);
}

/* A schema that accepts anything would make the tests above say nothing. */
static void schema_refuses_what_it_should(void **state)
{
	static const char head[] =
		"<testsuites name=\"s\" tests=\"1\" failures=\"0\" errors=\"0\" ";
	char text[512];

	(void)state;
	validate_or_skip(lint(""), "libxml2-utils");
	snprintf(text, sizeof(text), "%stime=\"0.000\"/>", head);
	assert_int_equal(lint(text), XMLLINT_VALID);
	snprintf(text, sizeof(text), "%sskipped=\"0\" time=\"0.000\"/>", head);
	assert_int_equal(lint(text), XMLLINT_INVALID);
	snprintf(text, sizeof(text), "%stime=\"0,000\"/>", head);
	assert_int_equal(lint(text), XMLLINT_INVALID);
	snprintf(text, sizeof(text), "%stime=\"0.000\"><testcase/></testsuites>", head);
	assert_int_equal(lint(text), XMLLINT_INVALID);
	snprintf(text, sizeof(text), "%stime=\"0.000\">\x1b</testsuites>", head);
	assert_int_equal(lint(text), XMLLINT_NOT_WELL_FORMED);
}

static void interrupted_run_is_an_error(void **state)
{
	struct record_run run = sample_run;
	char *text;

	(void)state;
	run.case_count = 1;
	run.interrupted = true;
	text = report(&run);
	assert_non_null(strstr(text, "tests=\"2\" failures=\"0\" errors=\"1\" time=\"31.200\">"));
	assert_non_null(strstr(text, "<error message=\"interrupted: "));
	free(text);
	expect_valid(&run);
}

/* The parser of libxml2 refuses texts of 10 MB. */
static void long_output_is_cut_at_a_line(void **state)
{
	const size_t size = 12 * 1024 * 1024;
	struct record_finding finding = sample_findings[0];
	struct record_case record = sample_cases[1];
	const struct record_run run = { .version = "",
					.command_line = "",
					.host_notes = "",
					.cases = &record,
					.case_count = 1 };
	char *output = malloc(size + 1), *text;

	(void)state;
	assert_non_null(output);
	for (size_t i = 0; i < size; i++)
		output[i] = "0123456\n"[i % 8];
	output[size] = '\0';
	finding.output = output;
	record.findings = &finding;
	record.finding_count = 1;
	text = report(&run);
	free(output);
	assert_true(strlen(text) < 300 * 1024);
	assert_non_null(strstr(text, "\n(the beginning of the output is left out)\n"
				     "what the tasks wrote\n0123456\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failure_tells_it_all),
		cmocka_unit_test(suite_is_a_scenario),
		cmocka_unit_test(verdicts_have_their_elements),
		cmocka_unit_test(schema_accepts_every_verdict),
		cmocka_unit_test(schema_accepts_hostile_strings),
		cmocka_unit_test(schema_refuses_what_it_should),
		cmocka_unit_test(interrupted_run_is_an_error),
		cmocka_unit_test(long_output_is_cut_at_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
