/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person reads. A case is one line of columns; what did not pass is followed by its evidence
 * and, last, by the line that replays it. The verdict is the only word in colour.
 */
#include "reports/layout.h"
#include "reports/report.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Columns: the widest usual row, all four of its figures, fills LAYOUT_WIDTH. */
enum {
	NAME_BEGIN = 8,
	CAUGHT_BEGIN = 50,
	EXECUTIONS_END = 67,
	SECONDS_END = 76,
	KILL_POINTS_BEGIN = 78,
	INDENT = 8,
	OUTPUT_LINES = 40, /* shown unless verbose; the end tells most */
};

static const char *const colours[VERDICT_COUNT] = {
	[VERDICT_PASS] = "\033[32m",	     /* green */
	[VERDICT_SKIP] = "\033[36m",	     /* cyan */
	[VERDICT_INCONCLUSIVE] = "\033[33m", /* yellow */
	[VERDICT_BROKEN] = "\033[35m",	     /* magenta */
	[VERDICT_FAIL] = "\033[1;31m",	     /* bold red */
};

static void verdict_word(struct layout *layout, enum verdict verdict,
			 const struct report_options *options)
{
	const bool colour = options->colour == REPORT_COLOUR;

	if (colour)
		sink_text(layout->sink, colours[verdict]);
	layout_text(layout, verdict_name(verdict));
	if (colour)
		sink_text(layout->sink, "\033[0m");
}

static void verdict_and_name(struct layout *layout, const struct record_case *record,
			     const struct report_options *options)
{
	verdict_word(layout, record->verdict, options);
	layout_left(layout, NAME_BEGIN, record->scenario);
	layout_text(layout, ":");
	layout_text(layout, record->name);
}

/* Four digits as long as they suffice, then all that are needed. */
static void seconds_column(struct layout *layout, double seconds)
{
	const unsigned digits = seconds < 99.995 ? 2 : seconds < 999.95 ? 1 : 0;
	char text[40];

	snprintf(text, sizeof(text), "%s s", sink_fixed(seconds, digits).text);
	layout_right(layout, SECONDS_END, text);
}

/* What does not fit behind the name goes below it, in its column still. */
static void break_if_beyond(struct layout *layout, size_t width, size_t limit)
{
	if (layout->column + LAYOUT_GAP + width > limit)
		layout_line_end(layout);
}

static void caught_columns(struct layout *layout, const char *caught_by)
{
	const char *const label = "caught by ";
	const size_t width = strlen(label) + layout_columns(caught_by);
	size_t begin = CAUGHT_BEGIN;

	break_if_beyond(layout, width, LAYOUT_WIDTH);
	if (begin + width > LAYOUT_WIDTH)
		begin = width < LAYOUT_WIDTH - INDENT ? LAYOUT_WIDTH - width : INDENT;
	layout_left(layout, begin, label);
	layout_text(layout, caught_by);
}

static void figure_columns(struct layout *layout, const struct record_case *record)
{
	char text[64];

	snprintf(text, sizeof(text), "%" PRIu64 " execution%s", record->executions,
		 record->executions == 1 ? " " : "s");
	break_if_beyond(layout, strlen(text), EXECUTIONS_END);
	layout_right(layout, EXECUTIONS_END, text);
	seconds_column(layout, record->seconds);
	if (record->kill_points_known) {
		snprintf(text, sizeof(text), "kill points %" PRIu64 " of %" PRIu64,
			 record->kill_points_covered, record->kill_points_known);
		layout_left(layout, KILL_POINTS_BEGIN, text);
	}
}

static void case_row(struct layout *layout, const struct record_case *record,
		     const struct report_options *options)
{
	verdict_and_name(layout, record, options);
	if (record->verdict == VERDICT_PASS && *record->caught_by)
		caught_columns(layout, record->caught_by);
	else if (record->verdict != VERDICT_SKIP)
		figure_columns(layout, record);
	layout_line_end(layout);
}

static void heading(struct layout *layout, const char *title)
{
	layout_line_end(layout);
	layout_block(layout, INDENT, "", title);
}

/* The last `lines` lines of a text; *left_out is how many stand before them. */
static const char *last_lines(const char *text, size_t lines, size_t *left_out)
{
	size_t count = 0;

	for (const char *at = text; *at; at++)
		count += *at == '\n' || !at[1];
	*left_out = count > lines ? count - lines : 0;
	for (size_t i = 0; i < *left_out; i++)
		text = strchr(text, '\n') + 1;
	return text;
}

static void output_section(struct layout *layout, const char *output,
			   const struct report_options *options)
{
	char title[80] = "what the tasks wrote";
	size_t left_out;

	if (!*output)
		return;
	if (options->verbosity < REPORT_VERBOSE) {
		output = last_lines(output, OUTPUT_LINES, &left_out);
		if (left_out)
			snprintf(title, sizeof(title),
				 "what the tasks wrote (without %zu earlier line%s)", left_out,
				 left_out == 1 ? "" : "s");
	}
	heading(layout, title);
	layout_block(layout, INDENT + 2, "| ", output);
}

