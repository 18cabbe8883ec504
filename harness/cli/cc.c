/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `sabot cc`, `sabot c++`: the compiler, with memory points. Code is compiled with
 * -fsanitize=thread and linked without, so that our runtime takes the place of libtsan. One command
 * that compiles and links is therefore made two: the link must not see the option.
 */
#include "cli/cc.h"

#include "cli/cli.h"
#include "core/verdict.h"

#include <dlfcn.h>
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *const help =
	"Usage: sabot cc [COMPILER-ARGUMENT...]\n"
	"       sabot c++ [COMPILER-ARGUMENT...]\n"
	"Compiles so that each access of shared memory is a point: takes the compiler's own\n"
	"arguments, and works as CC= of make, CMake and autotools. What it builds runs without\n"
	"sabot as well.\n\n"
	"  --coverage            also count what runs: as gcc does, but exactly in processes\n"
	"                        that are killed too; for `sabot coverage`\n"
	"  SABOT_CC, SABOT_CXX   the compiler to use (default cc, c++):\n"
	"                        gcc 12 or clang 14, or later\n";

static int run(char **arguments)
{
	pid_t pid;
	int status, error = posix_spawnp(&pid, arguments[0], NULL, NULL, arguments, environ);

	if (error)
		return cli_fail(EXIT_UNDECIDED, "%s: %s", arguments[0], strerror(error));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return cli_fail(EXIT_BUG, "waiting for %s: %s", arguments[0],
					strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* gcc and clang take different options; who it is, it says itself. */
static bool is_clang(const char *compiler)
{
	char command[512], line[256] = "";
	FILE *pipe;

	snprintf(command, sizeof(command), "'%s' --version 2>/dev/null", compiler);
	pipe = popen(command, "r");
	if (!pipe)
		return false;
	if (!fgets(line, sizeof(line), pipe))
		line[0] = '\0';
	while (fgetc(pipe) != EOF)
		continue;
	(void)pclose(pipe);
	return strstr(line, "clang") != NULL;
}

static void add_options(struct cc_list *list, const struct cc_command *command)
{
	static const char *const common[] = { "-fsanitize=thread",	"-fno-plt",
					      "-fno-builtin-memcpy",	"-fno-builtin-memmove",
					      "-fno-builtin-memset",	"-g",
					      "-fno-omit-frame-pointer" };
	size_t i;

	/* clang's driver takes one of the two sanitizers, its compiler both. */
	if (command->clang && cc_has_sanitizer(command, "address"))
		cc_add(list, "-Xclang");
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		cc_add(list, common[i]);
	if (cc_has_coverage(command))
		cc_add_coverage_options(list);
	if (command->clang) {
		/* Else the read of x++ is left out. */
		cc_add(list, "-mllvm");
		cc_add(list, "-tsan-instrument-read-before-write=1");
	} else {
		cc_add(list, "--param");
		cc_add(list, "tsan-distinguish-volatile=1");
		/* That fences are not supported: they are by us, not by libtsan. */
		cc_add(list, "-Wno-tsan");
	}
	cc_add_format(list, "-I%s", cc_include_directory());
}

static void add_link_options(struct cc_list *list, const struct cc_command *command)
{
	static const char *const wrapped[] = { "memcpy", "memmove", "memset" };
	size_t i;

	for (i = 0; i < sizeof(wrapped) / sizeof(wrapped[0]); i++)
		cc_add_format(list, "-Wl,--wrap=%s", wrapped[i]);
	if (cc_has_coverage(command))
		cc_add_coverage_link(list);
	cc_add_format(list, "-L%s", cc_library_directory());
	cc_add(list, "-lsabot");
	cc_add_format(list, "-Wl,-rpath,%s", cc_library_directory());
}

/* One source into an object, with all options of the command that are not of the link. */
static int compile_one(const struct cc_command *command, size_t at, const char *object)
{
	const char *source = command->arguments[at];
	struct cc_list list = { 0 };
	size_t i;

	cc_add(&list, command->compiler);
	for (i = 0; i < command->count; i++)
		if (command->kinds[i] == CC_OPTION)
			cc_add(&list, command->arguments[i]);
	add_options(&list, command);
	if (cc_has_coverage(command))
		cc_add_coverage_names(&list, command, source);
	cc_add_dependency_names(&list, command);
	cc_add(&list, "-c");
	if (command->languages[at]) {
		cc_add(&list, "-x");
		cc_add(&list, command->languages[at]);
	}
	cc_add(&list, source);
	cc_add(&list, "-o");
	cc_add(&list, object);
	return run(cc_end(&list));
}

static int link_all(const struct cc_command *command, char *const *objects)
{
	struct cc_list list = { 0 };
	size_t i, next = 0;

	cc_add(&list, command->compiler);
	for (i = 0; i < command->count; i++)
		if (command->kinds[i] != CC_LANGUAGE)
			cc_add(&list, command->kinds[i] == CC_SOURCE ? objects[next++]
								     : command->arguments[i]);
	if (!command->relocatable)
		add_link_options(&list, command);
	return run(cc_end(&list));
}

static int compile_and_link(const struct cc_command *command)
{
	char directory[] = "/tmp/sabot-cc-XXXXXX";
	char **objects = calloc(command->count + 1, sizeof(*objects));
	size_t i, made = 0;
	int code = 0;

	if (!objects || !mkdtemp(directory))
		return cli_fail(EXIT_UNDECIDED, "no temporary directory: %s", strerror(errno));
	for (i = 0; i < command->count && !code; i++) {
		if (command->kinds[i] != CC_SOURCE)
			continue;
		if (asprintf(&objects[made], "%s/%zu.o", directory, made) < 0)
			return cli_fail(EXIT_BUG, "out of memory");
		code = compile_one(command, i, objects[made]);
		made++;
	}
	if (!code)
		code = link_all(command, objects);
	for (i = 0; i < made; i++)
		(void)unlink(objects[i]);
	(void)rmdir(directory);
	return code;
}

static int compile_only(const struct cc_command *command)
{
	struct cc_list list = { 0 };
	size_t i;

	cc_add(&list, command->compiler);
	for (i = 0; i < command->count; i++)
		cc_add(&list, command->arguments[i]);
	add_options(&list, command);
	return run(cc_end(&list));
}

/* Nothing to compile and nothing to link: a question to the compiler, such as --version. */
static int pass_on(const struct cc_command *command)
{
	struct cc_list list = { 0 };
	size_t i;

	cc_add(&list, command->compiler);
	for (i = 0; i < command->count; i++)
		cc_add(&list, command->arguments[i]);
	return run(cc_end(&list));
}

static int compile(int argc, char **argv, const char *variable, const char *compiler)
{
	const char *chosen = getenv(variable);
	struct cc_command command = { .compiler = chosen && chosen[0] ? chosen : compiler };
	int code;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return EXIT_PASS;
	}
	code = cc_read(&command, argc - 1, argv + 1);
	if (code)
		return code;
	command.clang = is_clang(command.compiler);
	code = cc_refuse(&command);
	if (!code)
		code = cc_refuse_coverage(&command);
	if (code)
		return code;
	if (!command.sources && !command.objects)
		return pass_on(&command);
	if (!command.links)
		return compile_only(&command);
	return compile_and_link(&command);
}

int cli_cc(int argc, char **argv)
{
	return compile(argc, argv, "SABOT_CC", "cc");
}

int cli_cxx(int argc, char **argv)
{
	return compile(argc, argv, "SABOT_CXX", "c++");
}
