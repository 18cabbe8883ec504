/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML as GitLab reads it (gitlab.xsd), which is less than others do. Of an outcome it shows
 * the text of the element and no attribute, so all that there is to say stands in the text, and the
 * output of the tasks too. A link is made of the attribute `file` if it is a path in the
 * repository; of a failed case it offers one attachment for download, which system-out names: the
 * plan. GitLab refuses a file of 30 MB, or with 250,000 elements and attributes: texts are cut, and
 * what it does not read is left out.
 */
#include "reports/report.h"
#include "reports/source.h"
#include "reports/xml.h"

#include <stdlib.h>
#include <string.h>

/* So some hundred cases that fail have room. */
enum { TEXT_LIMIT_BYTES = 64 * 1024, OUTPUT_LIMIT_BYTES = 8 * 1024 };

static const char *const elements[VERDICT_COUNT] = {
	[VERDICT_SKIP] = "skipped",
	[VERDICT_INCONCLUSIVE] = "error",
	[VERDICT_BROKEN] = "error",
	[VERDICT_FAIL] = "failure",
};

/* At most `limit` bytes, whole lines, and a word on what is missing. */
static void limited(struct xml *xml, const char *text, size_t limit)
{
	char *cut;
	size_t length = strlen(text);

	if (length <= limit) {
		xml_text(xml, text);
		return;
	}
	for (length = limit; length && text[length - 1] != '\n'; length--)
		continue;
	cut = strndup(text, length ? length : limit);
	xml_text(xml, cut ? cut : "");
	xml_text(xml, "(the rest is left out)\n");
	free(cut);
}

static void outcome(struct xml *xml, const struct record_case *record)
{
	char *evidence = report_evidence(record);

	xml_open(xml, elements[record->verdict]);
	xml_text(xml, verdict_name(record->verdict));
	xml_text(xml, ": ");
	xml_text(xml, record->message);
	xml_text(xml, "\n");
	limited(xml, evidence ? evidence : "", TEXT_LIMIT_BYTES);
	if (!record->finding_count && record->replay_line && *record->replay_line) {
		xml_text(xml, "\nreplay: ");
		xml_text(xml, record->replay_line);
		xml_text(xml, "\n");
	}
	for (size_t i = 0; i < record->finding_count; i++) {
		if (!*record->findings[i].output)
			continue;
		xml_text(xml, "\nwhat the tasks wrote\n");
		limited(xml, record->findings[i].output, OUTPUT_LIMIT_BYTES);
	}
	xml_close(xml);
	free(evidence);
}

/* The path must lie below the job's directory, and only that of a failure is looked at. */
static void attachment(struct xml *xml, const struct record_run *run,
		       const struct record_case *record)
{
	char path[SOURCE_BYTES];

	if (record->verdict != VERDICT_FAIL || !*record->plan_path ||
	    !source_path(run->directory, record->plan_path, path, sizeof(path)))
		return;
	xml_open(xml, "system-out");
	xml_text(xml, "[[ATTACHMENT|");
	xml_text(xml, path);
	xml_text(xml, "]]");
	xml_close(xml);
}

/* The source of the first finding that has one. */
static void file_attribute(struct xml *xml, const struct record_run *run,
			   const struct record_case *record)
{
	char path[SOURCE_BYTES];

	for (size_t i = 0; i < record->finding_count; i++) {
		if (!*record->findings[i].file)
			continue;
		if (source_path(run->directory, record->findings[i].file, path, sizeof(path)))
			xml_attribute(xml, "file", path);
		return;
	}
}

static void test_case(struct xml *xml, const struct record_run *run,
		      const struct record_case *record)
{
	xml_open(xml, "testcase");
	xml_attribute(xml, "classname", record->scenario);
	xml_attribute(xml, "name", record->name);
	xml_attribute_seconds(xml, "time", record->seconds);
	if (record->verdict != VERDICT_PASS) {
		file_attribute(xml, run, record);
		outcome(xml, record);
		attachment(xml, run, record);
	}
	xml_close(xml);
}

/* Cases that are missing look like a pass to whoever counts failures: an error stands for them. */
static void interrupted(struct xml *xml)
{
	xml_open(xml, "testcase");
	xml_attribute(xml, "classname", "sabot");
	xml_attribute(xml, "name", "run to the end");
	xml_attribute_seconds(xml, "time", 0);
	xml_open(xml, "error");
	xml_text(xml, "interrupted: cases that had not finished are missing\n");
	xml_close(xml);
	xml_close(xml);
}

int gitlab_write(FILE *file, const struct record_run *run, const struct report_options *options)
{
	struct sink sink = { file, 0 };
	struct xml xml = { .sink = &sink };

	(void)options;
	xml_declare(&xml);
	xml_open(&xml, "testsuites");
	xml_open(&xml, "testsuite");
	xml_attribute(&xml, "name", "sabot");
	xml_attribute_unsigned(&xml, "tests", run->case_count + run->interrupted);
	xml_attribute_seconds(&xml, "time", run->seconds);
	for (size_t i = 0; i < run->case_count; i++)
		test_case(&xml, run, &run->cases[i]);
	if (run->interrupted)
		interrupted(&xml);
	xml_close(&xml);
	xml_close(&xml);
	return sink_finish(&sink);
}
