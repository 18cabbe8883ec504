/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run.h"

#include "check/place.h"
#include "cli/cli.h"
#include "core/verdict.h"

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
	else
		note_write(run, report_case_text(stdout, record, &run->report), "standard output");
}

static void set_colour(struct run *run)
{
	const char *no = getenv("NO_COLOR");
	bool wanted = isatty(STDOUT_FILENO) && !(no && no[0]);

	if (strcmp(run->colour, "auto"))
		wanted = !strcmp(run->colour, "always");
	run->report.colour = wanted ? REPORT_COLOUR : REPORT_PLAIN;
}

static int select_all(struct run *run)
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

/* Only now, and here: the workers stay small. */
static void look_up_lines(struct suite *suite)
{
	size_t unknown = 0, all = 0;
	uint32_t i;

	for (i = 0; i < suite->done; i++) {
		unknown += place_strikes(&suite->records[i]);
		all += suite->records[i].strike_count;
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
		look_up_lines(&run->suite);

	for (i = 0; i < run->report_count; i++)
		note_write(run,
			   report_write_path(run->reports[i].format, run->reports[i].path, record,
					     &run->report),
			   run->reports[i].path);
}

static int conclude(struct run *run, const char *command_line)
{
	const struct suite *suite = &run->suite;
	char *directory = get_current_dir_name();
	struct record_run record = {
		.version = SABOT_VERSION,
		.command_line = command_line,
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

	if (!run->json)
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

int cli_run(int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));
	char *command_line = join(argc, argv);
	int code;

	if (!run)
		return cli_fail(EXIT_BUG, "out of memory");
	run_parse(run, argc, argv);
	set_colour(run);
	code = select_all(run);
	if (code)
		return code;
	run->suite.case_done = case_done;
	code = suite_run(&run->suite);
	return code ? code : conclude(run, command_line);
}
