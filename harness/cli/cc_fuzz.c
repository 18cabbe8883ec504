/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz entry: whatever arguments `sabot cc` is given (one a line), each is told to be
 * something, and none is lost. Built by ci/fuzz only; else it is empty.
 */
#include "cli/cc.h"

#ifdef SABOT_FUZZ

#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

static void read_all(int count, char **arguments, bool clang, bool expanded)
{
	struct cc_command command = { .compiler = "cc", .clang = clang };

	require(cc_read(&command, count, arguments) == 0);
	require(expanded || command.count == (size_t)count);
	check(&command);
	(void)cc_refuse(&command);
	free(command.arguments);
	free(command.kinds);
	free(command.languages);
}

/* The same bytes as a response file. */
static void read_response(const char *text, size_t size, bool clang)
{
	char path[64], *argument = path;
	int file = memfd_create("response", 0);

	require(file >= 0 && write(file, text, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "@/proc/self/fd/%d", file);
	read_all(1, &argument, clang, true);
	close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *arguments[ARGUMENTS_MAX], *rest = text, *line, *at;
	int count = 0;

	require(text);
	memcpy(text, data, size);
	text[size] = '\0';
	/* Other files, as /dev/zero, are not to be read. */
	while ((at = memchr(text, '@', size)) != NULL)
		*at = '#';
	read_response(text, size, size % 2);
	while (count < ARGUMENTS_MAX && (line = strsep(&rest, "\n")) != NULL)
		arguments[count++] = line;
	read_all(count, arguments, size % 2, false);
	free(text);
	return 0;
}

#endif
