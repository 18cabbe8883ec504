/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/coverage_lcov.h"

#include "cli/cli.h"
#include "cli/tool_text.h"
#include "core/verdict.h"
#include "os/tree.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <link.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { LOADED_MAX = 256 };

bool lcov_has(const char *program)
{
	const char *path = getenv("PATH");
	char file[PATH_MAX];

	while (path && *path) {
		size_t length = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)length, path, program);
		if (access(file, X_OK) == 0)
			return true;
		path += length + (path[length] == ':');
	}
	return false;
}

/* ---- What was counted ---------------------------------------------------------------------- */

typedef void (*write_function)(void);

/* The object's own function, and not that of another which it needs: see coverage/counters.h. */
static write_function own_function(struct link_map *object)
{
	void *handle = dlopen(object->l_name, RTLD_LAZY | RTLD_NOLOAD), *found = NULL;
	struct link_map *holder = NULL;
	write_function function;
	Dl_info info;

	if (handle) {
		found = dlsym(handle, "sabot_coverage_write");
		dlclose(handle);
	}
	if (!found || !dladdr1(found, &info, (void **)&holder, RTLD_DL_LINKMAP) || holder != object)
		return NULL;
	memcpy(&function, &found, sizeof(function));
	return function;
}

/* Of all objects but the program and its library: these are ours, even where they count too. */
static size_t find_objects(write_function functions[LOADED_MAX])
{
	struct link_map *object = NULL, *ours = NULL;
	void *program = dlopen(NULL, RTLD_LAZY);
	size_t count = 0;
	Dl_info info;

	if (!program || dlinfo(program, RTLD_DI_LINKMAP, &object) != 0)
		return 0;
	(void)dladdr1((void *)(uintptr_t)sabot_main, &info, (void **)&ours, RTLD_DL_LINKMAP);
	for (; object && count < LOADED_MAX; object = object->l_next) {
		if (!object->l_name[0] || object == ours)
			continue;
		functions[count] = own_function(object);
		count += functions[count] != NULL;
	}
	dlclose(program);
	return count;
}

size_t lcov_objects(void)
{
	write_function functions[LOADED_MAX];

	return find_objects(functions);
}

/* ---- Programs ------------------------------------------------------------------------------ */

/* The last line that the program wrote, which says what went wrong. */
static void last_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	char text[512];

	line[0] = '\0';
	while (file && fgets(text, sizeof(text), file)) {
		text[strcspn(text, "\n")] = '\0';
		if (text[0])
			snprintf(line, size, "%s", text);
	}
	if (file)
		fclose(file);
}

/* What it writes matters only if it fails. Returns 0, or an exit code after one clear line. */
static int run(const char *log, const char *const *arguments)
{
	posix_spawn_file_actions_t actions;
	char line[512];
	int status = 0, error;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC,
					 0600);
	posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
	error = posix_spawnp(&pid, arguments[0], &actions, NULL,
			     (char *const *)(uintptr_t)arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return cli_fail(EXIT_UNDECIDED, "%s: %s", arguments[0], strerror(error));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return cli_fail(EXIT_BUG, "waiting for %s: %s", arguments[0],
					strerror(errno));
	if (status == 0)
		return 0;
	last_line(log, line, sizeof(line));
	return cli_fail(EXIT_UNDECIDED, "%s has failed: %s", arguments[0], line);
}

static char *text_of(const char *first, const char *second, const char *third)
{
	char *text;

	if (asprintf(&text, "%s%s%s", first, second, third) < 0)
		abort();
	return text;
}

/* ---- Lines --------------------------------------------------------------------------------- */

static size_t prefix_length;

