/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `sabot coverage`: runs modules that were built with `sabot cc --coverage`, and says of the user's
 * sources which lines ran, and at which processes were killed.
 */
#include "cli/coverage_lcov.h"

#include "cli/cli.h"
#include "cli/module.h"
#include "cli/outdir.h"
#include "cli/run.h"
#include "core/verdict.h"

#include <argp.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_SOURCE = 0x1000, KEY_GCOV };

struct coverage {
	struct run *run;
	struct lcov_job job;
	const char *shown_out; /* as the user named it */
	char kills[PATH_MAX];
};

static const struct argp_option options[] = {
	{ "user-source", KEY_SOURCE, "DIR", 0, "Of which sources is to be told (required)", 0 },
	{ "gcov-tool", KEY_GCOV, "PROGRAM", 0,
	  "The gcov of the compiler that was used, as gcov-12; default: gcov", 0 },
	{ 0 },
};

static void set_source(struct coverage *coverage, const char *path, struct argp_state *state)
{
	coverage->job.source = realpath(path, NULL);
	if (!coverage->job.source)
		argp_error(state, "--user-source %s: %s", path, strerror(errno));
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct coverage *coverage = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = coverage->run;
		break;
	case KEY_SOURCE:
		set_source(coverage, argument, state);
		break;
	case KEY_GCOV:
		coverage->job.gcov = argument;
		break;
	case ARGP_KEY_END:
		if (!coverage->job.source)
			argp_error(state, "--user-source DIR is missing: of which sources is to be "
					  "told?");
		if (coverage->run->leaks)
			argp_error(state, "--leaks is for `sabot run`: a checker's own work "
					  "would be counted");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = { { &run_options_argp, 0, "As of `sabot run`:", 1 },
					      { 0 } };

static const struct argp coverage_argp = {
	.options = options,
	.children = children,
	.parser = parse,
	.args_doc = "[MODULE.so...]",
	.doc = "Runs the scenarios of modules that were built with `sabot cc --coverage` (default: "
	       "all in the directory of the sources), and writes, into the folder coverage of the "
	       "output directory, which lines ran (lines.info), exactly, although processes were "
	       "killed; and at which lines faults struck, and could have (kills.info). With "
	       "genhtml, both as HTML.",
};

/* Every module in the directory. */
static int add_modules(struct coverage *coverage)
{
	char pattern[PATH_MAX];
	glob_t found;
	size_t i;

	snprintf(pattern, sizeof(pattern), "%s/*.so", coverage->job.source);
	if (glob(pattern, 0, NULL, &found) != 0)
		return cli_fail(EXIT_NOTHING, "there is no module in %s", coverage->job.source);
	for (i = 0; i < found.gl_pathc && coverage->run->word_count < RUN_WORDS_MAX; i++)
		coverage->run->words[coverage->run->word_count++] = found.gl_pathv[i];
	return 0; /* the names are needed until the end */
}

static int check_words(const struct coverage *coverage)
{
	size_t i;

	for (i = 0; i < coverage->run->word_count; i++)
		if (!module_is_path(coverage->run->words[i]))
			return cli_fail(EXIT_USAGE, "%s is no module (NAME.so)",
					coverage->run->words[i]);
	return 0;
}

static int prepare(struct coverage *coverage)
{
	struct run *run = coverage->run;
	char out[PATH_MAX];
	int code;

	if (!lcov_has("lcov"))
		return cli_fail(EXIT_SKIPPED, "lcov is missing, which makes reports of what was "
					      "counted: apt-get install lcov");
	code = run->word_count ? check_words(coverage) : add_modules(coverage);
	if (code)
		return code;
	/* What is counted here is to go into this report alone. */
	(void)unsetenv("SABOT_COVERAGE");
	code = run_select(run);
	if (code)
		return code;
	if (!lcov_objects())
		return cli_fail(EXIT_USAGE, "no module was built with `sabot cc --coverage`");
	snprintf(out, sizeof(out), "%s/coverage", run->suite.out);
	coverage->shown_out = strdup(out);
	code = outdir_make(out, &coverage->job.out);
	if (code)
		return code;
	snprintf(coverage->kills, sizeof(coverage->kills), "%s/kills.info", coverage->job.out);
	run->only_source = coverage->job.source;
	(void)run_add_report(run, "kills", coverage->kills); /* there is room for one more */
	return 0;
}

static void say_rate(FILE *file, const char *what, struct lcov_rate rate)
{
	if (rate.found)
		fprintf(file, "  %-20s %5.1f %%  (%lu of %lu)\n", what,
			100.0 * (double)rate.hit / (double)rate.found, rate.hit, rate.found);
}

static void say_where(FILE *file, const struct coverage *coverage, const char *what,
		      const char *name, bool html)
{
	fprintf(file, "  %-20s %s/%s%s\n", what, coverage->shown_out, name,
		html ? "/index.html" : ".info");
}

static int report(const struct coverage *coverage)
{
	FILE *file = coverage->run->json || coverage->run->piped ? stderr : stdout;
	bool html = lcov_has("genhtml");
	struct lcov_rates rates, kills;
	int code = lcov_lines(&coverage->job);

	if (code)
		return code;
	rates = lcov_rates(&coverage->job, "lines");
	kills = lcov_rates(&coverage->job, "kills");
	if (html)
		code = lcov_html(&coverage->job, "lines", "what ran");
	if (html && !code && kills.lines.found)
		code = lcov_html(&coverage->job, "kills", "where faults struck");
	if (code)
		return code;
	fprintf(file, "\ncoverage of %s\n", coverage->job.source);
	say_rate(file, "lines", rates.lines);
	say_rate(file, "functions", rates.functions);
	say_rate(file, "branches", rates.branches);
	say_where(file, coverage, "what ran:", "lines", html);
	if (kills.lines.found)
		say_where(file, coverage, "where faults struck:", "kills", html);
	return fflush(file) == 0 ? 0 : cli_fail(EXIT_UNDECIDED, "%s", strerror(errno));
}

int cli_coverage(int argc, char **argv)
{
	struct coverage *coverage = calloc(1, sizeof(*coverage));
	int code, written;

	if (!coverage)
		return cli_fail(EXIT_BUG, "out of memory");
	coverage->run = run_new(argc, argv);
	argp_parse(&coverage_argp, argc, argv, 0, NULL, coverage);
	code = prepare(coverage);
	if (code)
		return code;
	code = run_go(coverage->run);
	written = report(coverage);
	return code == EXIT_PASS ? written : code;
}
