/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run.h"

#include "check/place.h"
#include "cli/cli.h"
#include "cli/leaks.h"
#include "core/verdict.h"
#include "os/tree.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note_write(struct run *run, int error, const char *what)
{
	if (error && !run->failed)
		run->failed = cli_fail(EXIT_UNDECIDED, "%s: %s", what, strerror(-error));
}

static void case_done(struct suite *suite, const struct record_case *record)
{
	struct run *run = (struct run *)(void *)suite;

	if (run->json)
		note_write(run, report_case_json(stdout, record), "standard output");
	else if (!run->piped)
		note_write(run, report_case_text(stdout, record, &run->report), "standard output");
}

static void set_colour(struct run *run)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
	bool wanted =
		isatty(STDOUT_FILENO) && !(no && no[0]) && !(terminal && !strcmp(terminal, "dumb"));

	if (strcmp(run->colour, "auto"))
		wanted = !strcmp(run->colour, "always");
	run->report.colour = wanted ? REPORT_COLOUR : REPORT_PLAIN;
}

int run_select(struct run *run)
{
	size_t i;
	int code = 0;

	for (i = 0; i < run->word_count && !code; i++)
		code = select_add(&run->suite.selection, run->words[i], run->case_name);
	if (!run->word_count)
		code = select_add(&run->suite.selection, NULL, run->case_name);
	if (!code)
		code = filter_apply(&run->filter, &run->suite.selection);
	return code ? code : inject_apply(&run->inject, &run->suite.selection);
}

/* What lies in other directories has no line then. */
static void leave_out(struct record_case *record, const char *directory)
{
	size_t i;

	for (i = 0; i < record->strike_count; i++) {
		struct record_strike *strike = &record->strikes[i];

		if (!tree_holds(directory, strike->file))
			strike->line = 0;
	}
}

/* Only now, and here: the workers stay small. */
static void look_up_lines(struct run *run)
{
	struct suite *suite = &run->suite;
	size_t unknown = 0, all = 0;
	uint32_t i;

	for (i = 0; i < suite->done; i++) {
		unknown += place_strikes(&suite->records[i]);
		all += suite->records[i].strike_count;
		if (run->only_source)
			leave_out(&suite->records[i], run->only_source);
	}
	if (unknown)
		(void)cli_fail(
			0,
			"%zu of %zu places at which faults strike have no line: compile with "
			"-g, and install libdw1",
			unknown, all);
}

static void write_reports(struct run *run, const struct record_run *record)
{
	bool lines = false;
	size_t i;

	for (i = 0; i < run->report_count; i++)
		lines |= report_wants_lines(run->reports[i].format);
	if (lines)
		look_up_lines(run);

	for (i = 0; i < run->report_count; i++) {
		const struct report_format *format = run->reports[i].format;
		const char *path = run->reports[i].path;

		if (!strcmp(path, RUN_STANDARD_OUTPUT))
			note_write(run, format->write(stdout, record, &run->report),
				   "standard output");
		else
			note_write(run, report_write_path(format, path, record, &run->report),
				   path);
	}
}

static int conclude(struct run *run)
{
	const struct suite *suite = &run->suite;
	char *directory = get_current_dir_name();
	struct record_run record = {
		.version = SABOT_VERSION,
		.command_line = run->command_line,
		.directory = directory ? directory : "",
		.host_notes = progress_notes(&run->suite.progress),
		.seed = suite->campaign.seed,
		.cases = suite->records,
		.case_count = suite->done,
		.seconds = suite->seconds,
		.interrupted = suite->interrupted,
		.worst = suite_worst(suite),
	};
	int code;

	if (!run->json && !run->piped)
		note_write(run, report_summary_text(stdout, &record, &run->report),
			   "standard output");
	write_reports(run, &record);
	free(directory);
	code = (int)verdict_exit_code(record.worst);
	return code == EXIT_PASS ? run->failed : code;
}

static char *join(int argc, char **argv)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int i;

	for (i = 0; file && i < argc; i++)
		fprintf(file, "%s%s", i ? " " : "", argv[i]);
	if (file)
		fclose(file);
	return text ? text : strdup("");
}

struct run *run_new(int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		exit(cli_fail(EXIT_BUG, "out of memory"));
	suite_defaults(&run->suite);
	run->colour = "auto";
	run->command_line = join(argc, argv);
	return run;
}

int run_go(struct run *run)
{
	int code;

	set_colour(run);
	run->suite.case_done = case_done;
	code = suite_run(&run->suite);
	return code ? code : conclude(run);
}

int cli_run(int argc, char **argv)
{
	struct run *run = run_new(argc, argv);
	int code;

	run_parse(run, argc, argv);
	code = leaks_begin(run->leaks);
	if (code != LEAKS_GO_ON)
		return code;
	code = run_select(run);
	return code ? code : run_go(run);
}
