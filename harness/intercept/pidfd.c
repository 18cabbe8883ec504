/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes by descriptor: pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2). Such a descriptor
 * is ready to read once its process has ended, reaped or not. To wait by one is waitid(P_PIDFD).
 */
#include "intercept/pidfd.h"

#include "intercept/descriptor.h"
#include "intercept/numbered.h"
#include "intercept/real.h"
#include "intercept/signal.h"
#include "intercept/spawn.h"

#include "os/inspect.h"
#include "os/sys.h"

#include <sys/pidfd.h>

pid_t pidfd_target(int fd)
{
	return inspect_pidfd(sys_getpid(), fd);
}

static int object_of(pid_t pid)
{
	uint32_t i;

	for (i = 0; pid > 0 && i < control->task_count; i++)
		if (control->tasks[i].pid == pid && control->tasks[i].process == (int)i &&
		    !control->tasks[i].reaped)
			return spawn_object(FAMILY_PROCESS, &control->tasks[i]);
	return -1;
}

INTERPOSE int pidfd_open(pid_t pid, unsigned flags)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_PIDFD_OPEN)) {
		result = REAL(pidfd_open)(pid, flags);
		descriptor_setup_opened(result);
		return result;
	}
	call.object = object_of(pid);
	call_begin(&call);
	result = REAL(pidfd_open)(pid, flags);
	numbered_note(result, -1);
	return (int)call_end(&call, result);
}

static int refuse(int error)
{
	errno = error;
	return -1;
}

INTERPOSE int pidfd_send_signal(int fd, int signo, siginfo_t *info, unsigned flags)
{
	struct call call;
	pid_t pid;

	if (!call_is_task())
		return REAL(pidfd_send_signal)(fd, signo, info, flags);
	pid = pidfd_target(fd);
	if (pid == signal_harness())
		return refuse(EPERM);
	if (signal_is_ours(signo))
		return refuse(EINVAL);
	(void)call_enter(&call, OP_PIDFD_SEND_SIGNAL);
	call.amount = signo;
	call.object = object_of(pid);
	call_begin(&call);
	if (pid > 0 && signo > 0 && signo <= SIGRTMAX)
		signal_expect(pid, signo);
	return (int)call_end(&call, REAL(pidfd_send_signal)(fd, signo, info, flags));
}

INTERPOSE int pidfd_getfd(int fd, int target, unsigned flags)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_PIDFD_GETFD))
		return REAL(pidfd_getfd)(fd, target, flags);
	call.object = object_of(pidfd_target(fd));
	call.amount = target;
	call_begin(&call);
	result = REAL(pidfd_getfd)(fd, target, flags);
	if (result >= 0)
		numbered_note(result, numbered_object_in(pidfd_target(fd), target));
	return (int)call_end(&call, result);
}
