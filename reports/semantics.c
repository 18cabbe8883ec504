/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this platform was seen to do, a case an event. Where it does something else than the table
 * that ships with the scenarios, the difference stands below the event.
 */
#include "reports/layout.h"
#include "reports/report.h"

#include <string.h>

enum { EVENT_INDENT = 2, SEEN_INDENT = 6 };

bool report_is_known(const struct record_case *record, const char *text)
{
	const char *const *known = record->known;

	for (; known && *known; known++)
		if (!strcmp(*known, text))
			return true;
	return false;
}

bool report_is_observed(const struct record_case *record, const char *text)
{
	for (size_t i = 0; i < record->observation_count; i++)
		if (!strcmp(record->observations[i].text, text))
			return true;
	return false;
}

bool report_differs(const struct record_case *record)
{
	const char *const *known = record->known;

	for (; known && *known; known++)
		if (!report_is_observed(record, *known))
			return true;
	for (size_t i = 0; i < record->observation_count; i++)
		if (record->known && !report_is_known(record, record->observations[i].text))
			return true;
	return false;
}

static void row(struct layout *layout, const struct record_case *record)
{
	const char *const *known = record->known;
	char text[160];

	layout_wrap(layout, EVENT_INDENT, record->characterises);
	for (size_t i = 0; i < record->observation_count; i++) {
		const char *observed = record->observations[i].text;
		bool new = known && !report_is_known(record, observed);

		snprintf(text, sizeof(text), "%s%s", observed, new ? "   [not in the table]" : "");
		layout_wrap(layout, SEEN_INDENT, text);
	}
	for (; known && *known; known++) {
		if (record->verdict != VERDICT_PASS || report_is_observed(record, *known))
			continue;
		snprintf(text, sizeof(text), "%s   [in the table, not seen here]", *known);
		layout_wrap(layout, SEEN_INDENT, text);
	}
	if (record->verdict != VERDICT_PASS) {
		snprintf(text, sizeof(text), "%s: ", verdict_name(record->verdict));
		layout_left(layout, SEEN_INDENT, text);
		layout_text(layout, record->message);
		layout_line_end(layout);
	}
}

static bool is_shown(const struct record_case *record, const struct report_options *options)
{
	if (!*record->characterises)
		return false;
	return options->verbosity > REPORT_QUIET || report_differs(record) ||
	       record->verdict != VERDICT_PASS;
}

int report_semantics_text(FILE *file, const struct record_run *run,
			  const struct report_options *options)
{
	struct sink sink = { file, 0 };
	struct layout layout = { &sink, 0 };
	size_t events = 0, differing = 0;
	const char *last = "";

	for (size_t i = 0; i < run->case_count; i++) {
		const struct record_case *record = &run->cases[i];

		if (!*record->characterises)
			continue;
		events++;
		differing += record->verdict == VERDICT_PASS && report_differs(record);
		if (!is_shown(record, options))
			continue;
		if (strcmp(last, record->scenario) != 0) {
			if (*last)
				layout_line_end(&layout);
			layout_text(&layout, record->scenario);
			layout_line_end(&layout);
		}
		last = record->scenario;
		row(&layout, record);
	}
	sink_format(&sink, "%s%zu events; in %zu of them this machine differs from the table\n",
		    *last ? "\n" : "", events, differing);
	return sink_finish(&sink);
}

/* What would end a cell of the table. */
static void cell_text(struct sink *sink, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			sink_bytes(sink, "\\", 1);
		sink_bytes(sink, text, 1);
	}
}

int report_semantics_markdown(FILE *file, const struct record_run *run)
{
	struct sink sink = { file, 0 };

	sink_text(&sink, "| scenario | what happens | what was seen |\n|---|---|---|\n");
	for (size_t i = 0; i < run->case_count; i++) {
		const struct record_case *record = &run->cases[i];

		if (!*record->characterises)
			continue;
		sink_format(&sink, "| %s:%s | ", record->scenario, record->name);
		cell_text(&sink, record->characterises);
		sink_text(&sink, " | ");
		for (size_t j = 0; j < record->observation_count; j++) {
			sink_text(&sink, j ? "; " : "");
			cell_text(&sink, record->observations[j].text);
		}
		sink_text(&sink, " |\n");
	}
	return sink_finish(&sink);
}
