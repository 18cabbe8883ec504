/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes: fork, exit, wait. A child is a task of its own; what the trace holds in place of its
 * pid is that task's number. For other programs see exec.c.
 */
#include "intercept/process.h"

#include "core/point.h"
#include "intercept/heap.h"
#include "intercept/pidfd.h"
#include "intercept/real.h"
#include "intercept/spawn.h"

#include "os/sys.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the trace, for a process that is no task. No child is task 0. */
enum { NO_CHILD = 0, SOME_PROCESS = TASKS_MAX };

static struct task *child_of_pid(pid_t pid)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (task->pid == pid && task->process == (int)i && task->parent >= 0 &&
		    !task->reaped)
			return task;
	}
	return NULL;
}

/* fork() without the handlers of pthread_atfork: of POSIX 2024, and not in all headers. */
pid_t _Fork(void);

static pid_t make(bool handlers)
{
	return handlers ? REAL(fork)() : REAL(_Fork)();
}

/*
 * What runs in fork() besides the system call (the handlers of pthread_atfork) is no task's step:
 * neither here, nor in the child, which is not a task yet and finds its parent's in its place.
 */
static pid_t fork_task(bool handlers, uintptr_t site)
{
	struct task *child;
	struct call call;
	pid_t pid;

	if (!call_enter_at(&call, OP_FORK, site))
		return make(handlers);
	call_begin(&call);
	task_self->in_runtime = true;
	child = spawn_begin(true);
	pid = make(handlers);
	if (pid == 0) {
		spawn_enter(child);
		return 0;
	}
	if (pid < 0) {
		spawn_undo(child);
		return (pid_t)call_end(&call, pid);
	}
	child->pid = child->tid = pid;
	spawn_done(child);
	return (pid_t)call_end_as(&call, pid, task_number(child));
}

INTERPOSE pid_t fork(void)
{
	return fork_task(true, CALL_SITE);
}

INTERPOSE pid_t _Fork(void)
{
	return fork_task(false, CALL_SITE);
}

/* The parent does not wait for the child here: a schedule is free to run the child first. */
INTERPOSE pid_t vfork(void)
{
	return fork_task(true, CALL_SITE);
}

/* As libc's, whose own fork is not seen. */
INTERPOSE int daemon(int keeps_directory, int keeps_streams)
{
	int fd;

	if (!call_is_task())
		return REAL(daemon)(keeps_directory, keeps_streams);
	switch (fork_task(true, CALL_SITE)) {
	case -1:
		return -1;
	case 0:
		break;
	default:
		_exit(0);
	}
	if (setsid() == -1)
		return -1;
	if (!keeps_directory)
		(void)!chdir("/");
	if (keeps_streams)
		return 0;
	fd = open("/dev/null", O_RDWR);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
	    dup2(fd, STDERR_FILENO) < 0)
		return -1;
	return fd > STDERR_FILENO ? close(fd) : 0;
}

/* The status stands in the block before the end, for who ends unseen (children that nobody waits
 * for). */
static void point_exit(int status, uintptr_t site)
{
	struct call call;

	if (!call_enter_at(&call, OP_EXIT, site))
		return;
	call.amount = status & 0xff;
	call_begin(&call);
	point_hold(task_self);
	task_self->status = status & 0xff;
	heap_end(task_self);
}

void process_exit(int status)
{
	point_exit(status, 0);
	REAL(exit)(status);
	__builtin_unreachable();
}

INTERPOSE void exit(int status)
{
	point_exit(status, CALL_SITE);
	REAL(exit)(status);
	__builtin_unreachable();
}

INTERPOSE void quick_exit(int status)
{
	point_exit(status, CALL_SITE);
	REAL(quick_exit)(status);
	__builtin_unreachable();
}

INTERPOSE void _exit(int status)
{
	point_exit(status, CALL_SITE);
	REAL(_exit)(status);
	__builtin_unreachable();
}

