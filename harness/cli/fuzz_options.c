/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fuzz.h"

#include "cli/cli.h"
#include "core/verdict.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BUDGET = 256, KEY_OUT, KEY_FIRST, KEY_SERVE, KEY_MEMORY, KEY_WARM_UP, KEY_JSON };
enum { WARM_UP = 100 };

static const struct argp_option options[] = {
	{ "case", 'c', "CASE", 0, "Only the case of this name", 0 },
	{ "budget", KEY_BUDGET, "TIME", 0, "How long, as 30s, 5m or 2h; default: until Ctrl-C", 0 },
	{ "first", KEY_FIRST, NULL, 0, "End with the first finding", 0 },
	{ "seed", 's', "N", 0, "The seed of everything random (default 1)", 0 },
	{ "jobs", 'j', "N", 0, "afl-fuzz processes, each with a CPU of its own (default 1)", 0 },
	{ "memory", KEY_MEMORY, "MODEL", 0,
	  "How stores of code with memory points reach others: sc (default), tso or pso", 0 },
	{ "warm-up", KEY_WARM_UP, "N", 0,
	  "Executions of our own search before, for each case: its plans are what afl-fuzz begins "
	  "with (default 100)",
	  0 },
	{ "out", KEY_OUT, "DIR", 0, "Where plans and afl-fuzz's files go (default sabot-out)", 0 },
	{ "json", KEY_JSON, NULL, 0, "One JSON object a case on standard output", 0 },
	{ "serve", KEY_SERVE, NULL, OPTION_HIDDEN, "What afl-fuzz runs", 0 },
	{ 0 },
};

static unsigned long long number_of(const char *text, const char *option, unsigned long long most,
				    struct argp_state *state)
{
	unsigned long long number = 0;

	if (cli_number(text, &number) || number > most)
		argp_error(state, "--%s takes a number up to %llu, not \"%s\"", option, most, text);
	return number;
}

static void set_memory(struct fuzz *fuzz, const char *name, struct argp_state *state)
{
	static const char *const names[] = { "sc", "tso", "pso" };
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i])) {
			fuzz->campaign.memory = (enum sabot_memory)i;
			return;
		}
	argp_error(state, "there is no memory model \"%s\": sc, tso or pso", name);
}

static void add_word(struct fuzz *fuzz, const char *word, struct argp_state *state)
{
	if (fuzz->word_count == FUZZ_WORDS_MAX)
		argp_error(state, "too many arguments");
	fuzz->words[fuzz->word_count++] = word;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct fuzz *fuzz = state->input;

	switch (key) {
	case 'c':
		fuzz->case_name = argument;
		break;
	case 's':
		fuzz->campaign.seed = number_of(argument, "seed", UINT64_MAX, state);
		break;
	case 'j':
		fuzz->instances = number_of(argument, "jobs", FUZZ_INSTANCES_MAX, state);
		if (!fuzz->instances)
			argp_error(state, "--jobs takes a number above 0");
		break;
	case KEY_BUDGET:
		if (cli_duration(argument, &fuzz->budget_ns) || !fuzz->budget_ns)
			argp_error(state, "--budget takes a time such as 30s, not \"%s\"",
				   argument);
		break;
	case KEY_FIRST:
		fuzz->first = true;
		break;
	case KEY_MEMORY:
		set_memory(fuzz, argument, state);
		break;
	case KEY_WARM_UP:
		fuzz->warm_up = number_of(argument, "warm-up", 1000000, state);
		if (!fuzz->warm_up)
			argp_error(state, "--warm-up takes a number above 0");
		break;
	case KEY_OUT:
		fuzz->out = argument;
		break;
	case KEY_JSON:
		fuzz->json = true;
		break;
	case KEY_SERVE:
		fuzz->serves = true;
		break;
	case ARGP_KEY_ARG:
		add_word(fuzz, argument, state);
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "fuzz what? `sabot list` shows the scenarios");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp fuzz_argp = {
	.options = options,
	.parser = parse,
	.args_doc = "SCENARIO[:CASE]|MODULE.so... [-- AFL-OPTION...]",
	.doc = "Searches with AFL++: afl-fuzz makes plans, schedules and faults of them, and keeps "
	       "those that show an order of accesses, a state or (if the scenario is compiled for "
	       "it) an edge that no other has shown. Of a scenario all correct cases are searched "
	       "together; a twin if it is named. Options behind -- are afl-fuzz's. Exit code 1 if "
	       "anything was found.",
};

void fuzz_defaults(struct fuzz *fuzz)
{
	fuzz->campaign.seed = 1;
	fuzz->campaign.depth = 3;
	fuzz->campaign.shrink = fuzz->campaign.raw = fuzz->campaign.endless = true;
	fuzz->campaign.strategy = "guided";
	fuzz->instances = 1;
	fuzz->warm_up = WARM_UP;
	fuzz->out = "sabot-out";
}

void fuzz_parse(struct fuzz *fuzz, int argc, char **argv)
{
	int own = 1;

	fuzz_defaults(fuzz);
	while (own < argc && strcmp(argv[own], "--") != 0)
		own++;
	if (own < argc) {
		fuzz->afl_options = argv + own + 1;
		fuzz->afl_option_count = argc - own - 1;
		argv[own] = NULL;
	}
	argp_parse(&fuzz_argp, own, argv, 0, NULL, fuzz);
}
