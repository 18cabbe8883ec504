/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TAP version 14: a test point a case, with its figures and findings as a YAML block. FAIL, BROKEN
 * and INCONCLUSIVE are "not ok", SKIP is skipped. Strings of the YAML are double-quoted as in JSON,
 * which YAML is a superset of, and texts are lists of lines.
 */
#include "reports/escape.h"
#include "reports/report.h"
#include "reports/sink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Behind the number nothing may look like a directive, nor like an escape. */
static void description(struct sink *sink, const char *text)
{
	for (; *text; text += strcspn(text, "\\#")) {
		if (*text == '\\' || *text == '#') {
			sink_format(sink, "\\%c", *text);
			text++;
		}
		escape_line(sink, text, strcspn(text, "\\#"));
	}
}

static void quoted(struct sink *sink, const char *text, size_t length)
{
	sink_text(sink, "\"");
	escape_json(sink, text, length);
	sink_text(sink, "\"\n");
}

static void entry(struct sink *sink, const char *indent, const char *key, const char *text)
{
	if (!*text)
		return;
	sink_format(sink, "%s%s: ", indent, key);
	quoted(sink, text, strlen(text));
}

/*
 * An element of a list. Perl's reader takes "word: " at its beginning for a key, though it is
 * within quotes: that colon is written as an escape.
 */
static void element(struct sink *sink, const char *text, size_t length)
{
	const size_t word = strcspn(text, " \n"), colon = word + strspn(text + word, " ");
	size_t at = 0;

	sink_text(sink, "\"");
	if (word && word < length && text[word - 1] == ':')
		at = word - 1;
	else if (colon < length && text[colon] == ':')
		at = colon;
	if (at) {
		escape_json(sink, text, at);
		sink_text(sink, "\\x3a");
		at++;
	}
	escape_json(sink, text + at, length - at);
	sink_text(sink, "\"\n");
}

static void lines(struct sink *sink, const char *indent, const char *key, const char *text)
{
	if (!*text)
		return;
	sink_format(sink, "%s%s:\n", indent, key);
	while (*text) {
		const size_t length = strcspn(text, "\n");

		sink_format(sink, "%s  - ", indent);
		element(sink, text, length);
		text += length + (text[length] == '\n');
	}
}

static void finding(struct sink *sink, const struct record_finding *record)
{
	static const char indent[] = "      ";
	char *story = report_story(record);

	sink_text(sink, "    - kind: ");
	quoted(sink, kind_name(record->kind), strlen(kind_name(record->kind)));
	entry(sink, indent, "oracle", record->oracle);
	entry(sink, indent, "message", record->message);
	entry(sink, indent, "at", record->place);
	sink_format(sink, "%sseen: %" PRIu64 "\n", indent, record->seen);
	sink_format(sink, "%sfingerprint: \"0x%016" PRIx64 "\"\n", indent, record->fingerprint);
	lines(sink, indent, "story", story ? story : "");
	lines(sink, indent, "graph", record->graph);
	lines(sink, indent, "history", record->history);
	lines(sink, indent, "leaks", record->leaks);
	lines(sink, indent, "output", record->output);
	entry(sink, indent, "plan", record->plan_path);
	entry(sink, indent, "replay", record->replay_line);
	free(story);
}

static void diagnostics(struct sink *sink, const struct record_case *record)
{
	static const char indent[] = "  ";
	char unseen[SIGHTS_BYTES];

	sink_text(sink, "  ---\n");
	entry(sink, indent, "verdict", verdict_name(record->verdict));
	entry(sink, indent, "message", record->message);
	if (record->verdict == VERDICT_PASS)
		entry(sink, indent, "caught_by", record->caught_by);
	sink_format(sink, "  seed: \"%" PRIu64 "\"\n", record->seed);
	sink_format(sink, "  duration_ms: %s\n", sink_fixed(record->seconds * 1000, 3).text);
	sink_format(sink,
		    "  executions: %" PRIu64 "\n  points: %" PRIu64 "\n  checks: %" PRIu64
		    "\n  faults_fired: %" PRIu64 "\n  kill_points: \"%" PRIu64 " of %" PRIu64
		    "\"\n",
		    record->executions, record->points, record->checks, record->faults_fired,
		    record->kill_points_covered, record->kill_points_known);
	report_sights(record->sights, unseen, sizeof(unseen));
	entry(sink, indent, "leaks", unseen);
	if (record->verdict != VERDICT_PASS && record->finding_count) {
		sink_text(sink, "  findings:\n");
		for (size_t i = 0; i < record->finding_count; i++)
			finding(sink, &record->findings[i]);
	} else if (record->verdict > VERDICT_SKIP && record->replay_line) {
		entry(sink, indent, "replay", record->replay_line);
	}
	sink_text(sink, "  ...\n");
}

static void test_point(struct sink *sink, size_t number, const struct record_case *record)
{
	const bool ok = record->verdict <= VERDICT_SKIP;

	sink_format(sink, "%sok %zu - ", ok ? "" : "not ", number);
	description(sink, record->scenario);
	sink_text(sink, ":");
	description(sink, record->name);
	if (record->verdict == VERDICT_SKIP) {
		sink_text(sink, " # SKIP ");
		description(sink, record->message);
	}
	sink_text(sink, "\n");
	diagnostics(sink, record);
}

static void comment(struct sink *sink, const char *label, const char *text)
{
	while (*text) {
		const size_t length = strcspn(text, "\n");

		sink_format(sink, "# %s", label);
		escape_line(sink, text, length);
		sink_text(sink, "\n");
		text += length + (text[length] == '\n');
	}
}

int tap_write(FILE *file, const struct record_run *run, const struct report_options *options)
{
	struct sink sink = { file, 0 };

	(void)options;
	sink_text(&sink, "TAP version 14\n");
	if (run->case_count)
		sink_format(&sink, "1..%zu\n", run->case_count);
	else
		sink_text(&sink, "1..0 # SKIP no case was run\n");
	comment(&sink, "", run->command_line);
	comment(&sink, "on this host: ", run->host_notes);
	for (size_t i = 0; i < run->case_count; i++)
		test_point(&sink, i + 1, &run->cases[i]);
	if (run->interrupted)
		sink_text(&sink,
			  "Bail out! interrupted: cases that had not finished are missing\n");
	return sink_finish(&sink);
}
