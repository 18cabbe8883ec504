/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot semantics`: what this machine does when somebody dies, by trying it. */
#include "cli/cli.h"
#include "cli/suite.h"
#include "core/verdict.h"
#include "reports/report.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_OUT = 256, KEY_JSON, KEY_MARKDOWN, KEY_KNOWN };

struct semantics {
	struct suite suite;
	struct report_options report;
	char **words;
	bool json, markdown, known;
};

static const struct argp_option options[] = {
	{ "seed", 's', "N", 0, "The seed of everything random (default 1)", 0 },
	{ "jobs", 'j', "N", 0, "Workers, each on a CPU of its own; default: one for each CPU", 0 },
	{ "out", KEY_OUT, "DIR", 0, "Where plans go (default sabot-out)", 0 },
	{ "quiet", 'q', NULL, 0, "Only what differs from the table that ships", 0 },
	{ "json", KEY_JSON, NULL, 0, "One JSON object an event on standard output", 0 },
	{ "markdown", KEY_MARKDOWN, NULL, 0, "A table in Markdown, of what was seen here", 0 },
	{ "known", KEY_KNOWN, NULL, 0, "The table that ships with the scenarios: run nothing", 0 },
	{ 0 },
};

static unsigned long long number_of(const char *text, const char *option, struct argp_state *state)
{
	unsigned long long number = 0;

	if (cli_number(text, &number))
		argp_error(state, "--%s takes a whole number, not \"%s\"", option, text);
	return number;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct semantics *semantics = state->input;

	switch (key) {
	case 's':
		semantics->suite.campaign.seed = number_of(argument, "seed", state);
		break;
	case 'j':
		semantics->suite.workers = number_of(argument, "jobs", state);
		if (semantics->suite.workers < 1 || semantics->suite.workers > POOL_WORKERS_MAX)
			argp_error(state, "--jobs takes a number from 1 to %d", POOL_WORKERS_MAX);
		break;
	case KEY_OUT:
		semantics->suite.out = argument;
		break;
	case 'q':
		semantics->report.verbosity = REPORT_QUIET;
		break;
	case KEY_JSON:
		semantics->json = true;
		break;
	case KEY_KNOWN:
		semantics->known = true;
		break;
	case KEY_MARKDOWN:
		semantics->markdown = true;
		break;
	case ARGP_KEY_ARGS:
		semantics->words = state->argv + state->next;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp semantics_argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[PATTERN|MODULE.so...]",
	.doc = "Shows what becomes of each mechanism, and of those who wait for it, when somebody "
	       "dies: by running the cases that characterise, on this machine. What differs from "
	       "the table that ships with the scenarios is marked; it is no error.",
};

static int by_group(const void *a, const void *b)
{
	const struct campaign_target *one = a, *other = b;
	int order = strcmp(one->scenario->group, other->scenario->group);

	if (!order)
		order = strcmp(one->scenario->name, other->scenario->name);
	return order ? order : (one->scase > other->scase) - (one->scase < other->scase);
}

/* Only those that characterise stay. */
static int select_events(struct selection *selection, char **words)
{
	size_t i, kept = 0;
	int code = 0;

	if (!words)
		code = select_add(selection, NULL, NULL);
	for (; words && *words && !code; words++)
		code = select_add(selection, *words, NULL);
	for (i = 0; i < selection->count; i++)
		if (selection->targets[i].scase->characterises)
			selection->targets[kept++] = selection->targets[i];
	selection->count = kept;
	if (kept)
		qsort(selection->targets, kept, sizeof(*selection->targets), by_group);
	if (!code && !kept)
		code = cli_fail(EXIT_NOTHING, "no case that is selected characterises anything");
	return code;
}

/* As if what is known had been observed. */
static int recall(struct suite *suite)
{
	size_t i, j, count = suite->selection.count;

	suite->records = calloc(count, sizeof(*suite->records));
	for (i = 0; suite->records && i < count; i++) {
		const struct campaign_target *target = &suite->selection.targets[i];
		struct record_case *record = &suite->records[i];
		struct record_observation *list;
		char *name;

		record->known = target->scase->known;
		for (j = 0; record->known && record->known[j]; j++)
			continue;
		list = calloc(j + 1, sizeof(*list));
		if (!list ||
		    asprintf(&name, "%s/%s", target->scenario->group, target->scenario->name) < 0)
			break;
		record->observations = list;
		record->observation_count = j;
		while (j-- > 0)
			list[j].text = record->known[j];
		record->scenario = name;
		record->name = target->scase->name;
		record->characterises = target->scase->characterises;
		record->caught_by = record->message = record->plan_path = "";
		suite->done = (uint32_t)i + 1;
	}
	return suite->done == count ? 0 : cli_fail(EXIT_BUG, "out of memory");
}

static int write_table(const struct semantics *semantics, const struct record_run *run)
{
	size_t i;
	int error = 0;

	if (semantics->markdown)
		return report_semantics_markdown(stdout, run);
	if (!semantics->json)
		return report_semantics_text(stdout, run, &semantics->report);
	for (i = 0; i < run->case_count && !error; i++)
		error = report_case_json(stdout, &run->cases[i]);
	return error;
}

int cli_semantics(int argc, char **argv)
{
	struct semantics *semantics = calloc(1, sizeof(*semantics));
	struct record_run run = {
		.version = SABOT_VERSION, .command_line = "", .directory = "", .host_notes = ""
	};
	int code, error;

	if (!semantics)
		return cli_fail(EXIT_BUG, "out of memory");
	suite_defaults(&semantics->suite);
	argp_parse(&semantics_argp, argc, argv, 0, NULL, semantics);
	code = select_events(&semantics->suite.selection, semantics->words);
	if (!code)
		code = semantics->known ? recall(&semantics->suite) : suite_run(&semantics->suite);
	if (code)
		return code;
	run.cases = semantics->suite.records;
	run.case_count = semantics->suite.done;
	run.seed = semantics->suite.campaign.seed;
	error = write_table(semantics, &run);
	if (error)
		return cli_fail(EXIT_UNDECIDED, "standard output: %s", strerror(-error));
	return (int)verdict_exit_code(suite_worst(&semantics->suite));
}
