/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include "reports/rules.h"
#include "reports/sample.h"
#include "reports/validate.h"

enum { VALID = 0, INVALID = 1 };

static const struct report_options plain = { 0 };

static int lint(const char *document)
{
	return validate("/usr/bin/python3 \"$SABOT_SOURCE_DIR/reports/validate_sarif.py\"",
			document);
}

static char *report(const struct record_run *run)
{
	char *text = sample_report("sarif", run, &plain);

	assert_non_null(text);
	return text;
}

static void expect_valid(const struct record_run *run)
{
	char *text = report(run);
	const int status = lint(text);

	free(text);
	validate_or_skip(status, "python3-jsonschema");
	assert_int_equal(status, VALID);
}

static void expect(const char *text, const char *part)
{
	if (!strstr(text, part))
		print_error("missing: %s\nin: %s\n", part, text);
	assert_non_null(strstr(text, part));
}

static void findings_are_results(void **state)
{
	char *text = report(&sample_run);

	(void)state;
	/* Of the caught twin there is none. */
	assert_int_equal(validate_count(text, "{\"ruleId\": "), 2);
	expect(text, "{\"ruleId\": \"deadlock\", \"ruleIndex\": 2, \"level\": \"error\", "
		     "\"message\": {\"text\": \"no task can run: left#0 and right#0 wait for one "
		     "another\\nReplay: sabot replay out/two-locks.plan\"}, "
		     "\"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": "
		     "\"two-locks.c\", \"uriBaseId\": \"SRCROOT\"}, "
		     "\"region\": {\"startLine\": 44}}, "
		     "\"logicalLocations\": [{\"fullyQualifiedName\": "
		     "\"mutex/two-locks:opposite-order\", \"kind\": \"test case\"}]}], ");
	expect(text, "\"partialFingerprints\": {\"sabotFinding/v1\": \"0x00000000feedface\"}, "
		     "\"occurrenceCount\": 3, ");
	expect(text, "\"waitsFor\": \"left#0  --b-->  right#0\\n");
	expect(text, "{\"ruleId\": \"leak\", \"ruleIndex\": 11, \"level\": \"error\", "
		     "\"message\": {\"text\": \"1 semaphore set is left behind\"}, "
		     "\"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": "
		     "\"out/two-locks.2.plan\", \"uriBaseId\": \"SRCROOT\"}, "
		     "\"region\": {\"startLine\": 1}}, \"logicalLocations\": [");
	expect(text, "\"originalUriBaseIds\": {\"SRCROOT\": {\"uri\": "
		     "\"file:///src/my%20locks/\"}}");
	free(text);
}

/* Steps of a thread stand in the flow of its process; gaps and the clock stand in none. */
static void processes_are_thread_flows(void **state)
{
	char *text = report(&sample_run);

	(void)state;
	assert_int_equal(validate_count(text, "\"codeFlows\": "), 1);
	assert_int_equal(validate_count(text, "\"executionOrder\": "), 4);
	expect(text, "\"threadFlows\": [{\"id\": \"left#0\", "
		     "\"message\": {\"text\": \"process left#0\"}, \"locations\": [{\"location\": "
		     "{\"physicalLocation\": {\"artifactLocation\": {\"uri\": \"two-locks.c\", "
		     "\"uriBaseId\": \"SRCROOT\"}, \"region\": {\"startLine\": 44}}, "
		     "\"message\": {\"text\": \"left#0 locks a\"}}, \"executionOrder\": 1, "
		     "\"importance\": \"important\"}, ");
	expect(text, "\"message\": {\"text\": \"left#0/0 sleeps in pthread_mutex_lock: it wants "
		     "b\"}}, \"executionOrder\": 10, \"importance\": \"important\"}, ");
	expect(text, "\"executionOrder\": 12, \"importance\": \"essential\"}]}, "
		     "{\"id\": \"right#0\", ");
	free(text);
}

static const struct record_step wandering_steps[] = {
	{ .number = 1, .task = "a#0", .process = "a#0", .text = "a#0 is woken", .file = "" },
	{ .number = 2, .task = "b#0", .process = "b#0", .text = "b#0 ends", .file = "" },
	{ .number = 3, .task = "a#0", .process = "a#0", .text = "locks", .file = "x.c", .line = 3 },
	{ .number = 4, .task = "a#0", .process = "a#0", .text = "a#0 ends", .file = "" },
};

