/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/exhaustive.h"
#include "cli/cli.h"
#include "cli/leaks.h"
#include "cli/program.h"
#include "cli/run.h"
#include "core/verdict.h"
#include "intercept/heap.h"
#include "search/strategies.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_EXECUTIONS = 256,
	KEY_BUDGET,
	KEY_RAW,
	KEY_TWICE,
	KEY_OUT,
	KEY_REPORT,
	KEY_JSON,
	KEY_COLOR,
	KEY_DEPTH,
	KEY_NO_SHRINK,
	KEY_SCHEDULES,
	KEY_STRATEGY,
	KEY_QUICK,
	KEY_MEMORY,
	KEY_PREEMPTIONS,
	KEY_INJECT,
	KEY_FREE,
};

static const struct argp_option run_options[] = {
	{ "case", 'c', "CASE", 0, "Only the case of this name", 0 },
	{ "seed", 's', "N", 0, "The seed of everything random (default 1)", 0 },
	{ "executions", KEY_EXECUTIONS, "N", 0, "Executions a case; default: what the case needs",
	  0 },
	{ "budget", KEY_BUDGET, "TIME", 0, "Real time for all cases together, as 30s, 5m or 2h",
	  0 },
	{ "strategy", KEY_STRATEGY, "S", 0,
	  "random, pct, pos, guided, sweep, replay, or for small cases exhaustive: all schedules; "
	  "default: a mix",
	  0 },
	{ "preemptions", KEY_PREEMPTIONS, "N", 0,
	  "exhaustive: only schedules that switch at most N times from who could go on", 0 },
	{ "depth", KEY_DEPTH, "D", 0, "pct: the depth of the bugs to look for (default 3)", 0 },
	{ "schedules", KEY_SCHEDULES, "N", 0, "sweep: base schedules to sweep (default 8)", 0 },
	{ "memory", KEY_MEMORY, "MODEL", 0,
	  "How stores of code with memory points reach others: sc (default), tso or pso", 0 },
	{ "quick", KEY_QUICK, NULL, 0,
	  "A profile for pull requests: fewer schedules, every kill point of the first, and "
	  "a part of those that follow another strike",
	  0 },
	{ "inject", KEY_INJECT, "FAULT[,FAULT...]", 0,
	  "Strike the plain cases with faults that they do not have: kinds of `sabot faults`, "
	  "all, or as errno=EINTR and signal=USR1 one way; each is swept",
	  0 },
	{ "free", KEY_FREE, NULL, 0,
	  "All tasks run at once, on all CPUs; findings come back at a rate, not exactly", 0 },
	{ "jobs", 'j', "N", 0,
	  "Workers, each on a CPU of its own; default: one for each CPU, or with --free one", 0 },
	{ "raw", KEY_RAW, NULL, 0, "Judge a twin as any other case: its bug is a finding", 0 },
	{ "twice", KEY_TWICE, NULL, 0, "Run each execution two times and compare the traces", 0 },
	{ "no-shrink", KEY_NO_SHRINK, NULL, 0, "Leave plans as they were found", 0 },
	{ "out", KEY_OUT, "DIR", 0, "Where plans go (default sabot-out)", 0 },
	{ "report", KEY_REPORT, "FORMAT=FILE", 0,
	  "Also write a report (FILE -: to standard output, in place of the text), in one of", 0 },
	{ "json", KEY_JSON, NULL, 0, "One JSON object a case on standard output", 0 },
	{ "quiet", 'q', NULL, 0, "Only what did not pass", 0 },
	{ "verbose", 'v', NULL, 0, "Also how the twins were caught", 0 },
	{ "color", KEY_COLOR, "WHEN", 0, "always, never or auto (default)", 0 },
	{ 0 },
};

static uint64_t number_of(const char *text, const char *option, struct argp_state *state)
{
	unsigned long long number = 0;

	if (cli_number(text, &number))
		argp_error(state, "--%s takes a whole number, not \"%s\"", option, text);
	return number;
}

bool run_add_report(struct run *run, const char *format, const char *path)
{
	if (run->report_count == RUN_REPORTS_MAX)
		return false;
	run->reports[run->report_count].format = report_find(format);
	run->reports[run->report_count++].path = path;
	return true;
}

