/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cc.h"

#include "cli/cli.h"
#include "core/verdict.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);

	return length > size && !strcmp(text + length - size, end);
}

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

static bool is_source(const char *argument)
{
	static const char *const ends[] = { ".c",   ".cc", ".cp",  ".cpp", ".cxx",
					    ".c++", ".C",  ".CPP", ".i",   ".ii" };
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_with(argument, ends[i]))
			return true;
	return false;
}

/* Options whose value is the next argument. */
static bool takes_value(const char *argument)
{
	static const char *const options[] = {
		"-o",
		"-I",
		"-L",
		"-l",
		"-D",
		"-U",
		"-x",
		"-MF",
		"-MT",
		"-MQ",
		"-include",
		"-imacros",
		"-isystem",
		"-idirafter",
		"-iquote",
		"-isysroot",
		"-Xlinker",
		"-Xassembler",
		"-Xpreprocessor",
		"-Xclang",
		"-mllvm",
		"--param",
		"-T",
		"-z",
		"-u",
		"-B",
		"-A",
		"-arch",
		"-target",
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(argument, options[i]))
			return true;
	return false;
}

static bool is_of_the_link(const char *argument)
{
	static const char *const starts[] = { "-l", "-L", "-Wl,", "-Xlinker", "-T", "-z" };
	static const char *const whole[] = { "-shared", "-o", "-rdynamic", "-u", "-r" };
	size_t i;

	for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (!strcmp(argument, whole[i]))
			return true;
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (starts_with(argument, starts[i]))
			return true;
	return false;
}

static bool ends_before_link(const char *argument)
{
	return !strcmp(argument, "-c") || !strcmp(argument, "-S") || !strcmp(argument, "-E") ||
	       !strcmp(argument, "-M") || !strcmp(argument, "-MM") ||
	       !strcmp(argument, "-fsyntax-only");
}

/* "-x c", "-xc": what follows is of that language, whatever its name; "none" ends it: NULL. */
static const char *named_language(const struct cc_command *command, size_t at)
{
	const char *argument = command->arguments[at];
	const char *language = argument[2] ? argument + 2 : "none";

	if (!argument[2] && at + 1 < command->count)
		language = command->arguments[at + 1];
	return strcmp(language, "none") != 0 ? language : NULL;
}

static enum cc_kind kind_of(const char *argument, const char *language)
{
	if (starts_with(argument, "-x"))
		return CC_LANGUAGE;
	if (is_of_the_link(argument))
		return CC_LINK;
	if (argument[0] == '-' && argument[1]) /* "-" alone is standard input */
		return CC_OPTION;
	return language || is_source(argument) ? CC_SOURCE : CC_OBJECT;
}

int cc_read(struct cc_command *command, int count, char **arguments)
{
	struct cc_list list = { 0 };
	const char *language = NULL;
	size_t i;

	for (i = 0; i < (size_t)count; i++)
		cc_add_expanded(&list, arguments[i]);
	command->count = list.count;
	command->arguments = cc_end(&list);
	command->kinds = calloc(list.count + 1, sizeof(*command->kinds));
	command->languages = calloc(list.count + 1, sizeof(*command->languages));
	command->links = true;
	if (!command->kinds || !command->languages)
		return cli_fail(EXIT_BUG, "out of memory");
	for (i = 0; i < command->count; i++) {
		const char *argument = command->arguments[i];
		enum cc_kind kind = kind_of(argument, language);

		if (ends_before_link(argument))
			command->links = false;
		command->relocatable |= !strcmp(argument, "-r");
		if (kind == CC_LANGUAGE)
			language = named_language(command, i);
		command->kinds[i] = kind;
		command->languages[i] = language;
		command->sources += kind == CC_SOURCE;
		command->objects += kind == CC_OBJECT;
		if (takes_value(argument) && i + 1 < command->count)
			command->kinds[++i] = kind;
	}
	return 0;
}

static bool has_exactly(const struct cc_command *command, const char *argument)
{
	size_t i;

	for (i = 0; i < command->count; i++)
		if (!strcmp(command->arguments[i], argument))
			return true;
	return false;
}

/* The last of -flto and -fno-lto counts. */
static bool has_lto(const struct cc_command *command)
{
	bool lto = false;
	size_t i;

	for (i = 0; i < command->count; i++) {
		const char *argument = command->arguments[i];

		if (!strcmp(argument, "-flto") || starts_with(argument, "-flto="))
			lto = true;
		if (!strcmp(argument, "-fno-lto"))
			lto = false;
	}
	return lto;
}

