/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot cc --coverage`: gcc's counters, shared by all processes; see coverage/counters.c. */
#include "cli/cc.h"

#include "cli/cli.h"
#include "core/verdict.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool cc_has_coverage(const struct cc_command *command)
{
	size_t i;

	for (i = 0; i < command->count; i++)
		if (!strcmp(command->arguments[i], "--coverage") ||
		    !strcmp(command->arguments[i], "-coverage"))
			return true;
	return false;
}

/* What has to be linked in, beside our library. */
static const char *part(const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/sabot-coverage/%s", cc_library_directory(), name);
	return path;
}

int cc_refuse_coverage(const struct cc_command *command)
{
	static const char *const parts[] = { "counters.ld", "libcounters.a" };
	char path[PATH_MAX];
	size_t i;

	if (!cc_has_coverage(command))
		return 0;
	if (command->clang)
		return cli_fail(EXIT_USAGE,
				"--coverage: only gcc's counters can be shared by processes, so "
				"that none is lost when one is killed (SABOT_CC=gcc)");
	for (i = 0; command->links && i < sizeof(parts) / sizeof(parts[0]); i++)
		if (access(part(parts[i], path), R_OK) != 0)
			return cli_fail(EXIT_UNDECIDED,
					"--coverage: %s is missing: install sabot "
					"as a whole",
					path);
	return 0;
}

void cc_add_coverage_options(struct cc_list *list)
{
	/* As in ci/cmake/coverage.cmake, which says why. */
	static const char *const options[] = {
		"-fprofile-update=atomic", "-fprofile-abs-path",  "-fdata-sections",
		"-fnon-call-exceptions",   "-fstack-reuse=none",  "-fno-builtin-fork",
		"-fno-builtin-execl",	   "-fno-builtin-execle", "-fno-builtin-execlp",
		"-fno-builtin-execv",	   "-fno-builtin-execve", "-fno-builtin-execvp",
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		cc_add(list, options[i]);
	/* As with -fstack-reuse: else what may throw throws to there, a branch that nobody
	 * wrote. */
	cc_add(list, "--param");
	cc_add(list, "tsan-instrument-func-entry-exit=0");
}

/* The compiler names its notes by the object, and that is a temporary one. */
void cc_add_coverage_names(struct cc_list *list, const struct cc_command *command,
			   const char *source)
{
	char *base = strdup(source), *at;

	if (!base)
		abort();
	/* Two sources may have the same last component. */
	for (at = base; *at; at++)
		if (*at == '/')
			*at = '#';
	cc_add(list, "-dumpdir");
	cc_add_format(list, "%s-", cc_output(command));
	cc_add(list, "-dumpbase");
	cc_add(list, base);
	at = strrchr(base, '.');
	cc_add(list, "-dumpbase-ext");
	cc_add(list, at ? at : "");
}

void cc_add_coverage_link(struct cc_list *list)
{
	char path[PATH_MAX];

	cc_add(list, "-Wl,--build-id");
	cc_add(list, "-Wl,--wrap=__gcov_exit");
	/* Each object has a libgcov of its own, and writes its own counts by it. */
	cc_add(list, "-Wl,--exclude-libs,libgcov.a");
	cc_add_format(list, "-Wl,-T,%s", part("counters.ld", path));
	cc_add(list, strdup(part("libcounters.a", path)));
}
