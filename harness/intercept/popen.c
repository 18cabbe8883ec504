/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shell commands: popen(3), pclose(3), system(3). libc makes their children behind everybody's
 * back, so tasks get these, which do the same by calls that are seen. The stream itself is libc's:
 * what passes through it is no point, and to sleep in it is an unknown call.
 */
#include "intercept/descriptor.h"
#include "intercept/exec.h"
#include "intercept/real.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STREAMS_MAX = 32 };

/* Of this process; a child has its parent's, and can close but not wait for them. */
static struct {
	FILE *file;
	pid_t pid;
} streams[STREAMS_MAX];

static int find(const FILE *file)
{
	int i;

	for (i = 0; i < STREAMS_MAX; i++)
		if (streams[i].file == file)
			return i;
	return -1;
}

/* The child gets one end of the pipe as its own stream, and none of the earlier commands'. */
static int start(pid_t *pid, const char *command, const int fds[2], bool reads, uintptr_t site)
{
	posix_spawn_file_actions_t actions;
	int i, error, target = reads ? STDOUT_FILENO : STDIN_FILENO;

	error = posix_spawn_file_actions_init(&actions);
	if (error)
		return error;
	error = posix_spawn_file_actions_adddup2(&actions, fds[reads], target);
	for (i = 0; !error && i < STREAMS_MAX; i++)
		if (streams[i].file && fileno(streams[i].file) != target)
			error = posix_spawn_file_actions_addclose(&actions,
								  fileno(streams[i].file));
	if (!error)
		error = exec_shell(pid, command, &actions, NULL, site);
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

static FILE *open_at(const char *command, bool reads, bool closes, uintptr_t site)
{
	int fds[2], error, at = find(NULL);
	FILE *file = NULL;
	pid_t pid;

	if (at < 0) {
		errno = EMFILE;
		return NULL;
	}
	if (pipe2(fds, O_CLOEXEC) != 0)
		return NULL;
	error = start(&pid, command, fds, reads, site);
	(void)close(fds[reads]);
	if (!error) {
		file = fdopen(fds[!reads], reads ? "r" : "w");
		error = errno;
	}
	if (!file) {
		(void)close(fds[!reads]);
		errno = error;
		return NULL;
	}
	if (!closes)
		(void)REAL(fcntl)(fds[!reads], F_SETFD, 0);
	streams[at].file = file;
	streams[at].pid = pid;
	return file;
}

INTERPOSE FILE *popen(const char *command, const char *mode)
{
	bool reads = strchr(mode, 'r') != NULL, writes = strchr(mode, 'w') != NULL;

	if (!call_is_task())
		return REAL(popen)(command, mode);
	if (reads == writes || mode[strspn(mode, "rwe")]) {
		errno = EINVAL;
		return NULL;
	}
	return open_at(command, reads, strchr(mode, 'e') != NULL, CALL_SITE);
}

/* The end of the pipe is closed in libc: announced here, since the child may wait for it. */
static int close_stream(FILE *file, uintptr_t site)
{
	int fd = fileno(file), result;
	struct stat status;
	struct call call;

	(void)fflush(file);
	if (descriptor_look(fd, &status) == DESCRIPTOR_OTHER)
		return fclose(file);
	(void)call_enter_at(&call, OP_CLOSE, site);
	call.object = descriptor_object(&status);
	call.amount = fd;
	call_begin(&call);
	result = fclose(file);
	descriptor_closed(&status);
	return (int)call_end(&call, result);
}

static int wait_for(pid_t pid)
{
	int status;
	pid_t told;

	do {
		told = waitpid(pid, &status, 0);
	} while (told == -1 && errno == EINTR);
	return told == -1 ? -1 : status;
}

/* As pclose in libc, which is no cancellation point. */
static int wait_undisturbed(pid_t pid)
{
	bool before = task_self->uncancellable;
	int state, status;

	(void)REAL(pthread_setcancelstate)(PTHREAD_CANCEL_DISABLE, &state);
	task_self->uncancellable = true;
	status = wait_for(pid);
	task_self->uncancellable = before;
	(void)REAL(pthread_setcancelstate)(state, NULL);
	return status;
}

INTERPOSE int pclose(FILE *file)
{
	int at;

	if (!call_is_task())
		return REAL(pclose)(file);
	at = file ? find(file) : -1;
	if (at < 0) {
		errno = ECHILD;
		return -1;
	}
	streams[at].file = NULL;
	(void)close_stream(file, CALL_SITE);
	return wait_undisturbed(streams[at].pid);
}

/* ---- system --------------------------------------------------------------------------------- */

struct signals {
	struct sigaction interrupt, quit;
	sigset_t mask;
};

/* While the command runs, SIGINT and SIGQUIT are its own, and SIGCHLD waits. */
static void signals_aside(struct signals *saved)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t child;

	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	(void)sigaction(SIGINT, &ignore, &saved->interrupt);
	(void)sigaction(SIGQUIT, &ignore, &saved->quit);
	(void)sigprocmask(SIG_BLOCK, &child, &saved->mask);
}

static void signals_back(const struct signals *saved)
{
	(void)sigaction(SIGINT, &saved->interrupt, NULL);
	(void)sigaction(SIGQUIT, &saved->quit, NULL);
	(void)sigprocmask(SIG_SETMASK, &saved->mask, NULL);
}

struct command {
	pid_t pid;
	const struct signals *saved;
};

/* Its thread is cancelled: as in libc, the command does not outlive it. */
static void give_up(void *argument)
{
	const struct command *command = argument;

	(void)kill(command->pid, SIGKILL);
	(void)wait_undisturbed(command->pid);
	signals_back(command->saved);
}

static int wait_or_give_up(pid_t pid, const struct signals *saved)
{
	struct command command = { pid, saved };
	int status;

	pthread_cleanup_push(give_up, &command);
	status = wait_for(pid);
	pthread_cleanup_pop(0);
	return status;
}

static int run(const char *command, const struct signals *saved, uintptr_t site)
{
	posix_spawnattr_t attr;
	sigset_t reset;
	pid_t pid;
	int error;

	(void)posix_spawnattr_init(&attr);
	(void)sigemptyset(&reset);
	if (saved->interrupt.sa_handler != SIG_IGN)
		(void)sigaddset(&reset, SIGINT);
	if (saved->quit.sa_handler != SIG_IGN)
		(void)sigaddset(&reset, SIGQUIT);
	(void)posix_spawnattr_setsigdefault(&attr, &reset);
	(void)posix_spawnattr_setsigmask(&attr, &saved->mask);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	error = exec_shell(&pid, command, NULL, &attr, site);
	(void)posix_spawnattr_destroy(&attr);
	return error ? W_EXITCODE(127, 0) : wait_or_give_up(pid, saved);
}

int system(const char *command);
INTERPOSE int system(const char *command)
{
	struct signals saved;
	int status;

	if (!call_is_task())
		return REAL(system)(command);
	if (!command)
		return 1;
	signals_aside(&saved);
	status = run(command, &saved, CALL_SITE);
	signals_back(&saved);
	return status;
}
