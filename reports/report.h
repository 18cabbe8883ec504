/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of a run: each format is a pure function of its record. Everything here returns 0,
 * or -errno when not all of it could be written (a full disk is -ENOSPC), and flushes what it
 * wrote.
 */
#ifndef SABOT_REPORTS_REPORT_H
#define SABOT_REPORTS_REPORT_H

#include "core/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum report_colour {
	REPORT_PLAIN,
	REPORT_COLOUR, /* of the verdict words; the caller knows whether a terminal listens */
};

enum report_verbosity {
	REPORT_QUIET = -1, /* what is no pass, and one line of summary */
	REPORT_NORMAL = 0,
	REPORT_VERBOSE = 1, /* also how the twins were caught */
};

/* Zero is a sane default. Only the text format reads them. */
struct report_options {
	enum report_colour colour;
	enum report_verbosity verbosity;
};

struct report_format {
	const char *name;
	const char *about; /* one line, for --help */
	int (*write)(FILE *file, const struct record_run *run,
		     const struct report_options *options);
};

/* A format is one line here and NAME_write() in reports/NAME.c. */
#define REPORT_FORMATS(FORMAT)                                                                     \
	FORMAT(text, "for a person: a line a case, and the evidence of each finding")              \
	FORMAT(jsonl, "for programs: a JSON object a line: the run, each case, the summary")       \
	FORMAT(junit, "for CI servers: JUnit XML by the schema of Jenkins")                        \
	FORMAT(gitlab, "JUnit XML as GitLab reads it, with plans as attachments")                  \
	FORMAT(sarif, "for code scanning: SARIF 2.1.0, a thread flow for each process")            \
	FORMAT(tap, "TAP version 14, with YAML diagnostics")                                       \
	FORMAT(kills, "for lcov: the lines at which faults struck, and could have")

#define REPORT_DECLARE(name, about)                                                                \
	int name##_write(FILE *file, const struct record_run *run,                                 \
			 const struct report_options *options);
REPORT_FORMATS(REPORT_DECLARE)
#undef REPORT_DECLARE

extern const struct report_format report_formats[]; /* ends with a NULL name */

/* All names, for messages: "text, jsonl, ... or kills". Valid for ever. */
const char *report_names(void);

/* Whether the format tells of lines, which take time to look up: record_strike has them. */
bool report_wants_lines(const struct report_format *format);

/* The format of that name, or NULL. */
const struct report_format *report_find(const char *name);

/* Creates or overwrites the file, writes and closes it. After an error the file is not to be relied
 * on. */
int report_write_path(const struct report_format *format, const char *path,
		      const struct record_run *run, const struct report_options *options);

/* For a person, as each case completes: a line, and the findings of what did not pass. */
int report_case_text(FILE *file, const struct record_case *record,
		     const struct report_options *options);

/* For a person, at the end: totals, the worst verdict last. */
int report_summary_text(FILE *file, const struct record_run *run,
			const struct report_options *options);

/* One JSON object on one line, without the findings themselves. */
int report_case_json(FILE *file, const struct record_case *record);

/* Whether an observation is in the case's table of what is known; and the reverse. */
bool report_is_known(const struct record_case *record, const char *text);
bool report_is_observed(const struct record_case *record, const char *text);
/* Of a case that characterises: whether this machine does something else than is known. */
bool report_differs(const struct record_case *record);

/* What was observed, a row a case, and where it differs from what is known. */
int report_semantics_text(FILE *file, const struct record_run *run,
			  const struct report_options *options);
/* The same as a table in Markdown, without the differences: the table that ships. */
int report_semantics_markdown(FILE *file, const struct record_run *run);

/* The story as numbered lines, each ended, at most 90 columns wide as a rule; the caller frees it.
 */
char *report_story(const struct record_finding *finding);

/* The text of all findings of a case, "" if there are none; the caller frees it. NULL: no memory.
 */
char *report_evidence(const struct record_case *record);

/* What stands above a finding's graph. */
const char *report_graph_heading(const struct record_finding *finding);

struct report_totals {
	size_t verdicts[VERDICT_COUNT];
	size_t findings; /* of the cases that did not pass: what catches a twin is none */
	uint64_t executions;
	uint64_t points;
	uint64_t checks;
	uint64_t faults_fired;
	uint64_t kill_points_covered;
	uint64_t kill_points_known;
	uint64_t kill_points_left;
	uint64_t sights[HEAP_SIGHTS];
};

/*
 * Of processes that no checker of memory looked at as they ended: how many, and why not. "" if
 * there are none.
 */
enum { SIGHTS_BYTES = 256 }; /* of text: always enough */
void report_sights(const uint64_t sights[HEAP_SIGHTS], char *text, size_t size);

/* What the formats sum up. */
struct report_totals report_total(const struct record_run *run);

#endif
