/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/select.h"

#include "cli/cli.h"
#include "cli/inject.h"
#include "cli/module.h"
#include "cli/table.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 200, NEAR_SHOWN = 3 };

static int add(struct selection *selection, const struct campaign_target *target)
{
	size_t i;

	for (i = 0; i < selection->count; i++)
		if (selection->targets[i].scenario == target->scenario &&
		    !strcmp(selection->targets[i].scase->name, target->scase->name))
			return 0;
	if (selection->count == selection->room) {
		size_t room = selection->room ? selection->room * 2 : 32;
		void *grown = realloc(selection->targets, room * sizeof(*selection->targets));

		if (!grown)
			return cli_fail(EXIT_BUG, "out of memory");
		selection->targets = grown;
		selection->room = room;
	}
	selection->targets[selection->count++] = *target;
	return 0;
}

static bool matches(const char *word, const struct sabot_scenario *scenario,
		    const struct sabot_case *scase)
{
	char full[NAME_BYTES], with_case[NAME_BYTES * 2];
	size_t length = word ? strlen(word) : 0;

	if (!word)
		return true;
	snprintf(full, sizeof(full), "%s/%s", scenario->group, scenario->name);
	snprintf(with_case, sizeof(with_case), "%s:%s", full, scase->name);
	if (length && word[length - 1] == '/')
		return !strncmp(full, word, length);
	return !strcmp(word, scenario->name) || !fnmatch(word, full, 0) ||
	       !fnmatch(word, with_case, 0) ||
	       (strchr(word, ':') && !fnmatch(word, strchr(with_case, '/') + 1, 0));
}

/* Whether any case of the table does; it may have been selected before. */
static bool matches_any(const struct sabot_scenario *const *table, const char *word,
			const char *case_name)
{
	const struct sabot_case *scase;

	for (; *table; table++)
		for (scase = (*table)->cases; scase->name; scase++)
			if (matches(word, *table, scase) &&
			    (!case_name || !strcmp(case_name, scase->name)))
				return true;
	return false;
}

static int add_table(struct selection *selection, const struct sabot_scenario *const *table,
		     const char *word, const char *case_name, const char *module)
{
	const struct sabot_case *scase;

	for (; *table; table++)
		for (scase = (*table)->cases; scase->name; scase++)
			if (matches(word, *table, scase) &&
			    (!case_name || !strcmp(case_name, scase->name))) {
				const struct campaign_target target = { .scenario = *table,
									.scase = scase,
									.module = module };
				int code = add(selection, &target);

				if (code)
					return code;
			}
	return 0;
}

/* Edits (Levenshtein) between two names. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_BYTES + 1], i, j, length = strlen(b);

	if (length >= NAME_BYTES)
		return SIZE_MAX;
	for (j = 0; j <= length; j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= length; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < change)
				change = row[j] + 1;
			if (row[j - 1] + 1 < change)
				change = row[j - 1] + 1;
			row[j] = change;
		}
	}
	return row[length];
}

static void note_near(const char *names[NEAR_SHOWN], size_t distances[NEAR_SHOWN], const char *word,
		      const char *name)
{
	/* A part of a name is near, however much is missing. */
	size_t far = word[0] && strstr(name, word) ? 1 : distance(word, name);
	size_t limit = strlen(word) / 2 + 1, i, j;

	for (i = 0; i < NEAR_SHOWN && names[i] && strcmp(names[i], name) != 0; i++)
		if (far < distances[i])
			break;
	if (far > limit || i == NEAR_SHOWN || (names[i] && !strcmp(names[i], name)))
		return;
	for (j = NEAR_SHOWN - 1; j > i; j--) {
		names[j] = names[j - 1];
		distances[j] = distances[j - 1];
	}
	names[i] = name;
	distances[i] = far;
}

static int nothing_named(const char *word)
{
	const struct sabot_scenario *const *at;
	const char *names[NEAR_SHOWN] = { NULL };
	size_t distances[NEAR_SHOWN] = { 0 };
	const char *base = basename(word);
	char near[256] = "";
	int i;

	for (at = cli_builtin; *at; at++)
		note_near(names, distances, base, (*at)->name);
	for (i = 0; i < NEAR_SHOWN && names[i]; i++) {
		size_t used = strlen(near);

		snprintf(near + used, sizeof(near) - used, "%s%s", i ? ", " : "; did you mean ",
			 names[i]);
	}
	return cli_fail(EXIT_NOTHING, "no scenario matches \"%s\"%s%s", word, near,
			near[0] ? "?" : " (`sabot list` shows them all)");
}

