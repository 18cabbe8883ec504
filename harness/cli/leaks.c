/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/leaks.h"

#include "check/leaks.h"
#include "cli/cc.h"
#include "cli/cli.h"
#include "core/verdict.h"
#include "intercept/heap.h"
#include "os/checker.h"
#include "os/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Set for the program that was started anew; of valgrind, to the directory of its reports. */
#define ENVIRONMENT "SABOT_LEAKS_DIRECTORY"

enum { KEY_LEAKS = 900, CANNOT_EXEC = 126 };

static const struct argp_option leaks_options[] = {
	{ "leaks", KEY_LEAKS, "CHECKER", 0,
	  "Look for memory that tasks have lost: valgrind, lsan (takes a build of the preset asan) "
	  "or off (default)",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	const char **checker = state->input;

	if (key != KEY_LEAKS)
		return ARGP_ERR_UNKNOWN;
	if (heap_checker_find(argument) == HEAP_CHECKERS)
		argp_error(state, "--leaks takes valgrind, lsan or off, not \"%s\"", argument);
	*checker = argument;
	return 0;
}

const struct argp leaks_argp = { .options = leaks_options, .parser = parse };

/* Installed: share/sabot/suppressions in one of the directories above lib/; else the sources'. */
static const char *suppressions(const char *name, char *path, size_t size)
{
	char above[PATH_MAX];
	char *slash;

	snprintf(above, sizeof(above), "%s", cc_library_directory());
	while ((slash = strrchr(above, '/')) != NULL) {
		*slash = '\0';
		snprintf(path, size, "%s/share/sabot/suppressions/%s", above, name);
		if (access(path, R_OK) == 0)
			return path;
	}
	snprintf(path, size, "%s/%s", SABOT_SUPPRESSIONS, name);
	return path;
}

/* The file of this program. */
static const char *own_path(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);

	path[length > 0 ? length : 0] = '\0';
	return path;
}

static void add_arguments(struct cc_list *list)
{
	char **argument;

	for (argument = cli_arguments + 1; *argument; argument++)
		cc_add(list, *argument);
}

/* Reports of processes that are forked go to the same file: one runs at a time. */
static _Noreturn void exec_valgrind(const char *directory)
{
	char program[PATH_MAX], path[PATH_MAX + 64];
	struct cc_list list = { 0 };

	cc_add(&list, "valgrind");
	cc_add(&list, "--tool=memcheck");
	cc_add(&list, "--quiet");
	cc_add(&list, "--vgdb=no");
	cc_add(&list, "--trace-children=no");
	cc_add(&list, "--undef-value-errors=no");
	cc_add(&list, "--run-libc-freeres=no");
	cc_add(&list, "--error-limit=no");
	cc_add(&list, "--num-callers=24");
	cc_add(&list, "--leak-check=full");
	cc_add(&list, "--show-leak-kinds=definite,indirect");
	cc_add(&list, "--errors-for-leak-kinds=definite,indirect");
	cc_add(&list, "--xml=yes");
	cc_add_format(&list, "--xml-file=%s/report.xml", directory);
	cc_add_format(&list, "--log-file=%s/valgrind.log", directory);
	if (access(suppressions("valgrind.supp", path, sizeof(path)), R_OK) == 0)
		cc_add_format(&list, "--suppressions=%s", path);
	cc_add(&list, strchr(cli_program, '/') ? cli_program : own_path(program, sizeof(program)));
	add_arguments(&list);
	(void)personality(ADDR_NO_RANDOMIZE);
	(void)setenv(ENVIRONMENT, directory, 1);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	execvp("valgrind", cc_end(&list));
	_exit(CANNOT_EXEC);
}

static volatile sig_atomic_t started;

static void pass_on(int signo)
{
	if (started > 0)
		(void)kill(started, signo);
}

/* What valgrind said when it could not begin: its last line. */
static int tell_why(const char *directory)
{
	char path[PATH_MAX], line[256] = "", last[256] = "no word from it";
	FILE *file;

	snprintf(path, sizeof(path), "%s/valgrind.log", directory);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strlen(line) > 12)
			snprintf(last, sizeof(last), "%s", line);
	}
	if (file)
		fclose(file);
	return cli_fail(EXIT_SKIPPED, "--leaks=valgrind: valgrind cannot run this program: %s",
			last);
}

static int wait_for(pid_t pid, const char *directory)
{
	char began[PATH_MAX + 64];
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	snprintf(began, sizeof(began), "%s/began", directory);
	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_EXEC)
		return cli_fail(EXIT_SKIPPED, "--leaks=valgrind: valgrind is not installed (on "
					      "Debian: apt-get install valgrind)");
	if (access(began, F_OK) != 0)
		return tell_why(directory);
	if (WIFSIGNALED(status))
		return cli_fail(EXIT_UNDECIDED, "the run on valgrind died of SIG%s",
				sigabbrev_np(WTERMSIG(status)));
	return WEXITSTATUS(status);
}

/*
 * Forks one that removes the directory when nobody has the write end any more: also after SIGKILL
 * of the caller. In a session of its own, as Ctrl-C is not for it.
 */
