/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/mutate.h"

#include "cli/cli.h"
#include "cli/filter.h"
#include "cli/suite.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_OUT = 256, KEY_JSON, KEY_LIST, WORDS_MAX = 256 };

struct mutate {
	struct suite suite; /* its selection: all correct cases that the user means */
	const char *words[WORDS_MAX], *only[WORDS_MAX];
	size_t word_count, only_count;
	bool json, list, verbose;
	size_t tried, caught;
};

static const struct argp_option options[] = {
	{ "mutation", 'm', "NAME", 0, "Only this one; may be given more than once", 0 },
	{ "list", KEY_LIST, NULL, 0, "Only name the mutations", 0 },
	{ "seed", 's', "N", 0, "The seed of everything random (default 1)", 0 },
	{ "jobs", 'j', "N", 0, "Workers, each on a CPU of its own; default: one for each CPU", 0 },
	{ "out", KEY_OUT, "DIR", 0, "Where plans go (default sabot-out)", 0 },
	{ "json", KEY_JSON, NULL, 0, "One JSON object a mutation on standard output", 0 },
	{ "verbose", 'v', NULL, 0, "Name every case that noticed", 0 },
	{ 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct mutate *mutate = state->input;
	unsigned long long number = 0;

	switch (key) {
	case 'm':
		if (!mutate_find(argument))
			argp_error(state, "there is no mutation \"%s\" (--list names them)",
				   argument);
		if (mutate->only_count < WORDS_MAX)
			mutate->only[mutate->only_count++] = argument;
		break;
	case KEY_LIST:
		mutate->list = true;
		break;
	case 's':
	case 'j':
		if (cli_number(argument, &number))
			argp_error(state, "\"%s\" is no whole number", argument);
		if (key == 's')
			mutate->suite.campaign.seed = number;
		else if (number < 1 || number > POOL_WORKERS_MAX)
			argp_error(state, "--jobs takes a number from 1 to %d", POOL_WORKERS_MAX);
		else
			mutate->suite.workers = number;
		break;
	case KEY_OUT:
		mutate->suite.out = argument;
		break;
	case KEY_JSON:
		mutate->json = true;
		break;
	case 'v':
		mutate->verbose = true;
		break;
	case ARGP_KEY_ARG:
		if (mutate->word_count == WORDS_MAX)
			argp_error(state, "too many arguments");
		mutate->words[mutate->word_count++] = argument;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp mutate_argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[PATTERN|MODULE.so...]",
	.doc = "Measures the scenarios: puts a broken primitive in the place of a sound one, and "
	       "runs the correct cases. Somebody has to notice. Cases of the mechanism come first; "
	       "only if none of them notices, all others are run. Exit code 1 if a mutation "
	       "survives.",
};

/* Twins are bad anyway, and facts judge nothing. */
static int select_correct(struct mutate *mutate)
{
	struct selection *selection = &mutate->suite.selection;
	size_t i, kept = 0;
	int code = 0;

	if (!mutate->word_count)
		code = select_add(selection, NULL, NULL);
	for (i = 0; i < mutate->word_count && !code; i++)
		code = select_add(selection, mutate->words[i], NULL);
	for (i = 0; i < selection->count; i++)
		if (!selection->targets[i].scase->caught_by &&
		    !selection->targets[i].scase->characterises)
			selection->targets[kept++] = selection->targets[i];
	selection->count = kept;
	if (!code && !kept)
		code = cli_fail(EXIT_NOTHING, "no case that is selected is a correct one");
	return code;
}

static bool is_wanted(const struct mutate *mutate, const struct mutation *mutation)
{
	size_t i;

	for (i = 0; i < mutate->only_count; i++)
		if (!strcmp(mutate->only[i], mutation->name))
			return true;
	return mutate->only_count == 0;
}

/* Those of the groups, or all others. Returns how many there are. */
static size_t choose(struct suite *suite, const struct selection *from, const char *groups,
		     bool others)
{
	size_t i;

	suite->selection.count = 0;
	for (i = 0; i < from->count; i++)
		if (filter_has_word(groups, from->targets[i].scenario->group) != others)
			suite->selection.targets[suite->selection.count++] = from->targets[i];
	return suite->selection.count;
}

static void add_up(struct mutate_result *result, const struct suite *suite)
{
	uint32_t i;

	result->cases = suite->records;
	result->case_count = suite->done;
	for (i = 0; i < suite->done; i++) {
		result->executions += suite->records[i].executions;
		result->answered += suite->records[i].mutated;
		result->caught += suite->records[i].verdict == VERDICT_FAIL;
		result->broken += suite->records[i].verdict == VERDICT_BROKEN;
	}
	result->seconds += suite->seconds;
}

/* Runs the suite with it. Returns 0, or an exit code after one clear line. */
static int try_one(struct mutate *mutate, const struct mutation *mutation, const char *groups,
		   struct mutate_result *result)
{
	const struct selection all = mutate->suite.selection;
	struct suite suite = mutate->suite;
	int code = 0, others;

	*result = (struct mutate_result){ .mutation = mutation };
	suite.campaign.mutation = mutation;
	suite.campaign.quick = suite.campaign.first = true;
	suite.campaign.shrink = false;
	suite.selection.targets = calloc(all.count, sizeof(*all.targets));
	if (!suite.selection.targets)
		return cli_fail(EXIT_BUG, "out of memory");
	for (others = 0; others < 2 && !code && !suite.interrupted && !result->caught; others++) {
		if (!choose(&suite, &all, groups, others))
			continue;
		code = suite_run(&suite);
		if (!code)
			add_up(result, &suite);
	}
	mutate->suite.interrupted = suite.interrupted;
	free(suite.selection.targets);
	return code;
}

static int report(struct mutate *mutate, const struct mutate_result *result)
{
	int error = mutate->json ? mutate_write_json(stdout, result)
				 : mutate_write_text(stdout, result, mutate->verbose);

	mutate->tried++;
	mutate->caught += result->caught > 0;
	return error ? cli_fail(EXIT_UNDECIDED, "standard output: %s", strerror(-error)) : 0;
}

static int try_all(struct mutate *mutate)
{
	const struct mutation *mutation;
	struct mutate_result result;
	const char *groups;
	size_t i;
	int code = 0;

	for (i = 0; !code && (mutation = mutate_at(i, &groups)) != NULL; i++) {
		if (!is_wanted(mutate, mutation))
			continue;
		code = try_one(mutate, mutation, groups, &result);
		if (mutate->suite.interrupted)
			return cli_fail(EXIT_UNDECIDED, "interrupted at %s", mutation->name);
		if (!code)
			code = report(mutate, &result);
	}
	return code;
}

static int list(void)
{
	const struct mutation *mutation;
	const char *groups;
	size_t i;

	for (i = 0; (mutation = mutate_at(i, &groups)) != NULL; i++)
		printf("%-30s  %s\n", mutation->name, mutation->about);
	return fflush(stdout) == 0 ? EXIT_PASS : EXIT_UNDECIDED;
}

int cli_mutate(int argc, char **argv)
{
	struct mutate *mutate = calloc(1, sizeof(*mutate));
	int code;

	if (!mutate)
		return cli_fail(EXIT_BUG, "out of memory");
	suite_defaults(&mutate->suite);
	argp_parse(&mutate_argp, argc, argv, 0, NULL, mutate);
	if (mutate->list)
		return list();
	code = select_correct(mutate);
	if (!code)
		code = try_all(mutate);
	if (code)
		return code;
	if (!mutate->json)
		printf("\n%zu of %zu mutations caught\n", mutate->caught, mutate->tried);
	return mutate->caught == mutate->tried ? EXIT_PASS : EXIT_FINDING;
}
