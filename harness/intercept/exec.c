/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks that run another program: execve(2) and its kin, posix_spawn(3). Such a task stays one, and
 * runs when it is chosen to, from one sleep to the next; but what it does is seen by nobody. Does
 * not control: execve() in a thread other than the first, and the children of other programs.
 */
#include "intercept/exec.h"

#include "core/ending.h"
#include "intercept/real.h"
#include "intercept/spawn.h"

#include "os/sys.h"

#include <alloca.h>
#include <spawn.h>
#include <stdarg.h>
#include <unistd.h>

/* ---- In place of this program --------------------------------------------------------------- */

static void leave(void)
{
	task_self->outside = true;
	ending_let_through(task_self);
}

/* What remains of this program, if anything, is the next caller of finish(). */
static bool begin(struct call *call, uintptr_t site)
{
	if (!call_enter_at(call, OP_EXEC, site))
		return false;
	call_begin(call);
	leave();
	return true;
}

static int finish(struct call *call, bool is_task, int result)
{
	if (!is_task)
		return result;
	task_self->outside = false;
	ending_bar(task_self);
	return (int)call_end(call, result);
}

static int replace(const char *path, char *const *arguments, char *const *environment,
		   uintptr_t site)
{
	struct call call;
	bool is_task = begin(&call, site);

	return finish(&call, is_task, REAL(execve)(path, arguments, environment));
}

static int replace_by_name(const char *name, char *const *arguments, char *const *environment,
			   uintptr_t site)
{
	struct call call;
	bool is_task = begin(&call, site);

	return finish(&call, is_task, REAL(execvpe)(name, arguments, environment));
}

int exec_program(const char *path, char *const *arguments, char *const *environment)
{
	struct call call;

	if (!call_enter_at(&call, OP_EXEC, 0))
		return REAL(execve)(path, arguments, environment);
	call_note(&call);
	leave();
	return finish(&call, true, REAL(execve)(path, arguments, environment));
}

INTERPOSE int execve(const char *path, char *const arguments[], char *const environment[])
{
	return replace(path, arguments, environment, CALL_SITE);
}

INTERPOSE int execv(const char *path, char *const arguments[])
{
	return replace(path, arguments, environ, CALL_SITE);
}

INTERPOSE int execvp(const char *name, char *const arguments[])
{
	return replace_by_name(name, arguments, environ, CALL_SITE);
}

INTERPOSE int execvpe(const char *name, char *const arguments[], char *const environment[])
{
	return replace_by_name(name, arguments, environment, CALL_SITE);
}

INTERPOSE int fexecve(int fd, char *const arguments[], char *const environment[])
{
	struct call call;
	bool is_task = begin(&call, CALL_SITE);

	return finish(&call, is_task, REAL(fexecve)(fd, arguments, environment));
}

INTERPOSE int execveat(int fd, const char *path, char *const arguments[], char *const environment[],
		       int flags)
{
	struct call call;
	bool is_task = begin(&call, CALL_SITE);

	return finish(&call, is_task, REAL(execveat)(fd, path, arguments, environment, flags));
}

/* As many as there are before the NULL, `first` among them. */
static size_t count_arguments(const char *first, va_list list)
{
	size_t count = 0;
	const char *argument;

	for (argument = first; argument; argument = va_arg(list, const char *))
		count++;
	return count;
}

/* Fills what count_arguments() counted, and the NULL. */
static void collect(char **arguments, const char *first, va_list list)
{
	const char *argument;

	for (argument = first; argument; argument = va_arg(list, const char *))
		*arguments++ = (char *)(uintptr_t)argument;
	*arguments = NULL;
}

/* The arguments of the calling function, as an array on its stack; `list` is then after them. */
#define ARGUMENTS(arguments, first, list)                                                          \
	do {                                                                                       \
		size_t count_;                                                                     \
                                                                                                   \
		va_start(list, first);                                                             \
		count_ = count_arguments(first, list);                                             \
		va_end(list);                                                                      \
		(arguments) = alloca((count_ + 1) * sizeof(*(arguments)));                         \
		va_start(list, first);                                                             \
		collect((arguments), first, list);                                                 \
	} while (0)