/* As "-ltsan", "-l tsan", "-l:libtsan.so.2", or by its path. */
static bool has_libtsan(const struct cc_command *command)
{
	size_t i;

	for (i = 0; i < command->count; i++) {
		const char *argument = command->arguments[i], *name;

		if (command->kinds[i] != CC_LINK && command->kinds[i] != CC_OBJECT)
			continue;
		if (!strcmp(argument, "-ltsan") ||
		    (!strcmp(argument, "tsan") && i && !strcmp(command->arguments[i - 1], "-l")))
			return true;
		name = strstr(argument, "libtsan.");
		if (name && (name == argument || name[-1] == '/' || name[-1] == ':'))
			return true;
	}
	return false;
}

/* "-fsanitize=undefined,thread" */
bool cc_has_sanitizer(const struct cc_command *command, const char *name)
{
	static const char option[] = "-fsanitize=";
	size_t i, length = strlen(name);

	for (i = 0; i < command->count; i++) {
		const char *at = command->arguments[i];

		if (!starts_with(at, option))
			continue;
		for (at += sizeof(option) - 1; at;
		     at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
			if (starts_with(at, name) && (at[length] == ',' || !at[length]))
				return true;
	}
	return false;
}

int cc_refuse(const struct cc_command *command)
{
	if (cc_has_sanitizer(command, "thread") || has_libtsan(command))
		return cli_fail(EXIT_USAGE, "-fsanitize=thread would link libtsan beside sabot's "
					    "runtime; sabot cc adds what is needed");
	if (has_exactly(command, "-static") || has_exactly(command, "--static") ||
	    has_exactly(command, "-static-pie"))
		return cli_fail(EXIT_USAGE, "-static: sabot has to stand in front of libc, which "
					    "takes a dynamic link");
	if (!command->clang && has_lto(command))
		return cli_fail(EXIT_USAGE, "-flto: with it gcc drops all memory points, silently");
	if (!command->clang && cc_has_sanitizer(command, "address"))
		return cli_fail(EXIT_USAGE, "-fsanitize=address: gcc cannot have both; clang can "
					    "(SABOT_CC=clang)");
	return 0;
}

const char *cc_output(const struct cc_command *command)
{
	size_t i;

	for (i = 0; i + 1 < command->count; i++)
		if (!strcmp(command->arguments[i], "-o"))
			return command->arguments[i + 1];
	return "a.out";
}

static bool has(const struct cc_command *command, const char *start)
{
	size_t i;

	for (i = 0; i < command->count; i++)
		if (starts_with(command->arguments[i], start))
			return true;
	return false;
}

void cc_add_dependency_names(struct cc_list *list, const struct cc_command *command)
{
	const char *output = cc_output(command), *dot = strrchr(output, '.');

	if (!has_exactly(command, "-MD") && !has_exactly(command, "-MMD"))
		return;
	if (!has(command, "-MT") && !has(command, "-MQ")) {
		cc_add(list, "-MQ");
		cc_add(list, output);
	}
	if (has(command, "-MF"))
		return;
	if (!dot || strchr(dot, '/'))
		dot = output + strlen(output);
	cc_add(list, "-MF");
	cc_add_format(list, "%.*s.d", (int)(dot - output), output);
}

void cc_add(struct cc_list *list, const char *argument)
{
	if (list->count + 1 >= list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->arguments = realloc(list->arguments, list->room * sizeof(*list->arguments));
		if (!list->arguments)
			abort();
	}
	list->arguments[list->count++] = (char *)(uintptr_t)argument;
}

void cc_add_format(struct cc_list *list, const char *format, ...)
{
	char *text;
	va_list values;
	int size;

	va_start(values, format);
	size = vasprintf(&text, format, values);
	va_end(values);
	if (size < 0)
		abort();
	cc_add(list, text);
}

char **cc_end(struct cc_list *list)
{
	/* Adding makes the room, also where nothing was: as of an empty response file. */
	cc_add(list, NULL);
	list->count--;
	return list->arguments;
}

const char *cc_library_directory(void)
{
	static char path[PATH_MAX];
	Dl_info info;
	char *slash;

	if (path[0])
		return path;
	if (!dladdr((void *)(uintptr_t)sabot_main, &info) || !realpath(info.dli_fname, path))
		return ".";
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	return path;
}

/* Installed: include/ in one of the directories above lib/. In a build: the sources'. */
const char *cc_include_directory(void)
{
	static char path[PATH_MAX + 32];
	char above[PATH_MAX];
	char *slash;

	snprintf(above, sizeof(above), "%s", cc_library_directory());
	while ((slash = strrchr(above, '/')) != NULL) {
		*slash = '\0';
		snprintf(path, sizeof(path), "%s/include/sabot/sabot.h", above);
		if (access(path, R_OK) == 0) {
			snprintf(path, sizeof(path), "%s/include", above);
			return path;
		}
	}
	return SABOT_HEADERS;
}