static void where_and_how_often(struct layout *layout, const struct record_finding *finding)
{
	char seen[96] = "";

	if (finding->out_of)
		snprintf(seen, sizeof(seen),
			 "seen in %" PRIu64 " of %" PRIu64
			 " executions in free mode: not exactly replayable",
			 finding->seen, finding->out_of);
	else if (finding->seen > 1)
		snprintf(seen, sizeof(seen), "seen in %" PRIu64 " executions", finding->seen);
	if (!*seen && !*finding->place)
		return;
	layout_left(layout, INDENT, *finding->place ? "at " : "");
	layout_text(layout, finding->place);
	layout_text(layout, *finding->place && *seen ? ", " : "");
	layout_text(layout, seen);
	layout_line_end(layout);
}

static void labelled(struct layout *layout, const char *label, const char *text)
{
	layout_left(layout, INDENT, label);
	layout_text(layout, text);
	layout_line_end(layout);
}

static void story_section(struct layout *layout, const struct record_finding *finding)
{
	char *story = report_story(finding);

	if (story && *story) {
		heading(layout, "what happened");
		layout_wrap(layout, INDENT + 2, story);
	}
	free(story);
}

static void show_finding(struct layout *layout, const struct record_finding *finding,
			 const struct report_options *options)
{
	layout_line_end(layout);
	layout_left(layout, INDENT, kind_name(finding->kind));
	if (*finding->oracle && strcmp(finding->oracle, kind_name(finding->kind)) != 0) {
		layout_text(layout, ": ");
		layout_wrap(layout, INDENT, finding->oracle);
	} else {
		layout_line_end(layout);
	}
	layout_wrap(layout, INDENT, finding->message);
	where_and_how_often(layout, finding);
	story_section(layout, finding);
	if (*finding->graph) {
		heading(layout, report_graph_heading(finding));
		layout_block(layout, INDENT + 2, "", finding->graph);
	}
	if (*finding->history) {
		heading(layout, "what has no order");
		layout_block(layout, INDENT + 2, "", finding->history);
	}
	if (*finding->leaks) {
		heading(layout, "what leaked");
		layout_block(layout, INDENT + 2, "", finding->leaks);
	}
	output_section(layout, finding->output, options);
	if (*finding->replay_line || *finding->plan_path)
		layout_line_end(layout);
	if (*finding->replay_line)
		labelled(layout, "replay: ", finding->replay_line);
	else if (*finding->plan_path)
		labelled(layout, "plan: ", finding->plan_path);
}

/* What the row cannot say. The last line is the one that brings it back. */
static void evidence(struct layout *layout, const struct record_case *record,
		     const struct report_options *options)
{
	char seed[32];

	if (record->verdict != VERDICT_PASS &&
	    (!record->finding_count || strcmp(record->message, record->findings[0].message) != 0))
		layout_wrap(layout, INDENT, record->message);
	for (size_t i = 0; i < record->finding_count; i++)
		show_finding(layout, &record->findings[i], options);
	if (record->finding_count || record->verdict <= VERDICT_SKIP)
		return;
	if (record->replay_line && *record->replay_line) {
		labelled(layout, "replay: ", record->replay_line);
	} else {
		snprintf(seed, sizeof(seed), "%" PRIu64, record->seed);
		labelled(layout, "seed: ", seed);
	}
}

/* What this platform does is no verdict: it is shown on demand, or where it is not as known. */
static void observations(struct layout *layout, const struct record_case *record,
			 const struct report_options *options)
{
	const char *const *known = record->known;

	for (size_t i = 0; i < record->observation_count; i++) {
		const char *text = record->observations[i].text;

		if (known && !report_is_known(record, text))
			labelled(layout, "not as known here: ", text);
		else if (options->verbosity >= REPORT_VERBOSE)
			labelled(layout, "observed: ", text);
	}
	for (; known && *known; known++)
		if (!report_is_observed(record, *known))
			labelled(layout, "known, not seen here: ", *known);
}

static void unseen(struct layout *layout, const uint64_t sights[HEAP_SIGHTS])
{
	char text[SIGHTS_BYTES];

	report_sights(sights, text, sizeof(text));
	if (*text)
		layout_wrap(layout, INDENT, text);
}

static void show_case(struct layout *layout, const struct record_case *record,
		      const struct report_options *options)
{
	if (record->verdict == VERDICT_PASS && options->verbosity <= REPORT_QUIET)
		return;
	case_row(layout, record, options);
	if (record->verdict != VERDICT_PASS ||
	    (*record->caught_by && options->verbosity >= REPORT_VERBOSE))
		evidence(layout, record, options);
	if (record->explored && record->verdict == VERDICT_PASS && record->complete)
		layout_wrap(layout, INDENT, record->explored);
	unseen(layout, record->sights);
	if (*record->characterises && record->verdict == VERDICT_PASS)
		observations(layout, record, options);
}

