/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot list`: the scenarios by group, and the cases of each. */
#include "cli/list.h"
#include "cli/cli.h"
#include "cli/describe.h"
#include "cli/filter.h"
#include "cli/select.h"
#include "core/verdict.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_JSON = 256, WORDS_MAX = 256 };

struct list {
	const char *words[WORDS_MAX];
	size_t word_count;
	struct filter filter;
	bool verbose, json;
};

static const struct argp_option list_options[] = {
	{ "verbose", 'v', NULL, 0, "Also roles, invariants, points, and what each case is about",
	  0 },
	{ "json", KEY_JSON, NULL, 0, "One JSON object a scenario", 0 },
	{ 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct list *list = state->input;

	switch (key) {
	case 'v':
		list->verbose = true;
		break;
	case KEY_JSON:
		list->json = true;
		break;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &list->filter;
		break;
	case ARGP_KEY_ARG:
		if (list->word_count == WORDS_MAX)
			argp_error(state, "too many arguments");
		list->words[list->word_count++] = argument;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child list_children[] = { { &filter_argp, 0, NULL, 0 }, { 0 } };

static const struct argp list_argp = {
	.options = list_options,
	.children = list_children,
	.parser = parse,
	.args_doc = "[PATTERN|MODULE.so...]",
	.doc = "Lists scenarios and their cases: all that are built in, those that match a "
	       "pattern (group/name, name, group/, \"*lock*\", name:case), or those of a module.\v"
	       "A case is plain (schedules only), a sweep (a fault is tried at each kill point), "
	       "a twin (known to be bad: the oracle that it names must catch it), or a fact (shows "
	       "what the platform does: see `sabot semantics`).",
};

/* The first target of a group that is at or behind `from`. */
static size_t first_of(const struct selection *selection, size_t from, const char *group)
{
	while (from < selection->count &&
	       strcmp(selection->targets[from].scenario->group, group) != 0)
		from++;
	return from;
}

/* Brings together what belongs together; else the order stays. */
static struct campaign_target *by_group(const struct selection *selection)
{
	struct campaign_target *sorted = calloc(selection->count, sizeof(*sorted));
	size_t done = 0, i, j;

	for (i = 0; sorted && i < selection->count; i++) {
		const char *group = selection->targets[i].scenario->group;

		if (first_of(selection, 0, group) != i)
			continue;
		for (j = i; j < selection->count; j = first_of(selection, j + 1, group))
			sorted[done++] = selection->targets[j];
	}
	return sorted;
}

static int select_all(struct selection *selection, const struct list *list)
{
	size_t i;
	int code = 0;

	if (!list->word_count)
		code = select_add(selection, NULL, NULL);
	for (i = 0; i < list->word_count && !code; i++)
		code = select_add(selection, list->words[i], NULL);
	return code ? code : filter_apply(&list->filter, selection);
}

int cli_list(int argc, char **argv)
{
	struct list list = { .verbose = false };
	struct selection selection = { 0 };
	struct campaign_target *targets = NULL;
	int code, error;

	argp_parse(&list_argp, argc, argv, 0, NULL, &list);
	code = select_all(&selection, &list);
	if (code)
		goto out;
	targets = by_group(&selection);
	if (!targets) {
		code = cli_fail(EXIT_BUG, "out of memory");
		goto out;
	}
	if (list.json)
		error = list_json(stdout, targets, selection.count);
	else
		error = list_text(stdout, targets, selection.count, list.verbose);
	if (error)
		code = cli_fail(EXIT_UNDECIDED, "standard output: %s", strerror(-error));
out:
	free(targets);
	select_free(&selection);
	return code;
}
