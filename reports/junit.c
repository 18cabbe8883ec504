/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML as the schema of Jenkins has it (junit.xsd): a test suite for each scenario, a test
 * case for each case. FAIL is a failure; BROKEN and INCONCLUSIVE are errors, for nothing was shown;
 * SKIP is skipped. Readers take one failure of a test case, so all findings stand in its one
 * element.
 */
#include "reports/report.h"
#include "reports/xml.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Readers on libxml2 refuse a text of 10 MB; the end of an output tells most. */
enum { OUTPUT_LIMIT_BYTES = 256 * 1024 };

struct counts {
	uint64_t tests, failures, errors, skipped;
	double seconds;
};

static const char *const elements[VERDICT_COUNT] = {
	[VERDICT_SKIP] = "skipped",
	[VERDICT_INCONCLUSIVE] = "error",
	[VERDICT_BROKEN] = "error",
	[VERDICT_FAIL] = "failure",
};

/* Over the cases of one scenario, or of all if it is NULL. */
static struct counts count(const struct record_run *run, const char *scenario)
{
	struct counts counts = { 0 };

	for (size_t i = 0; i < run->case_count; i++) {
		const struct record_case *record = &run->cases[i];

		if (scenario && strcmp(scenario, record->scenario))
			continue;
		counts.tests++;
		counts.failures += record->verdict == VERDICT_FAIL;
		counts.errors += record->verdict == VERDICT_BROKEN ||
				 record->verdict == VERDICT_INCONCLUSIVE;
		counts.skipped += record->verdict == VERDICT_SKIP;
		counts.seconds += record->seconds > 0 ? record->seconds : 0;
	}
	return counts;
}

/* Jenkins makes packages of what stands before the last dot. */
static void class_attribute(struct xml *xml, const char *scenario)
{
	char class[256];
	size_t length = 0;

	for (; scenario[length] && length < sizeof(class) - 1; length++)
		class[length] = scenario[length] == '/' ? '.' : scenario[length];
	class[length] = '\0';
	xml_attribute(xml, "classname", class);
}

static void section(struct xml *xml, const char *title, const char *text)
{
	if (!*text)
		return;
	xml_text(xml, "\n");
	xml_text(xml, title);
	xml_text(xml, "\n");
	xml_text(xml, text);
	if (text[strlen(text) - 1] != '\n')
		xml_text(xml, "\n");
}

static void line(struct xml *xml, const char *label, const char *text)
{
	if (!*text)
		return;
	xml_text(xml, label);
	xml_text(xml, text);
	xml_text(xml, "\n");
}

static void outcome(struct xml *xml, const struct record_case *record)
{
	char *evidence;

	if (record->verdict == VERDICT_PASS)
		return;
	xml_open(xml, elements[record->verdict]);
	xml_attribute(xml, "message", record->message);
	xml_attribute(xml, "type",
		      record->kind == KIND_NONE ? verdict_name(record->verdict)
						: kind_name(record->kind));
	evidence = report_evidence(record);
	if (evidence && *evidence)
		xml_text(xml, evidence);
	free(evidence);
	xml_close(xml);
}

static void figures(struct xml *xml, const struct record_case *record)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "executions %" PRIu64 ", points %" PRIu64 ", checks %" PRIu64
		 ", faults fired %" PRIu64 ", kill points %" PRIu64 " of %" PRIu64 "\n"
		 "seed %" PRIu64 ", trace hash 0x%016" PRIx64 "\n",
		 record->executions, record->points, record->checks, record->faults_fired,
		 record->kill_points_covered, record->kill_points_known, record->seed,
		 record->trace_hash);
	xml_text(xml, text);
	report_sights(record->sights, text, sizeof(text));
	line(xml, "", text);
	if (record->verdict == VERDICT_PASS)
		line(xml, "caught by ", record->caught_by);
}

static void output(struct xml *xml, const char *text)
{
	const size_t length = strlen(text);

	if (length > OUTPUT_LIMIT_BYTES) {
		const char *line_end;

		text += length - OUTPUT_LIMIT_BYTES;
		line_end = strchr(text, '\n');
		if (line_end)
			text = line_end + 1;
		xml_text(xml, "\n(the beginning of the output is left out)");
	}
	section(xml, "what the tasks wrote", text);
}

