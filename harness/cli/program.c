/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/program.h"

#include "cli/cli.h"
#include "cli/words.h"
#include "core/plan.h"
#include "core/verdict.h"
#include "intercept/heap.h"
#include "intercept/program.h"
#include "os/checker.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "-- "

/* Calls of all its processes in which none of them ends. */
enum { LIMIT_STEPS = 100000, NAME_BYTES = 40 };

static struct {
	char *module;
	char name[NAME_BYTES];
	struct program_command command;
} program;

static const struct sabot_role roles[] = { { "main", 1, program_body }, { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .about = "it is run as it is" },
	{ 0 },
};

static struct sabot_scenario scenario = {
	.name = program.name,
	.group = "program",
	.about = "a program that was not written for Sabot",
	.setup = program_setup,
	.roles = roles,
	.cases = cases,
	.limit_steps = LIMIT_STEPS,
	.needs_steps = true,
};

static const struct sabot_scenario *const scenarios_of_program[] = { &scenario, NULL };

bool program_is(const char *module)
{
	return !strncmp(module, PREFIX, strlen(PREFIX));
}

char *program_module(char *const *words)
{
	char *line = words_join(words), *module = NULL;

	if (line && asprintf(&module, "%s%s", PREFIX, line) < 0)
		module = NULL;
	free(line);
	return module;
}

static bool can_run(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return false;
	if (!S_ISREG(status.st_mode)) {
		errno = EACCES;
		return false;
	}
	return access(path, X_OK) == 0;
}

/* As execvp(3) finds it. NULL with errno set. */
static char *find(const char *name)
{
	const char *at = getenv("PATH");
	char path[PATH_MAX];

	if (strchr(name, '/'))
		return can_run(name) ? strdup(name) : NULL;
	for (at = at ? at : "/bin:/usr/bin"; *at; at += at[strcspn(at, ":")] == ':') {
		size_t length = strcspn(at, ":");

		snprintf(path, sizeof(path), "%.*s/%s", length ? (int)length : 1, length ? at : ".",
			 name);
		if (can_run(path))
			return strdup(path);
		at += length;
	}
	errno = ENOENT;
	return NULL;
}

/* What the name of a scenario may have of it. */
static void name_scenario(const char *path)
{
	const char *from = basename(path);
	size_t length = 0;

	for (; *from && length < sizeof(program.name) - 1; from++)
		program.name[length++] =
			(char)(isalnum((unsigned char)*from) ? tolower((unsigned char)*from) : '-');
	program.name[length] = '\0';
}

static int fill(const char *module)
{
	char **words = words_split(module + strlen(PREFIX));

	if (!words || !words[0])
		return cli_fail(EXIT_USAGE, "\"%s\" names no program", module);
	if (strlen(module) >= PLAN_PATH_MAX)
		return cli_fail(EXIT_USAGE,
				"the command has %zu bytes, and a plan holds %d: put it into a "
				"script",
				strlen(module), PLAN_PATH_MAX - 1);
	program.command.path = find(words[0]);
	if (!program.command.path)
		return cli_fail(EXIT_USAGE, "%s: %s", words[0], strerror(errno));
	program.command.directory = get_current_dir_name();
	program.command.arguments = words;
	program.module = strdup(module);
	if (!program.command.directory || !program.module)
		return cli_fail(EXIT_BUG, "out of memory");
	name_scenario(words[0]);
	program_use(&program.command);
	return 0;
}

int program_load(const char *module, const struct sabot_scenario *const **scenarios)
{
	int code = 0;

	if (CHECKER_IS_ASAN)
		return cli_fail(EXIT_SKIPPED,
				"a build with AddressSanitizer runs no programs: it would have to "
				"be loaded before all else");
	if (heap_checker() != HEAP_UNCHECKED)
		return cli_fail(EXIT_USAGE, "--leaks is for scenarios: programs run without it");
	if (!program.module)
		code = fill(module);
	else if (strcmp(program.module, module) != 0)
		code = cli_fail(EXIT_USAGE, "one program at a time");
	*scenarios = scenarios_of_program;
	return code;
}