static pid_t remove_after(const char *directory, int *held)
{
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)setsid();
		close(ends[1]);
		while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
			continue;
		tree_remove(AT_FDCWD, directory);
		_exit(0);
	}
	close(ends[0]);
	*held = ends[1];
	return pid;
}

static int run_valgrind(const char *directory)
{
	struct sigaction action = { .sa_handler = pass_on };
	pid_t pid;

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
	pid = fork();
	if (pid == 0)
		exec_valgrind(directory);
	started = pid;
	return pid < 0 ? cli_fail(EXIT_UNDECIDED, "fork: %s", strerror(errno))
		       : wait_for(pid, directory);
}

static int start_on_valgrind(void)
{
	const char *temporary = getenv("TMPDIR");
	char directory[PATH_MAX - 64];
	int held = -1, code;
	pid_t remover;

	if (CHECKER_IS_ASAN)
		return cli_fail(EXIT_SKIPPED,
				"--leaks=valgrind: this build has AddressSanitizer, which cannot "
				"run on valgrind: use --leaks=lsan, or another build");
	if (!CHECKER_KNOWS_VALGRIND)
		return cli_fail(EXIT_SKIPPED, "--leaks=valgrind: valgrind was not installed when "
					      "this was built: install it and build again");
	snprintf(directory, sizeof(directory), "%s/sabot-leaks-XXXXXX",
		 temporary && *temporary ? temporary : "/tmp");
	if (!mkdtemp(directory))
		return cli_fail(EXIT_UNDECIDED, "%s: %s", directory, strerror(errno));
	remover = remove_after(directory, &held);
	if (remover < 0) {
		tree_remove(AT_FDCWD, directory);
		return cli_fail(EXIT_UNDECIDED, "%s cannot be removed later", directory);
	}
	code = run_valgrind(directory);
	close(held);
	while (waitpid(remover, NULL, 0) < 0 && errno == EINTR)
		continue;
	return code;
}

static int use_valgrind(void)
{
	const char *directory = getenv(ENVIRONMENT);
	char path[PATH_MAX + 64];
	int fd;

	if (!checker_is_valgrind())
		return start_on_valgrind();
	if (!directory)
		return cli_fail(EXIT_USAGE, "--leaks=valgrind starts valgrind by itself");
	snprintf(path, sizeof(path), "%s/began", directory);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	snprintf(path, sizeof(path), "%s/report.xml", directory);
	heap_use(HEAP_VALGRIND, path);
	(void)unsetenv(ENVIRONMENT);
	return LEAKS_GO_ON;
}

/* Its options are read before main(). */
static int start_with_options(void)
{
	const char *had = getenv("ASAN_OPTIONS");
	char *options;

	if (asprintf(&options,
		     "%s%sdetect_leaks=1:leak_check_at_exit=0:symbolize=0:malloc_context_size=24:"
		     "intercept_tls_get_addr=0:use_sigaltstack=0",
		     had ? had : "", had ? ":" : "") < 0)
		return cli_fail(EXIT_BUG, "out of memory");
	(void)setenv("ASAN_OPTIONS", options, 1);
	(void)setenv(ENVIRONMENT, "", 1);
	execv("/proc/self/exe", cli_arguments);
	return cli_fail(EXIT_UNDECIDED, "it cannot be started anew: %s", strerror(errno));
}

/* The user's own: LSAN_OPTIONS=suppressions=FILE, as LeakSanitizer itself has it. */
static int suppress_more(void)
{
	const char *options = getenv("LSAN_OPTIONS"), *file;
	char path[PATH_MAX];
	int error;

	file = options ? strstr(options, "suppressions=") : NULL;
	if (!file)
		return LEAKS_GO_ON;
	file += strlen("suppressions=");
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(file, ": "), file);
	error = leaks_suppress(path);
	if (error)
		return cli_fail(EXIT_USAGE, "LSAN_OPTIONS: %s: %s", path, strerror(-error));
	return LEAKS_GO_ON;
}

static int use_lsan(void)
{
	char path[PATH_MAX + 64];

	if (!CHECKER_IS_ASAN)
		return cli_fail(EXIT_SKIPPED,
				"--leaks=lsan: this build has no LeakSanitizer: make one with "
				"`cmake --preset asan && cmake --build build/asan`, and run "
				"build/asan/sabot");
	if (!getenv(ENVIRONMENT))
		return start_with_options();
	if (!heap_lsan_works())
		return cli_fail(EXIT_SKIPPED,
				"--leaks=lsan: LeakSanitizer may not stop threads here: it needs "
				"ptrace (see `sabot doctor`)");
	(void)leaks_suppress(suppressions("lsan.supp", path, sizeof(path)));
	heap_use(HEAP_LSAN, "");
	(void)unsetenv(ENVIRONMENT);
	return suppress_more();
}

int leaks_begin(const char *checker)
{
	switch (checker ? heap_checker_find(checker) : HEAP_UNCHECKED) {
	case HEAP_VALGRIND:
		return use_valgrind();
	case HEAP_LSAN:
		return use_lsan();
	default:
		return LEAKS_GO_ON;
	}
}
