/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot run`: what the user asked for, and where the run stands. */
#ifndef SABOT_CLI_RUN_H
#define SABOT_CLI_RUN_H

#include "cli/filter.h"
#include "cli/inject.h"
#include "cli/suite.h"
#include "reports/report.h"

#include <argp.h>
#include <stdbool.h>

#define RUN_STANDARD_OUTPUT "-" /* as a report's path */

enum { RUN_REPORTS_MAX = 16, RUN_WORDS_MAX = 256 };

struct run {
	struct suite suite; /* the first member: from it to this */
	struct filter filter;
	struct inject inject;
	struct report_options report;
	const char *words[RUN_WORDS_MAX];
	size_t word_count;
	char **program; /* what stands behind "--": a program and its arguments; or NULL */
	const char *case_name, *colour;
	struct {
		const struct report_format *format;
		const char *path;
	} reports[RUN_REPORTS_MAX];
	size_t report_count;
	const char *only_source; /* kills: only of sources in this directory; NULL: of all */
	char *command_line;
	const char *leaks; /* the checker of memory, or NULL */
	bool json;
	bool piped; /* standard output is a report's: FORMAT=- */
	int failed; /* an exit code that the verdicts cannot say: a report was not written */
};

/* The options of `sabot run` and its words, for a verb that has them too; the input is the run. */
extern const struct argp run_options_argp;

/* Fills *run from the arguments; ends the process with EXIT_USAGE where they are wrong. */
void run_parse(struct run *run, int argc, char **argv);

/* A report that nobody asked for; the path is kept. False: there are too many. */
bool run_add_report(struct run *run, const char *format, const char *path);

/* With its defaults, and the command line as typed. Ends the process if there is no memory. */
struct run *run_new(int argc, char **argv);

/* Finds the cases that the words name. Returns 0, or an exit code after one clear line. */
int run_select(struct run *run);

/* Runs them, and tells of them as asked. Returns the exit code. */
int run_go(struct run *run);

#endif
