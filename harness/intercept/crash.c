/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/crash.h"

#include "core/control.h"
#include "intercept/real.h"
#include "os/sys.h"

#include <execinfo.h>
#include <signal.h>
#include <ucontext.h>

enum { FRAMES_MAX = 64, STACK_BYTES = 65536 };

static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

/* A stack that overflowed cannot hold the handler. Threads that a task makes have none of these. */
static char spare_stack[STACK_BYTES] __attribute__((aligned(16)));

/* From where it happened outward: what lies before that is the handler itself. */
static void keep_stack(struct task *task, uintptr_t where)
{
	void *frames[FRAMES_MAX];
	int count = backtrace(frames, FRAMES_MAX);
	int i, first = 0;

	for (i = 0; i < count; i++)
		if ((uintptr_t)frames[i] == where)
			first = i;
	task->stack_count = 0;
	for (i = first; i < count && task->stack_count < STACK_FRAMES_MAX; i++)
		task->stack[task->stack_count++] = (uintptr_t)frames[i];
}

static void on_crash(int signo, siginfo_t *info, void *context)
{
	const ucontext_t *user = context;
	struct sigaction standard = { .sa_handler = SIG_DFL };

	if (task_self)
		keep_stack(task_self, (uintptr_t)user->uc_mcontext.gregs[REG_RIP]);
	(void)REAL(sigaction)(signo, &standard, NULL);
	/* A fault comes again by itself when its instruction does; what was sent must be sent
	 * again. */
	if (info->si_code <= 0)
		(void)sys_tgkill(sys_getpid(), sys_gettid(), signo);
}

bool crash_is_handler(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_crash;
}

int crash_prepare(void)
{
	stack_t stack = { .ss_sp = spare_stack, .ss_size = sizeof(spare_stack) };
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };
	void *frame;
	size_t i;

	/* The first call loads the unwinder, which a handler could not. */
	(void)backtrace(&frame, 1);
	if (sigaltstack(&stack, NULL) != 0)
		return -errno;
	action.sa_sigaction = on_crash;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (REAL(sigaction)(signals[i], &action, NULL) != 0)
			return -errno;
	return 0;
}