static int no_case(const struct sabot_scenario *scenario, const char *case_name)
{
	const struct sabot_case *scase;
	char names[512] = "";

	for (scase = scenario->cases; scase->name; scase++) {
		size_t used = strlen(names);

		snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", scase->name);
	}
	return cli_fail(EXIT_NOTHING, "%s/%s has no case \"%s\"; it has %s", scenario->group,
			scenario->name, case_name, names);
}

/* Of "NAME:case" it may be the case alone that does not exist. */
static int nothing_matches(const struct sabot_scenario *const *table, const char *word)
{
	const struct sabot_scenario *const *at;
	const char *colon = strchr(word, ':');
	char *pattern = colon ? strndup(word, (size_t)(colon - word)) : NULL;

	for (at = table; pattern && *at; at++)
		if (matches(pattern, *at, (*at)->cases)) {
			free(pattern);
			return no_case(*at, colon + 1);
		}
	free(pattern);
	return nothing_named(word);
}

static int add_named(struct selection *selection, const char *word, const char *case_name)
{
	const struct sabot_scenario *const *table = cli_builtin, *const * at;
	const char *module = "", *pattern = word;
	int code;

	if (word && module_is_path(word)) {
		code = module_load(word, &table);
		if (code)
			return code;
		module = word;
		pattern = NULL;
	} else {
		for (at = table; *at; at++) {
			code = table_check(*at, "built in");
			if (code)
				return code;
		}
	}
	code = add_table(selection, table, pattern, case_name, module);
	if (code || matches_any(table, pattern, case_name))
		return code;
	for (at = table; case_name && *at; at++)
		if (matches(pattern, *at, (*at)->cases))
			return no_case(*at, case_name);
	return word ? nothing_matches(table, word) : cli_fail(EXIT_NOTHING, "nothing is selected");
}

/* The same, of which plain cases are struck by the fault. */
static int add_struck(struct selection *selection, const char *word, const char *case_name,
		      const char *fault)
{
	struct selection struck = { 0 };
	int code = add_named(&struck, word, case_name);
	size_t i;

	for (i = 0; i < struck.count && !code; i++) {
		code = inject_one(&struck.targets[i], fault);
		if (!code)
			code = add(selection, &struck.targets[i]);
	}
	select_free(&struck);
	return code;
}

/* Behind the "+" of "CASE+FAULT", which is cut off; NULL if there is none. */
static const char *cut_fault(char *name)
{
	char *plus = name ? strchr(name, '+') : NULL;

	if (!plus)
		return NULL;
	*plus = '\0';
	return plus + 1;
}

int select_add(struct selection *selection, const char *word, const char *case_name)
{
	char *bare_word = word && !module_is_path(word) ? strdup(word) : NULL;
	char *bare_name = case_name ? strdup(case_name) : NULL;
	const char *of_name = cut_fault(bare_name), *of_word = cut_fault(bare_word);
	int code;

	if (of_name || of_word)
		code = add_struck(selection, bare_word ? bare_word : word, bare_name,
				  of_name ? of_name : of_word);
	else
		code = add_named(selection, word, case_name);
	free(bare_word);
	free(bare_name);
	return code;
}

int select_plan(struct campaign_target *target, const struct plan *plan, const char *path)
{
	struct selection selection = { 0 };
	const struct sabot_scenario *const *table = cli_builtin;
	char name[PLAN_NAME_MAX];
	const char *fault;
	int code = 0;

	snprintf(name, sizeof(name), "%s", plan->case_name);
	fault = cut_fault(name);
	if (plan->module[0])
		code = module_load(plan->module, &table);
	if (!code)
		code = add_table(&selection, table, plan->scenario, name, "");
	if (!code && selection.count == 0)
		code = cli_fail(EXIT_USAGE, "%s: no scenario %s with a case %s is known here", path,
				plan->scenario, plan->case_name);
	if (!code) {
		*target = selection.targets[0];
		target->module = plan->module;
		code = fault ? inject_one(target, fault) : 0;
	}
	select_free(&selection);
	return code;
}

void select_free(struct selection *selection)
{
	free(selection->targets);
	selection->targets = NULL;
	selection->count = selection->room = 0;
}