/* GitHub asks for a place of each: the nearest of the process that is known. */
static void steps_without_a_place_borrow_one(void **state)
{
	struct record_finding finding = sample_findings[0];
	struct record_case record = sample_cases[1];
	struct record_run run = sample_run;
	char *text;

	(void)state;
	finding.steps = wandering_steps;
	finding.step_count = sizeof(wandering_steps) / sizeof(wandering_steps[0]);
	finding.file = "";
	record.findings = &finding;
	record.finding_count = 1;
	run.cases = &record;
	run.case_count = 1;
	run.directory = "";
	text = report(&run);
	assert_int_equal(validate_count(text, "{\"physicalLocation\": {\"artifactLocation\": "
					      "{\"uri\": \"x.c\"}, \"region\": "
					      "{\"startLine\": 3}}, \"message\""),
			 3);
	expect(text, "{\"location\": {\"message\": {\"text\": \"b#0 ends\"}}");
	free(text);
	expect_valid(&run);
}

static void what_was_not_tested_is_a_notification(void **state)
{
	char *text = report(&sample_run);

	(void)state;
	expect(text, "\"executionSuccessful\": true, \"exitCode\": 1, "
		     "\"toolExecutionNotifications\": [{\"level\": \"note\", \"message\": "
		     "{\"text\": \"on this host: no real-time priorities: ");
	expect(text, "{\"level\": \"note\", \"message\": {\"text\": "
		     "\"net/abstract-socket:no-fault: SKIP: needs a network namespace, ");
	expect(text, "{\"level\": \"warning\", \"message\": {\"text\": \"pipe/short-write:a-case");
	expect(text, "{\"level\": \"error\", \"message\": {\"text\": "
		     "\"pipe/short-write:setup: BROKEN: setup: pipe: EMFILE");
	free(text);
}

static void each_kind_has_a_rule(void **state)
{
	char *text = report(&sample_run);

	(void)state;
	for (enum kind kind = KIND_INVARIANT; kind < KIND_BROKEN; kind++) {
		const struct rule *rule = rules_find(kind);
		char id[64];

		assert_non_null(rule);
		snprintf(id, sizeof(id), "{\"id\": \"%s\", \"name\": ", rule->id);
		expect(text, id);
	}
	assert_null(rules_find(KIND_BROKEN));
	assert_null(rules_find(KIND_NONE));
	free(text);
}

static const struct record_step crash_steps[] = {
	{ .number = 1, .task = "a#0", .process = "a#0", .text = "a#0 {0} [x](1)", .file = "" },
	{ .kind = RECORD_FINDING, .number = 2, .task = "", .process = "", .text = "", .file = "" },
	{ .kind = RECORD_FRAME,
	  .task = "a#0",
	  .process = "a#0",
	  .text = "in use (x.c:3)",
	  .file = "/lib/x.c",
	  .line = 3 },
};

static const struct record_finding crash = { .kind = KIND_CRASH,
					     .oracle = "crash",
					     .message = "{} [y](2)",
					     .place = "",
					     .file = "",
					     .steps = crash_steps,
					     .step_count = 3,
					     .graph = "",
					     .history = "",
					     .leaks = "",
					     .output = "",
					     .plan_path = "",
					     .replay_line = "" };

static void crashes_have_stacks(void **state)
{
	struct record_case record = sample_cases[1];
	struct record_run run = sample_run;
	char *text;

	(void)state;
	record.findings = &crash;
	record.finding_count = 1;
	run.cases = &record;
	run.case_count = 1;
	text = report(&run);
	expect(text, "\"stacks\": [{\"message\": {\"text\": \"a#0\"}, \"frames\": "
		     "[{\"location\": {\"physicalLocation\": "
		     "{\"artifactLocation\": {\"uri\": \"file:///lib/x.c\"}, "
		     "\"region\": {\"startLine\": 3}}, "
		     "\"message\": {\"text\": \"in use (x.c:3)\"}}}]}]");
	/* No place of its own: the last that is known. */
	expect(text, "\"locations\": [{\"physicalLocation\": "
		     "{\"artifactLocation\": {\"uri\": \"file:///lib/x.c\"}");
	/* Neither placeholders nor links. */
	expect(text, "\"text\": \"a#0 {{0}} [x] (1)\"");
	expect(text, "\"text\": \"{{}} [y] (2)\"");
	assert_int_equal(validate_count(text, "\"occurrenceCount\": 1,"), 1);
	free(text);
	expect_valid(&run);
}

