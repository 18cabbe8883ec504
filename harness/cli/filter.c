/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/filter.h"

#include "campaign/coordinates.h"
#include "cli/cli.h"
#include "cli/describe.h"
#include "core/fault.h"

#include <stdio.h>
#include <string.h>

enum { KEY_TAG = 1024, KEY_KIND, KEY_FAULTS };

static const char *const kinds[] = { "plain", "sweep", "twin", "fact" };

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const struct argp_option filter_options[] = {
	{ "tag", KEY_TAG, "TAG", 0, "Only scenarios with this tag; more than once: any of them",
	  0 },
	{ "kind", KEY_KIND, "KIND", 0,
	  "Only cases of this kind: plain, sweep, twin or fact; more than once: any of them", 0 },
	{ "faults", KEY_FAULTS, "KIND[,KIND...]", 0,
	  "Only cases with such a fault (`sabot faults` lists the kinds)", 0 },
	{ "keyword", 'k', "TEXT", 0, "Only cases whose group/name:case contains this", 0 },
	{ 0 },
};

/* The number of the kind, or -1. */
static int kind_number(const char *name)
{
	int i;

	for (i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i], name))
			return i;
	return -1;
}

static void add_fault(struct filter *filter, const char *name, struct argp_state *state)
{
	unsigned kind;

	if (!strcmp(name, "cascade")) {
		filter->cascades = true;
		return;
	}
	for (kind = 0; kind < PLAN_FAULT_KIND_COUNT; kind++)
		if (!strcmp(fault_kinds[kind]->name, name)) {
			filter->faults |= 1u << kind;
			return;
		}
	argp_error(state, "there is no kind of fault \"%s\": `sabot faults` lists them", name);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct filter *filter = state->input;
	char *word;

	switch (key) {
	case KEY_TAG:
		if (filter->tag_count == FILTER_TAGS_MAX)
			argp_error(state, "at most %d tags", FILTER_TAGS_MAX);
		filter->tags[filter->tag_count++] = argument;
		break;
	case KEY_KIND:
		if (kind_number(argument) < 0)
			argp_error(state, "there is no kind \"%s\": plain, sweep, twin or fact",
				   argument);
		filter->kinds |= 1u << kind_number(argument);
		break;
	case KEY_FAULTS:
		while ((word = strsep(&argument, ",")))
			add_fault(filter, word, state);
		break;
	case 'k':
		filter->part = argument;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp filter_argp = { .options = filter_options, .parser = parse };

bool filter_has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (; list && *list; list += strspn(list, " ")) {
		size_t size = strcspn(list, " ");

		if (size == length && !strncmp(list, word, size))
			return true;
		list += size;
	}
	return false;
}

static bool has_fault(const struct sabot_fault *fault, unsigned wanted)
{
	return fault->kind && (wanted >> coordinates_kind(fault) & 1);
}

static bool has_wanted_fault(const struct filter *filter, const struct sabot_case *scase)
{
	if (!filter->faults && !filter->cascades)
		return true;
	return (filter->cascades && scase->second.kind) ||
	       has_fault(&scase->fault, filter->faults) ||
	       has_fault(&scase->second, filter->faults);
}

static bool passes(const struct filter *filter, const struct campaign_target *target)
{
	char name[256];
	size_t i;

	snprintf(name, sizeof(name), "%s/%s:%s", target->scenario->group, target->scenario->name,
		 target->scase->name);
	if (filter->part && !strstr(name, filter->part))
		return false;
	if (filter->kinds && !(filter->kinds >> kind_number(describe_kind(target->scase)) & 1))
		return false;
	if (!has_wanted_fault(filter, target->scase))
		return false;
	for (i = 0; i < filter->tag_count; i++)
		if (filter_has_word(target->scenario->tags, filter->tags[i]))
			return true;
	return filter->tag_count == 0;
}

static int nothing_passed(const struct filter *filter)
{
	if (filter->tag_count && filter->part)
		return cli_fail(EXIT_NOTHING, "no case with the tag \"%s\" contains \"%s\"",
				filter->tags[0], filter->part);
	if (filter->tag_count)
		return cli_fail(EXIT_NOTHING,
				"no scenario has the tag \"%s\" (`sabot list` shows tags)",
				filter->tags[0]);
	if (filter->part)
		return cli_fail(EXIT_NOTHING, "no case contains \"%s\"", filter->part);
	if (filter->kinds)
		return cli_fail(EXIT_NOTHING, "no case is of that kind");
	return cli_fail(EXIT_NOTHING, "no case has a fault of that kind (`sabot run --inject` "
				      "strikes cases that have none)");
}

int filter_apply(const struct filter *filter, struct selection *selection)
{
	size_t i, kept = 0;

	for (i = 0; i < selection->count; i++)
		if (passes(filter, &selection->targets[i]))
			selection->targets[kept++] = selection->targets[i];
	selection->count = kept;
	return kept ? 0 : nothing_passed(filter);
}
