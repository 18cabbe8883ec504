/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include "reports/sample.h"
#include "reports/validate.h"

enum { XMLLINT_VALID = 0, XMLLINT_INVALID = 3 };

static const struct report_options plain = { 0 };

static int lint(const char *document)
{
	return validate("xmllint --noout --schema \"$SABOT_SOURCE_DIR/reports/gitlab.xsd\" -",
			document);
}

static char *report(const struct record_run *run)
{
	char *text = sample_report("gitlab", run, &plain);

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

/* Of the directory in which sabot ran: what GitLab has checked out there. */
static void failure_has_text_file_and_plan(void **state)
{
	char *text = report(&sample_run);

	(void)state;
	assert_non_null(strstr(text, "<testsuite name=\"sabot\" tests=\"7\" time=\"31.200\">"));
	assert_non_null(strstr(text,
			       "<testcase classname=\"mutex/two-locks\" "
			       "name=\"opposite-order\" time=\"100.250\" "
			       "file=\"two-locks.c\">\n"
			       "      <failure>FAIL: no task can run: left#0 and right#0 wait "
			       "for one another\n"
			       "\ndeadlock\n"));
	assert_non_null(strstr(text, "\n  1. left#0 locks a "));
	assert_non_null(strstr(text, "\nreplay: sabot replay out/two-locks.plan\n"));
	assert_non_null(strstr(text, "\nwhat the tasks wrote\nleft: begins\nright: begins"
				     "</failure>\n      <system-out>[[ATTACHMENT|"
				     "out/two-locks.plan]]</system-out>\n"));
	assert_int_equal(validate_count(text, "ATTACHMENT"), 1);
	free(text);
}

static void others_have_their_elements(void **state)
{
	char *text = report(&sample_run);

	(void)state;
	assert_int_equal(validate_count(text, "<failure>"), 1);
	assert_int_equal(validate_count(text, "<error>"), 2);
	assert_non_null(strstr(text, "<skipped>SKIP: needs a network namespace, which this kernel "
				     "refuses\n</skipped>"));
	assert_non_null(strstr(text, "<error>BROKEN: setup: pipe: EMFILE at short-write.c:12\n"));
	assert_non_null(strstr(text, "name=\"kill-anywhere\" time=\"12.345\"/>"));
	free(text);
}

/* What lies elsewhere is neither linked nor attached. */
static void paths_elsewhere_are_left_out(void **state)
{
	struct record_case record = sample_cases[1];
	struct record_run run = sample_run;
	char *text;

	(void)state;
	record.plan_path = "/tmp/x.plan";
	run.cases = &record;
	run.case_count = 1;
	run.directory = "/elsewhere";
	text = report(&run);
	assert_null(strstr(text, "ATTACHMENT"));
	assert_null(strstr(text, " file="));
	free(text);
	record.plan_path = "/elsewhere/out/x.plan";
	text = report(&run);
	assert_non_null(strstr(text, "[[ATTACHMENT|out/x.plan]]"));
	free(text);
	expect_valid(&run);
}

static void schema_accepts_everything(void **state)
{
	struct record_run run = sample_run;
	const struct record_run empty = {
		.version = "", .command_line = "", .directory = "", .host_notes = ""
	};

	(void)state;
	expect_valid(&sample_run);
	expect_valid(&sample_hostile_run);
	expect_valid(&empty);
	run.case_count = 1;
	run.interrupted = true;
	expect_valid(&run);
}

/* A schema that accepts anything would make the test above say nothing. */
static void schema_refuses_what_it_should(void **state)
{
	static const char *const refused[] = {
		"",
		"<testcase classname=\"a\" name=\"b\" time=\"0.000\"><failure/></testcase>",
		"<testcase classname=\"a\" name=\"b\" time=\"0.000\">"
		"<error>x</error><system-out>[[ATTACHMENT|x]]</system-out></testcase>",
		"<testcase classname=\"a\" name=\"b\" time=\"0.000\">"
		"<failure>x</failure><system-out>[[ATTACHMENT|/x]]</system-out></testcase>",
		"<testcase classname=\"a\" name=\"b\" time=\"0.000\" file=\"/x\"/>",
		"<testcase classname=\"a\" name=\"b\" time=\"0.000\">"
		"<failure type=\"file\">x</failure></testcase>",
		"<testcase classname=\"a\" name=\"b\" time=\"0.000\"/>"
		"<testcase classname=\"a\" name=\"b\" time=\"0.000\"/>",
	};
	char text[512];

	(void)state;
	validate_or_skip(lint(""), "libxml2-utils");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		snprintf(text, sizeof(text),
			 "<testsuites><testsuite name=\"s\" tests=\"1\" time=\"0.000\">%s"
			 "</testsuite></testsuites>",
			 refused[i]);
		assert_int_equal(lint(text), i ? XMLLINT_INVALID : XMLLINT_VALID);
	}
}

/* GitLab refuses files of 30 MB: a few hundred such cases still fit. */
static void long_texts_are_cut_at_a_line(void **state)
{
	const size_t size = 1024 * 1024;
	struct record_finding finding = sample_findings[0];
	struct record_case record = sample_cases[1];
	struct record_run run = sample_run;
	char *output = malloc(size + 1), *text;

	(void)state;
	assert_non_null(output);
	for (size_t i = 0; i < size; i++)
		output[i] = "0123456\n"[i % 8];
	output[size] = '\0';
	finding.output = finding.graph = output;
	record.findings = &finding;
	record.finding_count = 1;
	run.cases = &record;
	run.case_count = 1;
	text = report(&run);
	free(output);
	assert_true(strlen(text) < 80 * 1024);
	assert_int_equal(validate_count(text, "\n0123456\n(the rest is left out)\n"), 2);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failure_has_text_file_and_plan),
		cmocka_unit_test(others_have_their_elements),
		cmocka_unit_test(paths_elsewhere_are_left_out),
		cmocka_unit_test(schema_accepts_everything),
		cmocka_unit_test(schema_refuses_what_it_should),
		cmocka_unit_test(long_texts_are_cut_at_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