INTERPOSE void _Exit(int status)
{
	point_exit(status, CALL_SITE);
	REAL(_Exit)(status);
	__builtin_unreachable();
}

static int object_of(pid_t pid)
{
	const struct task *child = pid > 0 ? child_of_pid(pid) : NULL;

	return child ? spawn_object(FAMILY_PROCESS, child) : -1;
}

/* Notes that the parent waited for the child, if that is what it was told. Returns what to trace.
 */
static long note_wait(pid_t pid, int status, bool keeps)
{
	struct task *child;

	if (pid <= 0)
		return pid;
	child = child_of_pid(pid);
	if (!child)
		return SOME_PROCESS;
	if (!keeps && (WIFEXITED(status) || WIFSIGNALED(status))) {
		/* Without the gate this may be before the supervisor has seen the death. */
		child->reaped_status = status;
		__atomic_store_n(&child->reaped, true, __ATOMIC_RELEASE);
	}
	return task_number(child);
}

static pid_t wait_at(pid_t pid, int *status, int options, struct rusage *usage, uintptr_t site)
{
	struct call call;
	int told = 0;
	pid_t result;

	if (!call_enter_at(&call, OP_WAIT, site))
		return REAL(wait4)(pid, status, options, usage);
	call.object = object_of(pid);
	call.amount = options;
	call_begin(&call);
	result = REAL(wait4)(pid, &told, options, usage);
	if (status && result > 0)
		*status = told;
	return (pid_t)call_end_as(&call, result, note_wait(result, told, false));
}

INTERPOSE pid_t wait(int *status)
{
	return wait_at(-1, status, 0, NULL, CALL_SITE);
}

INTERPOSE pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait_at(pid, status, options, NULL, CALL_SITE);
}

INTERPOSE pid_t wait3(int *status, int options, struct rusage *usage)
{
	return wait_at(-1, status, options, usage, CALL_SITE);
}

INTERPOSE pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	return wait_at(pid, status, options, usage, CALL_SITE);
}

/* As the other calls tell it. */
static int status_of(const siginfo_t *info)
{
	switch (info->si_code) {
	case CLD_EXITED:
		return W_EXITCODE(info->si_status, 0);
	case CLD_KILLED:
	case CLD_DUMPED:
		return W_EXITCODE(0, info->si_status);
	default:
		return W_STOPCODE(SIGSTOP);
	}
}

INTERPOSE int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	siginfo_t told = { .si_pid = NO_CHILD };
	struct call call;
	long traced;
	int result;

	if (!call_enter(&call, OP_WAIT))
		return REAL(waitid)(type, id, info, options);
	if (type == P_PID || type == P_PIDFD)
		call.object = object_of(type == P_PID ? (pid_t)id : pidfd_target((int)id));
	call.amount = options;
	call_begin(&call);
	result = REAL(waitid)(type, id, &told, options);
	if (info && result == 0)
		*info = told;
	traced = result == 0 ? note_wait(told.si_pid, status_of(&told), options & WNOWAIT) : result;
	return (int)call_end_as(&call, result, traced);
}

/* A child whose parent ignores SIGCHLD leaves no zombie: then there is nothing to wait for. */
static bool is_zombie(const struct task *child)
{
	return task_is_over(child) && sys_kill(child->pid, 0) == 0;
}

void process_children_left(const struct task *task)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *child = &control->tasks[i];

		if (child->parent < 0 || child->process != (int)i || child->reaped ||
		    control->tasks[child->parent].process != task->process)
			continue;
		/* The supervisor may not have seen its end yet. */
		if (control->free.on && sys_kill(child->pid, 0) != 0)
			continue;
		if (!task_is_over(child) && !control->free.on)
			control_find(KIND_LEAK, task_number(task), "leak",
				     "%s ends while its child %s still runs", task->name,
				     child->name);
		else if (control->free.on || is_zombie(child))
			control_find(KIND_LEAK, task_number(task), "leak",
				     "%s ends without having waited for its child %s", task->name,
				     child->name);
	}
}
