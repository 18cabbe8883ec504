/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include "reports/sample.h"
#include "reports/validate.h"

enum { VALID = 0, INVALID = 1 };

static const struct report_options plain = { 0 };

static int lint(const char *document)
{
	return validate("/usr/bin/python3 \"$SABOT_SOURCE_DIR/reports/validate_tap.py\"", document);
}

/* That of Perl's in Debian 12 knows version 13, which 14 is a superset of. */
static int lint_with_perl(const char *document)
{
	return validate("perl -MTAP::Parser -e '"
			"local $/; my $tap = <STDIN>; $tap =~ s/^TAP version 14/TAP version 13/; "
			"my $parser = TAP::Parser->new({ tap => $tap }); "
			"while (my $result = $parser->next) { "
			"print STDERR $result->raw, \"\\n\" and exit 1 if $result->is_unknown } "
			"print STDERR \"$_\\n\" for $parser->parse_errors; "
			"exit($parser->parse_errors ? 1 : 0)'",
			document);
}

static char *report(const struct record_run *run)
{
	char *text = sample_report("tap", run, &plain);

	assert_non_null(text);
	return text;
}

static void expect_valid(const struct record_run *run)
{
	char *text = report(run);
	const int status = lint(text), in_perl = lint_with_perl(text);

	free(text);
	validate_or_skip(status, "python3-tap or python3-yaml");
	validate_or_skip(in_perl, "perl");
	assert_int_equal(status, VALID);
	assert_int_equal(in_perl, VALID);
}

static void case_is_a_test_point(void **state)
{
	char *text = report(&sample_run);
	const char begin[] = "TAP version 14\n"
			     "1..7\n"
			     "# sabot run --seed 42\n"
			     "# on this host: no real-time priorities: \"woken\" is not held\n"
			     "ok 1 - sysv-sem/semundo-crash:no-fault\n"
			     "  ---\n"
			     "  verdict: \"PASS\"\n"
			     "  seed: \"42\"\n"
			     "  duration_ms: 4.000\n"
			     "  executions: 1\n"
			     "  points: 14\n"
			     "  checks: 9\n"
			     "  faults_fired: 0\n"
			     "  kill_points: \"0 of 0\"\n"
			     "  ...\n"
			     "not ok 2 - mutex/two-locks:opposite-order\n"
			     "  ---\n"
			     "  verdict: \"FAIL\"\n";

	(void)state;
	assert_memory_equal(text, begin, strlen(begin));
	assert_int_equal(validate_count(text, "\nok "), 4);
	assert_int_equal(validate_count(text, "\nnot ok "), 3);
	assert_non_null(strstr(text, "\nok 5 - net/abstract-socket:no-fault # SKIP needs a network "
				     "namespace, which this kernel refuses\n"));
	assert_non_null(strstr(text, "\n  caught_by: \"the value counts the living\"\n"));
	free(text);
}

static void findings_are_diagnostics(void **state)
{
	char *text = report(&sample_run);

	(void)state;
	assert_non_null(strstr(
		text,
		"  findings:\n"
		"    - kind: \"deadlock\"\n"
		"      oracle: \"deadlock\"\n"
		"      message: \"no task can run: left#0 and right#0 wait for one another\"\n"
		"      at: \"two-locks.c:44\"\n"
		"      seen: 3\n"
		"      fingerprint: \"0x00000000feedface\"\n"
		"      story:\n"
		"        - \"  1. left#0 locks a "));
	assert_non_null(strstr(text, "      graph:\n"
				     "        - \"left#0  --b-->  right#0\"\n"));
	assert_non_null(strstr(text, "      output:\n"
				     "        - \"left\\x3a begins\"\n"
				     "        - \"right\\x3a begins\"\n"
				     "      plan: \"out/two-locks.plan\"\n"
				     "      replay: \"sabot replay out/two-locks.plan\"\n"
				     "    - kind: \"leak\"\n"));
	/* What caught a twin is none. */
	assert_int_equal(validate_count(text, "    - kind: "), 2);
	free(text);
}