/* What did not pass, again: it may have scrolled away among many cases. */
static void not_passed(struct layout *layout, const struct record_run *run,
		       const struct report_options *options)
{
	if (run->case_count < 2 || run->worst <= VERDICT_SKIP)
		return;
	layout_line_end(layout);
	for (size_t i = 0; i < run->case_count; i++) {
		const struct record_case *record = &run->cases[i];

		if (record->verdict <= VERDICT_SKIP)
			continue;
		verdict_and_name(layout, record, options);
		if (record->kind != KIND_NONE)
			layout_left(layout, CAUGHT_BEGIN, kind_name(record->kind));
		layout_line_end(layout);
	}
}

/* On one line if they fit, else on two: no figure is torn from what it counts. */
static void two_figures(struct layout *layout, const char *one, const char *other)
{
	char text[LAYOUT_WIDTH + 1];
	int length = snprintf(text, sizeof(text), "%s, %s", one, other);

	if (INDENT + length <= LAYOUT_WIDTH) {
		layout_wrap(layout, INDENT, text);
		return;
	}
	layout_wrap(layout, INDENT, one);
	layout_wrap(layout, INDENT, other);
}

static void sums(struct layout *layout, const struct record_run *run,
		 const struct report_totals *totals)
{
	char text[256], kills[64];

	layout_line_end(layout);
	if (*run->host_notes) {
		layout_wrap(layout, INDENT, "on this host:");
		layout_wrap(layout, INDENT + 2, run->host_notes);
	}
	snprintf(text, sizeof(text),
		 "executions %" PRIu64 ", points %" PRIu64 ", checks %" PRIu64
		 ", faults fired %" PRIu64,
		 totals->executions, totals->points, totals->checks, totals->faults_fired);
	snprintf(kills, sizeof(kills), "kill points %" PRIu64 " of %" PRIu64,
		 totals->kill_points_covered, totals->kill_points_known);
	two_figures(layout, text, kills);
	if (!totals->kill_points_left)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 " kill points were left out to be quick",
		 totals->kill_points_left);
	layout_wrap(layout, INDENT, text);
}

static void verdict_counts(struct layout *layout, const struct report_totals *totals)
{
	static const char *const words[VERDICT_COUNT] = {
		[VERDICT_PASS] = "pass",
		[VERDICT_SKIP] = "skip",
		[VERDICT_INCONCLUSIVE] = "inconclusive",
		[VERDICT_BROKEN] = "broken",
		[VERDICT_FAIL] = "fail",
	};
	const char *before = ": ";
	char text[64];

	for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		if (!totals->verdicts[verdict])
			continue;
		snprintf(text, sizeof(text), "%s%zu %s", before, totals->verdicts[verdict],
			 words[verdict]);
		layout_text(layout, text);
		before = ", ";
	}
}

/* "FAIL    9 cases: 7 pass, 2 fail; 31.20 s, seed 42" */
static void verdict_line(struct layout *layout, const struct record_run *run,
			 const struct report_totals *totals, const struct report_options *options)
{
	char text[96];

	/* A run without cases has shown nothing: no verdict is due. */
	if (run->case_count)
		verdict_word(layout, run->worst, options);
	snprintf(text, sizeof(text), "%s%zu case%s", run->interrupted ? "interrupted after " : "",
		 run->case_count, run->case_count == 1 ? "" : "s");
	layout_left(layout, NAME_BEGIN, text);
	verdict_counts(layout, totals);
	snprintf(text, sizeof(text), "; %s s, seed %" PRIu64, sink_fixed(run->seconds, 2).text,
		 run->seed);
	layout_text(layout, text);
	layout_line_end(layout);
}

static void summary(struct layout *layout, const struct record_run *run,
		    const struct report_options *options)
{
	const struct report_totals totals = report_total(run);

	if (options->verbosity > REPORT_QUIET) {
		not_passed(layout, run, options);
		sums(layout, run, &totals);
	}
	unseen(layout, totals.sights);
	verdict_line(layout, run, &totals, options);
}

int report_case_text(FILE *file, const struct record_case *record,
		     const struct report_options *options)
{
	struct sink sink = { file, 0 };
	struct layout layout = { &sink, 0 };

	show_case(&layout, record, options);
	return sink_finish(&sink);
}

int report_summary_text(FILE *file, const struct record_run *run,
			const struct report_options *options)
{
	struct sink sink = { file, 0 };
	struct layout layout = { &sink, 0 };

	summary(&layout, run, options);
	return sink_finish(&sink);
}

int text_write(FILE *file, const struct record_run *run, const struct report_options *options)
{
	struct sink sink = { file, 0 };
	struct layout layout = { &sink, 0 };

	for (size_t i = 0; i < run->case_count; i++)
		show_case(&layout, &run->cases[i], options);
	summary(&layout, run, options);
	return sink_finish(&sink);
}
