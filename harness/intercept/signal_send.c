/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending signals: kill(2) and its kin. The supervisor settles right after: whom it killed is dead,
 * and who holds it has it, before the sender goes on. The harness is out of reach: what is sent to
 * its process group goes to the tasks in it.
 */
#include "intercept/signal.h"

#include "core/ending.h"
#include "intercept/real.h"
#include "intercept/spawn.h"
#include "intercept/thread.h"

#include "os/sys.h"

#include <unistd.h>

static bool is_crash(int signo)
{
	return signo == SIGABRT || signo == SIGSEGV || signo == SIGBUS || signo == SIGFPE ||
	       signo == SIGILL || signo == SIGTRAP || signo == SIGSYS;
}

static void expect(struct task *task, int signo)
{
	/* Who sends itself SIGABRT says that it crashed. */
	if (task->pid != task_self->pid || !is_crash(signo))
		task->expected |= task_bit(signo);
	task->signalled = control->signals_due = true;
}

void signal_expect(pid_t pid, int signo)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (!signo || task->pid != pid || task_is_over(task))
			continue;
		expect(task, signo);
		ending_release_signalled(task, signo);
	}
}

static bool begin(struct call *call, int signo, uintptr_t site)
{
	if (signo < 0 || signo > SIGRTMAX || signal_is_ours(signo) ||
	    !call_enter_at(call, OP_KILL, site))
		return false;
	call->amount = signo;
	return true;
}

/* What a task asks for that is not the kernel's to answer. */
static int refuse(int error)
{
	errno = error;
	return -1;
}

static int object_of(pid_t pid)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].pid == pid && control->tasks[i].process == (int)i &&
		    !control->tasks[i].reaped)
			return spawn_object(FAMILY_PROCESS, &control->tasks[i]);
	return -1;
}

/* To the processes of tasks that are in the group (-1: any), the caller's own last. */
static int send_to_tasks(pid_t group, int signo)
{
	int sent = 0, pass;
	uint32_t i;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < control->task_count; i++) {
			const struct task *task = &control->tasks[i];
			bool own = task->pid == task_self->pid;

			if (task->process != (int)i || task_is_over(task) || own != (pass == 1) ||
			    (group == -1 ? own : getpgid(task->pid) != group))
				continue;
			signal_expect(task->pid, signo);
			sent += REAL(kill)(task->pid, signo) == 0;
		}
	return sent ? 0 : refuse(ESRCH);
}

static int send_to_group(pid_t group, int signo)
{
	uint32_t i;

	if (group == 0)
		group = getpgrp();
	if (group == -1 || group == getpgid(signal_harness()))
		return send_to_tasks(group, signo);
	for (i = 0; i < control->task_count; i++)
		if (!task_is_over(&control->tasks[i]) && getpgid(control->tasks[i].pid) == group)
			signal_expect(control->tasks[i].pid, signo);
	return REAL(kill)(-group, signo);
}

static int send_group_at(pid_t group, int signo, uintptr_t site)
{
	struct call call;

	if (!begin(&call, signo, site))
		return refuse(EINVAL);
	call_begin(&call);
	return (int)call_end(&call, send_to_group(group, signo));
}

INTERPOSE int kill(pid_t pid, int signo)
{
	struct call call;

	if (!call_is_task())
		return REAL(kill)(pid, signo);
	if (pid <= 0)
		return send_group_at(pid < -1 ? -pid : pid, signo, CALL_SITE);
	if (pid == signal_harness())
		return refuse(EPERM);
	if (!begin(&call, signo, CALL_SITE))
		return refuse(EINVAL);
	call.object = object_of(pid);
	call_begin(&call);
	signal_expect(pid, signo);
	return (int)call_end(&call, REAL(kill)(pid, signo));
}

INTERPOSE int killpg(pid_t group, int signo)
{
	if (!call_is_task())
		return REAL(killpg)(group, signo);
	return group < 0 ? refuse(EINVAL) : send_group_at(group, signo, CALL_SITE);
}

INTERPOSE int sigqueue(pid_t pid, int signo, const union sigval value)
{
	struct call call;

	if (!call_is_task())
		return REAL(sigqueue)(pid, signo, value);
	if (pid == signal_harness())
		return refuse(EPERM);
	if (!begin(&call, signo, CALL_SITE))
		return refuse(EINVAL);
	call.object = object_of(pid);
	call_begin(&call);
	signal_expect(pid, signo);
	return (int)call_end(&call, REAL(sigqueue)(pid, signo, value));
}

INTERPOSE int tgkill(pid_t pid, pid_t tid, int signo)
{
	struct call call;

	if (!call_is_task())
		return REAL(tgkill)(pid, tid, signo);
	if (pid == signal_harness())
		return refuse(EPERM);
	if (!begin(&call, signo, CALL_SITE))
		return refuse(EINVAL);
	call.object = object_of(pid);
	call_begin(&call);
	signal_expect(pid, signo);
	return (int)call_end(&call, REAL(tgkill)(pid, tid, signo));
}

INTERPOSE int raise(int signo)
{
	struct call call;

	if (!call_is_task())
		return REAL(raise)(signo);
	if (!begin(&call, signo, CALL_SITE))
		return refuse(EINVAL);
	call.object = object_of(task_self->pid);
	call_begin(&call);
	signal_expect(task_self->pid, signo);
	return (int)call_end(&call, REAL(raise)(signo));
}

static void begin_thread(struct call *call, pthread_t thread)
{
	const struct task *target = thread_task(thread);

	call->object = target ? spawn_object(FAMILY_THREAD, target) : -1;
	call_begin(call);
	signal_expect(task_self->pid, (int)call->amount);
}

INTERPOSE int pthread_kill(pthread_t thread, int signo)
{
	struct call call;

	if (!call_is_task())
		return REAL(pthread_kill)(thread, signo);
	if (!begin(&call, signo, CALL_SITE))
		return EINVAL;
	begin_thread(&call, thread);
	return call_end_error(&call, REAL(pthread_kill)(thread, signo));
}

INTERPOSE int pthread_sigqueue(pthread_t thread, int signo, const union sigval value)
{
	struct call call;

	if (!call_is_task())
		return REAL(pthread_sigqueue)(thread, signo, value);
	if (!begin(&call, signo, CALL_SITE))
		return EINVAL;
	begin_thread(&call, thread);
	return call_end_error(&call, REAL(pthread_sigqueue)(thread, signo, value));
}