/* lcov wants a count's notes beside it. */
static int link_notes(const char *path, const struct stat *status, int type, struct FTW *where)
{
	const char *original = path + prefix_length;
	char notes[PATH_MAX], link[PATH_MAX];
	size_t stem = strlen(path) - strlen(".gcda");

	(void)status;
	(void)where;
	if (type != FTW_F || strcmp(path + stem, ".gcda") != 0)
		return 0;
	snprintf(notes, sizeof(notes), "%.*s.gcno", (int)(stem - prefix_length), original);
	snprintf(link, sizeof(link), "%.*s.gcno", (int)stem, path);
	if (access(notes, R_OK) != 0)
		return cli_fail(EXIT_UNDECIDED,
				"%s, which the compiler wrote, is missing: build "
				"anew",
				notes);
	return symlink(notes, link) == 0
		       ? 0
		       : cli_fail(EXIT_UNDECIDED, "%s: %s", link, strerror(errno));
}

/* The counts go below the directory, each by its whole path. */
static int write_counts(const char *directory)
{
	write_function functions[LOADED_MAX];
	size_t count = find_objects(functions), i;

	if (setenv("GCOV_PREFIX", directory, 1) != 0 || unsetenv("GCOV_PREFIX_STRIP") != 0)
		return cli_fail(EXIT_BUG, "out of memory");
	for (i = 0; i < count; i++)
		functions[i]();
	prefix_length = strlen(directory);
	return nftw(directory, link_notes, 16, FTW_PHYS);
}

static int capture(const struct lcov_job *job, const char *directory)
{
	char *log = text_of(directory, "/log", ""), *all = text_of(directory, "/all.info", "");
	char *pattern = text_of(job->source, "/*", "");
	char *lines = text_of(job->out, "/lines.info", "");
	const char *take[] = { "lcov",		"--rc",	       "lcov_branch_coverage=1",
			       "--capture",	"--directory", directory,
			       "--output-file", all,	       job->gcov ? "--gcov-tool" : NULL,
			       job->gcov,	NULL };
	const char *cut[] = { "lcov",	       "--rc", "lcov_branch_coverage=1",
			      "--extract",     all,    pattern,
			      "--output-file", lines,  NULL };
	int code;

	code = run(log, take);
	if (!code)
		code = run(log, cut);
	free(log);
	free(all);
	free(pattern);
	free(lines);
	return code;
}

int lcov_lines(const struct lcov_job *job)
{
	char *directory = text_of(job->out, "/counts-XXXXXX", "");
	int code;

	if (!mkdtemp(directory)) {
		code = cli_fail(EXIT_UNDECIDED, "%s: %s", directory, strerror(errno));
	} else {
		code = write_counts(directory);
		if (!code)
			code = capture(job, directory);
		tree_remove(AT_FDCWD, directory);
	}
	free(directory);
	if (!code && !lcov_rates(job, "lines").lines.found)
		code = cli_fail(EXIT_UNDECIDED, "no source in %s was compiled into the modules",
				job->source);
	return code;
}

/* ---- HTML ---------------------------------------------------------------------------------- */

int lcov_html(const struct lcov_job *job, const char *name, const char *title)
{
	char *info = text_of(job->out, "/", name), *file = text_of(info, ".info", "");
	char *log = text_of(info, ".log", "");
	const char *arguments[] = { "genhtml",
				    "--rc",
				    "genhtml_branch_coverage=1",
				    "--show-details",
				    "--title",
				    title,
				    "--prefix",
				    job->source,
				    "--output-directory",
				    info,
				    file,
				    NULL };
	int code = run(log, arguments);

	(void)unlink(log);
	free(info);
	free(file);
	free(log);
	return code;
}

struct lcov_rates lcov_rates(const struct lcov_job *job, const char *name)
{
	struct lcov_rates rates = { 0 };
	char *path = NULL, *line = NULL;
	size_t size = 0;
	FILE *file;

	if (asprintf(&path, "%s/%s.info", job->out, name) < 0)
		abort();
	file = fopen(path, "re");
	while (file && getline(&line, &size, file) > 0)
		tool_text_rates(line, &rates);
	if (file)
		fclose(file);
	free(line);
	free(path);
	return rates;
}