INTERPOSE int execl(const char *path, const char *first, ...)
{
	char **arguments;
	va_list list;

	ARGUMENTS(arguments, first, list);
	va_end(list);
	return replace(path, arguments, environ, CALL_SITE);
}

INTERPOSE int execlp(const char *name, const char *first, ...)
{
	char **arguments;
	va_list list;

	ARGUMENTS(arguments, first, list);
	va_end(list);
	return replace_by_name(name, arguments, environ, CALL_SITE);
}

INTERPOSE int execle(const char *path, const char *first, ...)
{
	char **arguments, *const *environment;
	va_list list;

	ARGUMENTS(arguments, first, list);
	environment = va_arg(list, char *const *);
	va_end(list);
	return replace(path, arguments, environment, CALL_SITE);
}

/* ---- Beside it ------------------------------------------------------------------------------ */

typedef int spawn_function(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *attr, char *const arguments[],
			   char *const environment[]);

/*
 * The kernel lets the child run until it runs the other program. From there on it is held: its
 * maker, lifted above it for so long, goes on first and bars it.
 */
static int spawn_held(spawn_function *spawn, pid_t *pid, const char *path,
		      const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
		      char *const arguments[], char *const environment[])
{
	struct sched_param param = { .sched_priority = GATE_RUN };
	posix_spawnattr_t held;
	short flags;
	int error;

	if (!control->gated || sys_set_priority(0, GATE_LIFTED) != 0)
		return spawn(pid, path, actions, attr, arguments, environment);
	if (attr)
		held = *attr;
	else
		(void)posix_spawnattr_init(&held);
	(void)posix_spawnattr_getflags(&held, &flags);
	(void)posix_spawnattr_setflags(&held, (short)(flags | POSIX_SPAWN_SETSCHEDULER));
	(void)posix_spawnattr_setschedpolicy(&held, SCHED_FIFO);
	(void)posix_spawnattr_setschedparam(&held, &param);
	error = spawn(pid, path, actions, &held, arguments, environment);
	if (!error)
		(void)sys_set_priority(*pid, GATE_HELD);
	(void)sys_set_priority(0, GATE_RUN);
	return error;
}

static int spawn_at(spawn_function *spawn, pid_t *pid, const char *path,
		    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
		    char *const arguments[], char *const environment[], uintptr_t site)
{
	struct task *child;
	struct call call;
	pid_t made;
	int error;

	if (!call_enter_at(&call, OP_SPAWN, site))
		return spawn(pid, path, actions, attr, arguments, environment);
	call_begin(&call);
	if (real_answered) {
		struct real_slot slot = { __extension__(void *) spawn, "posix_spawn", NULL };

		spawn = __extension__(spawn_function *) real_answer(&slot);
	}
	task_self->in_runtime = true;
	child = spawn_begin(true);
	error = spawn_held(spawn, &made, path, actions, attr, arguments, environment);
	if (error) {
		spawn_undo(child);
		return call_end_error(&call, error);
	}
	child->pid = child->tid = made;
	if (pid)
		*pid = made;
	spawn_outside(child);
	return call_end_error(&call, 0);
}

INTERPOSE int posix_spawn(pid_t *restrict pid, const char *restrict path,
			  const posix_spawn_file_actions_t *restrict actions,
			  const posix_spawnattr_t *restrict attr, char *const arguments[restrict],
			  char *const environment[restrict])
{
	return spawn_at(REAL(posix_spawn), pid, path, actions, attr, arguments, environment,
			CALL_SITE);
}

INTERPOSE int posix_spawnp(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *attr, char *const arguments[],
			   char *const environment[])
{
	return spawn_at(REAL(posix_spawnp), pid, name, actions, attr, arguments, environment,
			CALL_SITE);
}

int exec_shell(pid_t *pid, const char *command, const posix_spawn_file_actions_t *actions,
	       const posix_spawnattr_t *attr, uintptr_t site)
{
	const char *arguments[] = { "sh", "-c", command, NULL };

	return spawn_at(REAL(posix_spawn), pid, "/bin/sh", actions, attr,
			(char *const *)(uintptr_t)arguments, environ, site);
}