static const struct record_step race_steps[] = {
	{ .kind = RECORD_FRAME, .task = "a#0", .text = "a#0 writes", .file = "/x.c", .line = 3 },
	{ .kind = RECORD_FRAME, .task = "a#0", .text = "called by f", .file = "" },
	{ .kind = RECORD_FRAME, .task = "b#0", .text = "b#0 reads", .file = "/x.c", .line = 9 },
	{ .kind = RECORD_FRAME, .task = "", .text = "what is missing", .file = "" },
};

static void races_have_two_places(void **state)
{
	struct record_finding race = crash;
	struct record_case record = sample_cases[1];
	struct record_run run = sample_run;
	char *text;

	(void)state;
	race.kind = KIND_RACE;
	race.steps = race_steps;
	race.step_count = sizeof(race_steps) / sizeof(race_steps[0]);
	record.findings = &race;
	record.finding_count = 1;
	run.cases = &record;
	run.case_count = 1;
	text = report(&run);
	expect(text, "\"relatedLocations\": [{\"physicalLocation\": {\"artifactLocation\": "
		     "{\"uri\": \"file:///x.c\"}, \"region\": {\"startLine\": 3}}, "
		     "\"message\": {\"text\": \"a#0 writes\"}}, {\"physicalLocation\": "
		     "{\"artifactLocation\": {\"uri\": \"file:///x.c\"}, "
		     "\"region\": {\"startLine\": 9}}, "
		     "\"message\": {\"text\": \"b#0 reads\"}}]");
	expect(text, "\"stacks\": [{\"message\": {\"text\": \"a#0\"}, \"frames\": [");
	expect(text, ", {\"message\": {\"text\": \"b#0\"}, \"frames\": [");
	assert_int_equal(validate_count(text, "\"frames\": ["), 2);
	assert_null(strstr(text, "what is missing"));
	free(text);
	expect_valid(&run);
}

static void schema_accepts_every_report(void **state)
{
	struct record_run run = sample_run;
	const struct record_run empty = {
		.version = "", .command_line = "", .directory = "", .host_notes = ""
	};

	(void)state;
	expect_valid(&sample_run);
	expect_valid(&sample_hostile_run);
	expect_valid(&empty);
	run.directory = "/";
	run.interrupted = true;
	expect_valid(&run);
}

static void expect_refused(const char *from, const char *to)
{
	char *text = report(&sample_run), *at = strstr(text, from), *changed;

	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) >
		    0);
	assert_int_equal(lint(changed), INVALID);
	free(changed);
	free(text);
}

/* A validator that accepts anything would make the test above say nothing. */
static void validator_refuses_what_it_should(void **state)
{
	(void)state;
	validate_or_skip(lint("{}"), "python3-jsonschema");
	assert_int_equal(lint("{}"), INVALID);
	expect_refused("\"version\": \"2.1.0\"", "\"version\": \"2.2.0\"");
	expect_refused("\"ruleIndex\": 2", "\"ruleIndex\": 3");
	expect_refused("\"startLine\": 44", "\"startLine\": 0");
	expect_refused("\"uri\": \"two-locks.c\"", "\"uri\": \"two locks.c\"");
	expect_refused("\"executionOrder\": 10", "\"executionOrder\": 12");
	expect_refused("\"executionOrder\": 10", "\"executionOrder\": 0");
	expect_refused("\"id\": \"right#0\"", "\"id\": \"left#0\"");
	expect_refused("left#0 locks a", "left#0 locks {0}");
	expect_refused("left#0 locks a", "left#0 locks [a](1)");
	expect_refused("\"level\": \"error\", \"message\"", "\"level\": \"bad\", \"message\"");
	expect_refused("{\"SRCROOT\": ", "{\"OTHER\": ");
	expect_refused("\"seed\": 18446744073709551615", "\"seed\": 1, \"seed\": 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_are_results),
		cmocka_unit_test(processes_are_thread_flows),
		cmocka_unit_test(steps_without_a_place_borrow_one),
		cmocka_unit_test(what_was_not_tested_is_a_notification),
		cmocka_unit_test(each_kind_has_a_rule),
		cmocka_unit_test(crashes_have_stacks),
		cmocka_unit_test(races_have_two_places),
		cmocka_unit_test(schema_accepts_every_report),
		cmocka_unit_test(validator_refuses_what_it_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