static void test_case(struct xml *xml, const struct record_case *record)
{
	xml_open(xml, "testcase");
	class_attribute(xml, record->scenario);
	xml_attribute(xml, "name", record->name);
	xml_attribute_seconds(xml, "time", record->seconds);
	outcome(xml, record);
	xml_open(xml, "system-out");
	figures(xml, record);
	for (size_t i = 0; i < record->finding_count; i++)
		output(xml, record->findings[i].output);
	xml_close(xml);
	xml_close(xml);
}

static void count_attributes(struct xml *xml, const struct counts *counts)
{
	xml_attribute_unsigned(xml, "tests", counts->tests);
	xml_attribute_unsigned(xml, "failures", counts->failures);
	xml_attribute_unsigned(xml, "errors", counts->errors);
}

static void property(struct xml *xml, const char *name, const char *value)
{
	xml_open(xml, "property");
	xml_attribute(xml, "name", name);
	xml_attribute(xml, "value", value);
	xml_close(xml);
}

static void properties(struct xml *xml, const struct record_run *run)
{
	char seed[32];

	snprintf(seed, sizeof(seed), "%" PRIu64, run->seed);
	xml_open(xml, "properties");
	property(xml, "sabot.version", run->version);
	property(xml, "sabot.command_line", run->command_line);
	property(xml, "sabot.seed", seed);
	if (*run->host_notes)
		property(xml, "sabot.host_notes", run->host_notes);
	xml_close(xml);
}

static void suite_open(struct xml *xml, const struct record_run *run, const char *name,
		       const struct counts *counts)
{
	xml_open(xml, "testsuite");
	xml_attribute(xml, "name", name);
	count_attributes(xml, counts);
	xml_attribute_unsigned(xml, "skipped", counts->skipped);
	xml_attribute_seconds(xml, "time", counts->seconds);
	properties(xml, run);
}

static void test_suite(struct xml *xml, const struct record_run *run, size_t first)
{
	const char *scenario = run->cases[first].scenario;
	const struct counts counts = count(run, scenario);

	suite_open(xml, run, scenario, &counts);
	for (size_t i = first; i < run->case_count; i++)
		if (!strcmp(run->cases[i].scenario, scenario))
			test_case(xml, &run->cases[i]);
	xml_close(xml);
}

/* Cases that are missing look like a pass to whoever counts failures: an error stands for them. */
static void interrupted_suite(struct xml *xml, const struct record_run *run)
{
	const struct counts counts = { .tests = 1, .errors = 1 };

	suite_open(xml, run, "sabot", &counts);
	xml_open(xml, "testcase");
	xml_attribute(xml, "classname", "sabot");
	xml_attribute(xml, "name", "run to the end");
	xml_attribute_seconds(xml, "time", 0);
	xml_open(xml, "error");
	xml_attribute(xml, "message", "interrupted: cases that had not finished are missing");
	xml_attribute(xml, "type", "interrupted");
	xml_close(xml);
	xml_close(xml);
	xml_close(xml);
}

/* Workers finish in any order, so the cases of a scenario may lie apart. */
static bool is_first_of_scenario(const struct record_run *run, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (!strcmp(run->cases[i].scenario, run->cases[index].scenario))
			return false;
	return true;
}

int junit_write(FILE *file, const struct record_run *run, const struct report_options *options)
{
	struct sink sink = { file, 0 };
	struct xml xml = { .sink = &sink };
	struct counts counts = count(run, NULL);

	(void)options;
	counts.tests += run->interrupted;
	counts.errors += run->interrupted;
	xml_declare(&xml);
	xml_open(&xml, "testsuites");
	xml_attribute(&xml, "name", "sabot");
	count_attributes(&xml, &counts);
	xml_attribute_seconds(&xml, "time", run->seconds);
	for (size_t i = 0; i < run->case_count; i++)
		if (is_first_of_scenario(run, i))
			test_suite(&xml, run, i);
	if (run->interrupted)
		interrupted_suite(&xml, run);
	xml_close(&xml);
	return sink_finish(&sink);
}
