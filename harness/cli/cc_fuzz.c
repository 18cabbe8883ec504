/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz entry: whatever arguments `sabot cc` is given (one a line), each is told to be
 * something, and none is lost. Built by ci/fuzz only; else it is empty.
 *
 * fuzz-sources: cli/cc_command.c
 */
#include "cli/cc.h"

#ifdef SABOT_FUZZ

#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int cli_fail(int code, const char *format, ...)
{
	(void)format;
	return code;
}

int sabot_main(int argc, char **argv, const struct sabot_scenario *const *builtin)
{
	(void)argc;
	(void)argv;
	(void)builtin;
	return 0;
}

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct cc_command *command)
{
	size_t i, sources = 0, objects = 0;

	for (i = 0; i < command->count; i++) {
		sources += command->kinds[i] == CC_SOURCE;
		objects += command->kinds[i] == CC_OBJECT;
	}
	/* The value of an option is counted as its kind only, and is no source of its own. */
	require(sources >= command->sources && objects >= command->objects);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cc_command command = { .compiler = "cc", .clang = size % 2 };
	char *text = malloc(size + 1), *arguments[ARGUMENTS_MAX], *rest = text, *line;
	int count = 0;

	require(text);
	memcpy(text, data, size);
	text[size] = '\0';
	while (count < ARGUMENTS_MAX && (line = strsep(&rest, "\n")) != NULL)
		arguments[count++] = line;
	require(cc_read(&command, count, arguments) == 0 && command.count == (size_t)count);
	check(&command);
	(void)cc_refuse(&command);
	free(command.kinds);
	free(text);
	return 0;
}

#endif
