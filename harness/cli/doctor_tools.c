/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the tools are there that are of use beside the engine, and room for what it writes. */
#include "cli/doctor.h"

#include "os/checker.h"
#include "os/symbol.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOM_MIB = 100 };

bool doctor_try_lines(char *detail, size_t size)
{
	bool found = symbol_has_lines();

	snprintf(detail, size, found ? "libdw" : "libdw was not found");
	return found;
}

/* Runs "PROGRAM --version" and keeps the first line of what it says. */
static bool version_of(const char *program, char *detail, size_t size)
{
	int ends[2], status = -1;
	ssize_t got;
	pid_t pid;

	snprintf(detail, size, "not found");
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)dup2(ends[1], STDERR_FILENO);
		execlp(program, program, "--version", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	got = read(ends[0], detail, size - 1);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (got <= 0)
		return false;
	detail[got] = '\0';
	detail[strcspn(detail, "\r\n")] = '\0';
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool doctor_try_gdb(char *detail, size_t size)
{
	return version_of("gdb", detail, size);
}

bool doctor_try_valgrind(char *detail, size_t size)
{
	if (!version_of("valgrind", detail, size))
		return false;
	if (CHECKER_KNOWS_VALGRIND && !CHECKER_IS_ASAN)
		return true;
	snprintf(detail, size, "this build cannot run on it%s",
		 CHECKER_IS_ASAN ? ": it has AddressSanitizer" : "");
	return false;
}

static int attach(pid_t pid)
{
	int error = 0;
	pid_t tracer = fork();

	/* A sibling, as gdb would be: a parent is allowed more. */
	if (tracer == 0)
		_exit(ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0 ? 0 : errno);
	if (tracer < 0 || waitpid(tracer, &error, 0) < 0)
		return errno;
	return WIFEXITED(error) ? WEXITSTATUS(error) : ECANCELED;
}

bool doctor_try_attach(char *detail, size_t size)
{
	pid_t pid = fork();
	int error;

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			pause();
	}
	error = pid < 0 ? errno : attach(pid);
	if (pid > 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
	if (error)
		snprintf(detail, size, "ptrace: %s", strerror(error));
	else
		snprintf(detail, size, "a debugger may attach to another process");
	return error == 0;
}

bool doctor_try_cores(char *detail, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/core_pattern", "re");
	char pattern[128] = "core\n";
	struct rlimit limit;

	if (file) {
		if (!fgets(pattern, sizeof(pattern), file))
			pattern[0] = '\0';
		fclose(file);
	}
	pattern[strcspn(pattern, "\n")] = '\0';
	if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur == 0) {
		snprintf(detail, size, "the limit is 0");
		return false;
	}
	if (pattern[0] != '/' && pattern[0] != '|') {
		snprintf(detail, size, "\"%.60s\" is in the run's directory, which vanishes",
			 pattern);
		return false;
	}
	snprintf(detail, size, "%.100s", pattern);
	return true;
}

/* Where `sabot run` writes unless it is told otherwise. */
static const char *output_directory(void)
{
	return access("sabot-out", F_OK) == 0 ? "sabot-out" : ".";
}

bool doctor_try_output(char *detail, size_t size)
{
	const char *path = output_directory();
	char name[] = "sabot-doctor-XXXXXX";
	struct statvfs status;
	uint64_t mib;
	int fd;

	if (chdir(path) != 0 || statvfs(".", &status) != 0) {
		snprintf(detail, size, "%s: %s", path, strerror(errno));
		return false;
	}
	fd = mkstemp(name);
	if (fd < 0) {
		snprintf(detail, size, "%s cannot be written: %s", path, strerror(errno));
		return false;
	}
	(void)unlink(name);
	mib = (uint64_t)status.f_bavail * status.f_frsize >> 20;
	snprintf(detail, size, "%s: %llu MiB free", path, (unsigned long long)mib);
	return mib >= ROOM_MIB;
}
