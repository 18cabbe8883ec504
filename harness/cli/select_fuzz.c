/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz entry: whatever pattern the command line is given, selecting ends well: cases that are in
 * the table, each once, or one clear line. Built by ci/fuzz only; else it is empty.
 */
#include "cli/select.h"

#ifdef SABOT_FUZZ

#include "cli/cli.h"
#include "cli/module.h"
#include "core/verdict.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void body(struct sabot_task *task)
{
	(void)task;
}

static const struct sabot_role roles[] = { { "user", 2, body }, { 0 } };
static const struct sabot_case cases[] = {
	{ .name = "no-fault" },
	{ .name = "kill-anywhere", .fault = { .kind = SABOT_KILL } },
	{ .name = "twin", .caught_by = "deadlock" },
	{ 0 },
};
static const struct sabot_scenario first = {
	.name = "one-scenario", .group = "group-a", .about = "one", .roles = roles, .cases = cases
};
static const struct sabot_scenario second = {
	.name = "another", .group = "group-b", .about = "two", .roles = roles, .cases = cases
};
static const struct sabot_scenario *const table[] = { &first, &second, NULL };

const struct sabot_scenario *const *cli_builtin = table;
static unsigned complaints;

int cli_fail(int code, const char *format, ...)
{
	char line[4096];
	va_list list;

	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	complaints++;
	return code;
}

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void try(const char *word, const char *case_name)
{
	struct selection selection = { 0 };
	int code = select_add(&selection, word, case_name);
	size_t i, j;

	require((code == 0) == (complaints == 0) && complaints <= 1);
	require(code != 0 || selection.count > 0);
	require(selection.count <= 6);
	for (i = 0; i < selection.count; i++)
		for (j = 0; j < i; j++)
			require(selection.targets[i].scase != selection.targets[j].scase ||
				selection.targets[i].scenario != selection.targets[j].scenario);
	complaints = 0;
	select_free(&selection);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *word = malloc(size + 1);

	require(word);
	memcpy(word, data, size);
	word[size] = '\0';
	/* That would load a file: no pattern. */
	if (!module_is_path(word)) {
		try(word, NULL);
		try(word, "twin");
	}
	try("one-scenario", word);
	free(word);
	return 0;
}

#endif
