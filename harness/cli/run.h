/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot run`: what the user asked for, and where the run stands. */
#ifndef SABOT_CLI_RUN_H
#define SABOT_CLI_RUN_H

#include "cli/filter.h"
#include "cli/inject.h"
#include "cli/suite.h"
#include "reports/report.h"

#include <stdbool.h>

enum { RUN_REPORTS_MAX = 16, RUN_WORDS_MAX = 256 };

struct run {
	struct suite suite; /* the first member: from it to this */
	struct filter filter;
	struct inject inject;
	struct report_options report;
	const char *words[RUN_WORDS_MAX];
	size_t word_count;
	const char *case_name, *colour;
	struct {
		const struct report_format *format;
		const char *path;
	} reports[RUN_REPORTS_MAX];
	size_t report_count;
	bool json;
	int failed; /* an exit code that the verdicts cannot say: a report was not written */
};

/* Fills *run from the arguments; ends the process with EXIT_USAGE where they are wrong. */
void run_parse(struct run *run, int argc, char **argv);

#endif