static void add_report(struct run *run, char *text, struct argp_state *state)
{
	char *equals = strchr(text, '=');

	if (!equals || !equals[1])
		argp_error(state, "--report takes FORMAT=FILE, not \"%s\"", text);
	*equals = '\0';
	if (!report_find(text))
		argp_error(state, "there is no report format \"%s\": %s", text, report_names());
	/* One is kept free for who runs us with a report of its own. */
	if (run->report_count == RUN_REPORTS_MAX - 1)
		argp_error(state, "at most %d reports", RUN_REPORTS_MAX - 1);
	if (!strcmp(equals + 1, RUN_STANDARD_OUTPUT) && run->piped)
		argp_error(state, "standard output takes one report");
	run->piped |= !strcmp(equals + 1, RUN_STANDARD_OUTPUT);
	(void)run_add_report(run, text, equals + 1);
}

static void add_injected(struct run *run, char *text, struct argp_state *state)
{
	const char *word, *wrong;

	while ((word = strsep(&text, ","))) {
		wrong = inject_add(&run->inject, word);
		if (wrong)
			argp_error(state, "--inject: \"%s\" %s", word, wrong);
	}
}

static void set_strategy(struct run *run, const char *name, struct argp_state *state)
{
	if (strcmp(name, "sweep") && !strategies_find(name))
		argp_error(state,
			   "there is no strategy \"%s\": random, pct, pos, guided, sweep, replay, "
			   "exhaustive or brute",
			   name);
	run->suite.campaign.strategy = name;
}

static void set_memory(struct run *run, const char *name, struct argp_state *state)
{
	static const char *const names[] = { "sc", "tso", "pso" };
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i])) {
			run->suite.campaign.memory = (enum sabot_memory)i;
			return;
		}
	argp_error(state, "there is no memory model \"%s\": sc, tso or pso", name);
}

