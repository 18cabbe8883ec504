/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot new`: a scenario to start from, complete and small. */
#include "cli/new.h"

#include "cli/cli.h"
#include "core/verdict.h"

#include <argp.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_DIR = 256, KEY_FORCE, NAME_MAX_BYTES = 40 };

struct new_options {
	const char *name, *directory;
	bool force;
};

static const struct argp_option new_arguments[] = {
	{ "dir", KEY_DIR, "DIR", 0, "Where to put it (default: the working directory)", 0 },
	{ "force", KEY_FORCE, NULL, 0, "Overwrite a file that is there", 0 },
	{ 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct new_options *options = state->input;

	switch (key) {
	case KEY_DIR:
		options->directory = argument;
		break;
	case KEY_FORCE:
		options->force = true;
		break;
	case ARGP_KEY_ARG:
		if (options->name)
			argp_error(state, "one scenario at a time");
		options->name = argument;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "it needs a name");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp new_argp = {
	.options = new_arguments,
	.parser = parse,
	.args_doc = "NAME",
	.doc = "Writes NAME.c, a small scenario that is complete: it builds, runs, passes its "
	       "sweep of kills, and has a twin that must be caught. Prints what to run next.",
};

static bool is_name(const char *name)
{
	return name[0] && strlen(name) <= NAME_MAX_BYTES && name[0] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static int write_template(FILE *file, const char *name)
{
	const char *at;

	for (at = new_template; *at; at++)
		if (*at == '@')
			fputs(name, file);
		else
			fputc(*at, file);
	return fflush(file) == 0 && !ferror(file) ? 0 : -errno;
}

/* Leaves no half a file behind. */
static int create(const char *path, const struct new_options *options)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (options->force ? O_TRUNC : O_EXCL);
	int fd = open(path, flags, 0666), error;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd < 0 && errno == EEXIST)
		return cli_fail(EXIT_USAGE, "%s is there already; --force overwrites it", path);
	if (!file)
		return cli_fail(EXIT_USAGE, "%s cannot be written: %s", path, strerror(errno));
	error = write_template(file, options->name);
	if (fclose(file) != 0 && !error)
		error = -errno;
	if (!error)
		return 0;
	(void)unlink(path);
	return cli_fail(EXIT_UNDECIDED, "%s: %s", path, strerror(-error));
}

/* As a shell reads it. Returns text. */
static const char *quoted(const char *word, char *text, size_t size)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_-+=.,:/@%";
	size_t used = 0;

	if (strspn(word, safe) == strlen(word)) {
		snprintf(text, size, "%s", word);
		return text;
	}
	used += (size_t)snprintf(text, size, "'");
	for (; *word && used + 8 < size; word++)
		used += (size_t)snprintf(text + used, size - used, *word == '\'' ? "'\\''" : "%c",
					 *word);
	snprintf(text + used, size - used, "'");
	return text;
}

/*
 * Where pkg-config has to look for this very library: beside it, both in a build and where it was
 * installed. "" if it looks there by itself.
 */
static void find_pkg_config(char *text, size_t size)
{
	char path[PATH_MAX], word[2 * PATH_MAX], *slash;
	Dl_info info;

	text[0] = '\0';
	if (!dladdr((const void *)&cli_program, &info) || !realpath(info.dli_fname, path))
		return;
	slash = strrchr(path, '/');
	if (!slash || !strncmp(path, "/usr/", 5))
		return;
	snprintf(slash, sizeof(path) - (size_t)(slash - path), "/pkgconfig");
	if (access(path, R_OK) == 0)
		snprintf(text, size, "PKG_CONFIG_PATH=%s ", quoted(path, word, sizeof(word)));
}

static int say_what_next(const char *path)
{
	char source[2 * PATH_MAX], module[2 * PATH_MAX], word[2 * PATH_MAX], where[2 * PATH_MAX];
	char program[2 * PATH_MAX];

	snprintf(word, sizeof(word), "%s%.*s.so", strchr(path, '/') ? "" : "./",
		 (int)strlen(path) - 2, path);
	quoted(word, module, sizeof(module));
	quoted(path, source, sizeof(source));
	quoted(cli_program, program, sizeof(program));
	find_pkg_config(where, sizeof(where));
	printf("%s is written. Build it and run it:\n"
	       "  cc -g -shared -fPIC %s -o %s $(%spkg-config --cflags --libs sabot)\n"
	       "  %s run %s\n",
	       path, source, module, where, program, module);
	return fflush(stdout) == 0
		       ? 0
		       : cli_fail(EXIT_UNDECIDED, "standard output: %s", strerror(errno));
}

int cli_new(int argc, char **argv)
{
	struct new_options options = { .name = NULL };
	char path[PATH_MAX];
	int code, length;

	argp_parse(&new_argp, argc, argv, 0, NULL, &options);
	if (!is_name(options.name))
		return cli_fail(EXIT_USAGE,
				"\"%s\" is no name: it takes 1 to %d of a-z, 0-9 and '-'",
				options.name, NAME_MAX_BYTES);
	length =
		snprintf(path, sizeof(path), "%s%s%s.c", options.directory ? options.directory : "",
			 options.directory ? "/" : "", options.name);
	if (length < 0 || (size_t)length >= sizeof(path))
		return cli_fail(EXIT_USAGE, "the path of the directory is too long");
	code = create(path, &options);
	return code ? code : say_what_next(path);
}