static void parsers_accept_every_report(void **state)
{
	(void)state;
	expect_valid(&sample_run);
}

/* The Python parser knows no escaped "#", so this is for Perl's alone. */
static void descriptions_hold_no_directive(void **state)
{
	struct record_case record = sample_cases[0];
	struct record_run run = sample_run;
	char *text;
	int status;

	(void)state;
	record.name = "name # SKIP is \\ no directive";
	run.cases = &record;
	run.case_count = 1;
	text = report(&run);
	assert_non_null(strstr(
		text, "\nok 1 - sysv-sem/semundo-crash:name \\# SKIP is \\\\ no directive\n"));
	status = validate("perl -MTAP::Parser -e '"
			  "local $/; my $tap = <STDIN>; $tap =~ s/^TAP version 14/TAP version 13/; "
			  "my $parser = TAP::Parser->new({ tap => $tap }); $parser->run; "
			  "exit($parser->skipped ? 1 : 0)'",
			  text);
	free(text);
	validate_or_skip(status, "perl");
	assert_int_equal(status, VALID);
}

static void hostile_strings_change_nothing(void **state)
{
	struct record_run run = sample_hostile_run;
	struct record_case record = sample_cases[4];
	char *text;

	(void)state;
	expect_valid(&run);
	record.message = "holder#0 is # SKIP this\n1..2\nBail out!";
	run.cases = &record;
	run.interrupted = false;
	expect_valid(&run);
	text = report(&run);
	assert_non_null(strstr(text, "\nok 1 - net/abstract-socket:no-fault # SKIP "
				     "holder\\#0 is \\# SKIP this\\x0a1..2\\x0aBail out!\n"));
	for (const char *at = text; *at; at++)
		assert_true(*at == '\n' || (unsigned char)*at >= 0x20);
	free(text);
}

static void nothing_run_is_skipped(void **state)
{
	const struct record_run run = {
		.version = "", .command_line = "", .directory = "", .host_notes = ""
	};
	char *text = report(&run);

	(void)state;
	assert_string_equal(text, "TAP version 14\n1..0 # SKIP no case was run\n");
	free(text);
	expect_valid(&run);
}

static void interrupted_run_bails_out(void **state)
{
	struct record_run run = sample_run;
	char *text;

	(void)state;
	run.interrupted = true;
	text = report(&run);
	assert_non_null(strstr(text, "\n  ...\nBail out! interrupted: "));
	free(text);
}

static void expect_refused(const char *from, const char *to)
{
	char *text = report(&sample_run), *at = strstr(text, from), *changed;

	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) >
		    0);
	if (lint(changed) == VALID)
		print_error("accepted with %s\n", to);
	assert_int_equal(lint(changed), INVALID);
	free(changed);
	free(text);
}

/* Validators that accept anything would make the tests above say nothing. */
static void parsers_refuse_what_they_should(void **state)
{
	(void)state;
	validate_or_skip(lint(""), "python3-tap or python3-yaml");
	validate_or_skip(lint_with_perl(""), "perl");
	expect_refused("TAP version 14", "TAP version 13");
	expect_refused("1..7", "1..8");
	expect_refused("not ok 2", "ok 2");
	expect_refused("ok 3", "ok 4");
	expect_refused(" # SKIP", " - SKIP");
	expect_refused("# sabot run", "sabot run");
	expect_refused("      graph:\n", "      graph: \"\n");
	expect_refused("verdict: \"FAIL\"", "verdict: \"\\FAIL\"");
	assert_int_equal(lint_with_perl("TAP version 14\n1..2\nok 1\n"), INVALID);
	assert_int_equal(lint_with_perl("TAP version 14\n1..1\nno 1\n"), INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_is_a_test_point),
		cmocka_unit_test(findings_are_diagnostics),
		cmocka_unit_test(parsers_accept_every_report),
		cmocka_unit_test(descriptions_hold_no_directive),
		cmocka_unit_test(hostile_strings_change_nothing),
		cmocka_unit_test(nothing_run_is_skipped),
		cmocka_unit_test(interrupted_run_bails_out),
		cmocka_unit_test(parsers_refuse_what_they_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