static error_t parse_search(int key, char *argument, struct argp_state *state)
{
	struct run *run = state->input;
	struct campaign_options *campaign = &run->suite.campaign;

	switch (key) {
	case 'c':
		run->case_name = argument;
		break;
	case 's':
		campaign->seed = number_of(argument, "seed", state);
		break;
	case KEY_EXECUTIONS:
		campaign->executions = number_of(argument, "executions", state);
		if (!campaign->executions)
			argp_error(state, "--executions takes a number above 0");
		break;
	case KEY_BUDGET:
		if (cli_duration(argument, &run->suite.budget_ns) || !run->suite.budget_ns)
			argp_error(state, "--budget takes a time such as 30s, not \"%s\"",
				   argument);
		break;
	case KEY_STRATEGY:
		set_strategy(run, argument, state);
		break;
	case KEY_DEPTH:
		campaign->depth = (uint32_t)number_of(argument, "depth", state);
		if (campaign->depth < 1 || campaign->depth > 16)
			argp_error(state, "--depth takes a number from 1 to 16");
		break;
	case KEY_PREEMPTIONS:
		campaign->preemptions = (uint32_t)number_of(argument, "preemptions", state);
		campaign->bounded = true;
		break;
	case KEY_INJECT:
		add_injected(run, argument, state);
		break;
	case KEY_SCHEDULES:
		campaign->schedules = (uint32_t)number_of(argument, "schedules", state);
		break;
	case 'j':
		run->suite.workers = number_of(argument, "jobs", state);
		if (run->suite.workers < 1 || run->suite.workers > POOL_WORKERS_MAX)
			argp_error(state, "--jobs takes a number from 1 to %d", POOL_WORKERS_MAX);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* What chooses, weakens or compares schedules has nothing to do where there are none. */
static void check_free(const struct run *run, struct argp_state *state)
{
	const struct campaign_options *campaign = &run->suite.campaign;

	if (campaign->free && (campaign->strategy || campaign->twice || campaign->memory))
		argp_error(state, "--free goes with no --strategy, --memory or --twice");
	/* A checker looks at one process while the others wait. */
	if (campaign->free && run->leaks && heap_checker_find(run->leaks) != HEAP_UNCHECKED)
		argp_error(state, "--free goes with no --leaks: run without --free");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct run *run = state->input;

	switch (key) {
	case KEY_RAW:
		run->suite.campaign.raw = true;
		break;
	case KEY_MEMORY:
		set_memory(run, argument, state);
		break;
	case KEY_QUICK:
		run->suite.campaign.quick = true;
		break;
	case KEY_TWICE:
		run->suite.campaign.twice = true;
		break;
	case KEY_FREE:
		run->suite.campaign.free = true;
		break;
	case KEY_NO_SHRINK:
		run->suite.campaign.shrink = false;
		break;
	case KEY_OUT:
		run->suite.out = argument;
		break;
	case KEY_REPORT:
		add_report(run, argument, state);
		break;
	case KEY_JSON:
		run->json = true;
		break;
	case 'q':
		run->report.verbosity = REPORT_QUIET;
		break;
	case 'v':
		run->report.verbosity = REPORT_VERBOSE;
		break;
	case KEY_COLOR:
		if (strcmp(argument, "always") && strcmp(argument, "never") &&
		    strcmp(argument, "auto"))
			argp_error(state, "--color takes always, never or auto");
		run->colour = argument;
		break;
	case ARGP_KEY_END:
		if (run->json && run->piped)
			argp_error(state, "standard output is for --json, or for a report");
		if (run->suite.campaign.bounded && !exhaustive_is_wanted(&run->suite.campaign))
			argp_error(state, "--preemptions goes with --strategy exhaustive");
		if (run->inject.count && run->filter.faults)
			argp_error(state, "--faults selects cases that have a fault, --inject "
					  "strikes those that have none: one of them");
		check_free(run, state);
		break;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &run->filter;
		state->child_inputs[1] = &run->leaks;
		break;
	case ARGP_KEY_ARG:
		if (run->word_count == RUN_WORDS_MAX)
			argp_error(state, "too many arguments");
		run->words[run->word_count++] = argument;
		break;
	default:
		return parse_search(key, argument, state);
	}
	return 0;
}

static const struct argp_child run_children[] = { { &filter_argp, 0, NULL, 0 },
						  { &leaks_argp, 0, NULL, 0 },
						  { 0 } };

/* What --report takes stands in the table of formats. */
static char *add_formats(int key, const char *text, void *input)
{
	const char *names = report_names();
	char *full;

	(void)input;
	if (key != KEY_REPORT || asprintf(&full, "%s %s", text, names) < 0)
		return (char *)(uintptr_t)text;
	return full;
}

static const struct argp run_argp = {
	.options = run_options,
	.children = run_children,
	.parser = parse,
	.help_filter = add_formats,
	.args_doc = "[PATTERN|MODULE.so...]\n-- PROGRAM [ARGUMENT...]",
	.doc = "Runs scenarios: all that are built in, those that match a pattern "
	       "(group/name, name, group/, "
	       "\"*lock*\", name:case), or those of a module. Behind --: a program that was not "
	       "written for Sabot, with all that it runs.",
};

const struct argp run_options_argp = {
	.options = run_options,
	.children = run_children,
	.parser = parse,
	.help_filter = add_formats,
};

/* All that stands behind "--", if it stands there. Returns how many arguments there are before. */
static int take_program(struct run *run, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		continue;
	if (i == argc)
		return argc;
	run->program = argv + i + 1;
	return i;
}

/* Of a program and scenarios, one is meant. */
static void add_program(struct run *run)
{
	char *module = program_module(run->program);

	if (!run->program[0])
		exit(cli_fail(EXIT_USAGE, "which program? Its command line stands behind --"));
	if (run->word_count)
		exit(cli_fail(EXIT_USAGE,
			      "a program behind --, or scenarios before it: one of them"));
	if (!module)
		exit(cli_fail(EXIT_BUG, "out of memory"));
	run->words[run->word_count++] = module;
	/* Its executions share a directory. */
	if (!run->suite.workers)
		run->suite.workers = 1;
}

void run_parse(struct run *run, int argc, char **argv)
{
	argc = take_program(run, argc, argv);
	argp_parse(&run_argp, argc, argv, 0, NULL, run);
	if (run->program)
		add_program(run);
}
