/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers. Verified: flags and masks are the user's own (the kernel applies them to our
 * trampoline); what was interrupted is as before when a handler returns or jumps out. A held signal
 * is pending as far as the task can tell: of a standard signal there is one, of a real-time signal
 * each counts.
 */
#include "intercept/signal.h"

#include "intercept/crash.h"
#include "intercept/program.h"
#include "intercept/real.h"
#include "intercept/timer.h"

#include "core/ending.h"
#include "core/point.h"
#include "core/trace.h"
#include "memory/race.h"
#include "os/signals.h"
#include "os/sys.h"

#include <string.h>
#include <sys/resource.h>
#include <ucontext.h>

enum { SIGNALS = 65, FIRST_REAL_TIME = 32, LIMIT_US = 500000 };

/* Signal sets as the kernel has them. */
#define MASK_BYTES sizeof(uint64_t)
#define MASK_OURS  (signals_bit(checker_signal()) | signals_bit(SIGXCPU))

/* The user's handlers, of this process. fork() copies them as the kernel does its own. */
static struct sigaction handlers[SIGNALS];
static pid_t harness;
/* The list of held signals was full, so everything was blocked: what is to be the mask again. */
static __thread bool mask_saved;
static __thread uint64_t mask_before;

static uint64_t mask_of(const sigset_t *set)
{
	uint64_t mask;

	memcpy(&mask, set, sizeof(mask));
	return mask;
}

static uint64_t set_mask(uint64_t mask)
{
	uint64_t before = 0;

	(void)sys_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, (long)&before, MASK_BYTES, 0,
		       0);
	return before;
}

bool signal_is_ours(int signo)
{
	return signo == checker_signal() || signo == SIGXCPU;
}

sigset_t signal_strip(const sigset_t *set)
{
	sigset_t stripped = *set;

	(void)sigdelset(&stripped, checker_signal());
	(void)sigdelset(&stripped, SIGXCPU);
	return stripped;
}

pid_t signal_harness(void)
{
	return harness;
}

static void call_handler(int signo, siginfo_t *info, void *context)
{
	const struct sigaction *action = &handlers[signo];

	timer_taken(info);
	if (action->sa_flags & SA_SIGINFO)
		action->sa_sigaction(signo, info, context);
	else
		action->sa_handler(signo);
}

/*
 * Runs a handler as the task's own code. Its calls announce themselves over the call that it
 * interrupted, which is put back. A handler that jumps out leaves the task as if that call had
 * never been.
 */
static void run_handler(struct task *task, int signo, siginfo_t *info, void *context)
{
	struct call call = task->call;
	bool in_call = task->in_call, in_runtime = task->in_runtime;
	bool interrupted = task->interrupted;
	bool counted = in_call && call.deadline_ns;

	if (counted)
		control->timed--;
	task->call.deadline_ns = 0;
	task->in_call = task->in_runtime = false;
	trace_event(EVENT_HANDLER, task, signo);
	if (control->race.on)
		race_handles(task);
	call_handler(signo, info, context);
	task->in_runtime = in_runtime;
	task->interrupted = interrupted;
	task->in_call = in_call;
	task->call = call;
	if (counted)
		control->timed++;
}

/* The interrupted code is at a system call that is to be made again, or comes from one. */
static bool is_syscall(uint64_t at)
{
	return !memcmp((const void *)(uintptr_t)at, "\x0f\x05", 2);
}

/* Its deadline came: the call that was interrupted here returns so. */
static void end_call(struct task *task, void *context)
{
	ucontext_t *user = context;
	greg_t *at = &user->uc_mcontext.gregs[REG_RIP];

	if (!task->expired || !task->in_call)
		return;
	if (is_syscall((uint64_t)*at))
		*at += 2;
	else if (!is_syscall((uint64_t)*at - 2))
		return; /* another handler was to run first: it does this then */
	else if (user->uc_mcontext.gregs[REG_RAX] != -EINTR) {
		task->expired =
			false; /* it ended by itself: a priority-inheriting lock was its own yet */
		return;
	}
	user->uc_mcontext.gregs[REG_RAX] = task->call.timeout_result;
	task->expired = false;
}

static struct held_signal *held_by(const struct task *task)
{
	return control->held[task_number(task)];
}

static bool is_held(const struct task *task, int signo)
{
	uint32_t i;

	for (i = 0; i < task->held_count; i++)
		if (held_by(task)[i].signo == signo)
			return true;
	return false;
}

static void hold(struct task *task, int signo, const siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	task->interrupted = true;
	if (task->held_count == HELD_SIGNALS_MAX ||
	    (signo < FIRST_REAL_TIME && is_held(task, signo)))
		return;
	held_by(task)[task->held_count].signo = signo;
	held_by(task)[task->held_count].info = *info;
	task->held_count++;
	if (task->held_count == HELD_SIGNALS_MAX) {
		/* No room for another: the kernel keeps what comes, until these have run. */
		uint64_t all = ~MASK_OURS;

		mask_before = mask_of(&user->uc_sigmask);
		mask_saved = true;
		memcpy(&user->uc_sigmask, &all, sizeof(all));
	}
}

/* The task's own instruction failed: it would fail again for ever if its handler did not run now.
 */
static bool is_fault(int signo, const siginfo_t *info)
{
	return info->si_code > 0 && (signo == SIGSEGV || signo == SIGBUS || signo == SIGFPE ||
				     signo == SIGILL || signo == SIGTRAP || signo == SIGSYS);
}

static void trampoline(int signo, siginfo_t *info, void *context)
{
	struct task *task = task_self;
	int saved = errno;

	if (!task) {
		call_handler(signo, info, context);
	} else if (task->in_runtime && !is_fault(signo, info)) {
		hold(task, signo, info, context);
	} else {
		if (!point_has_turn(task)) {
			/* It came out of its call by itself, and waits here to go on. */
			task->in_runtime = true;
			point_return(task);
			task->in_runtime = false;
		}
		end_call(task, context);
		run_handler(task, signo, info, context);
	}
	errno = saved;
}

/* The first that the mask lets through; while a held handler runs, others may have to wait for its
 * end. */
static int first_held(const struct task *task, uint64_t mask)
{
	uint32_t i;

	for (i = 0; i < task->held_count; i++)
		if (!(mask & signals_bit(held_by(task)[i].signo)))
			return (int)i;
	return -1;
}

static void run_one(struct task *task, uint32_t at, uint64_t mask)
{
	struct held_signal *list = held_by(task), held = list[at];
	const struct sigaction *action = &handlers[held.signo];
	uint64_t during = mask | mask_of(&action->sa_mask);
	ucontext_t context;

	task->held_count--;
	memmove(&list[at], &list[at + 1], (task->held_count - at) * sizeof(list[0]));
	if (!(action->sa_flags & SA_NODEFER))
		during |= signals_bit(held.signo);
	memset(&context, 0, sizeof(context));
	memcpy(&context.uc_sigmask, &mask, sizeof(mask));
	(void)set_mask(during & ~MASK_OURS);
	run_handler(task, held.signo, &held.info, &context);
}

static void run_held(struct task *task)
{
	int saved = errno;
	bool more = true;

	while (more) {
		uint64_t mask = set_mask(~MASK_OURS);
		int at;

		if (mask_saved)
			mask = mask_before;
		mask_saved = false;
		at = first_held(task, mask);
		more = at >= 0;
		if (more)
			run_one(task, (uint32_t)at, mask);
		(void)set_mask(mask);
	}
	errno = saved;
}

__attribute__((constructor)) static void begin(void)
{
	point_run_held = run_held;
}

static bool is_user_handler(const struct sigaction *action)
{
	return action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;
}

static int install(int signo, const struct sigaction *action, struct sigaction *old)
{
	struct sigaction before, wanted, was = handlers[signo];
	int result;

	if (action) {
		wanted = *action;
		wanted.sa_mask = signal_strip(&action->sa_mask);
		if (is_user_handler(action)) {
			/* First the table: once the kernel knows, the signal may come. */
			handlers[signo] = *action;
			wanted.sa_sigaction = trampoline;
			wanted.sa_flags |= SA_SIGINFO;
		}
	}
	result = REAL(sigaction)(signo, action ? &wanted : NULL, &before);
	if (result != 0) {
		handlers[signo] = was;
		return result;
	}
	if (action && task_self)
		ending_note_action(task_self, signo, action->sa_handler == SIG_DFL);
	if (old && before.sa_sigaction == trampoline) {
		before.sa_sigaction = was.sa_sigaction;
		before.sa_flags &= ~(~was.sa_flags & SA_SIGINFO);
	}
	if (old && crash_is_handler(&before))
		before = (struct sigaction){ .sa_handler = SIG_DFL };
	if (old)
		*old = before;
	return 0;
}

static int change(int signo, const struct sigaction *action, struct sigaction *old, uintptr_t site)
{
	struct call call;

	if (!call_is_task() || signo <= 0 || signo >= SIGNALS)
		return REAL(sigaction)(signo, action, old);
	if (signal_is_ours(signo)) {
		errno = EINVAL;
		return -1;
	}
	if (!action)
		return install(signo, NULL, old);
	(void)call_enter_at(&call, OP_SIGACTION, site);
	call.amount = signo;
	call_begin(&call);
	control->lasting = true;
	return (int)call_end(&call, install(signo, action, old));
}

INTERPOSE int sigaction(int signo, const struct sigaction *action, struct sigaction *old)
{
	return change(signo, action, old, CALL_SITE);
}

static sighandler_t simple(int signo, sighandler_t handler, int flags, uintptr_t site)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags }, old;

	if (handler == SIG_ERR) {
		errno = EINVAL;
		return SIG_ERR;
	}
	(void)sigemptyset(&action.sa_mask);
	if (!(flags & SA_NODEFER) && signo > 0 && signo < SIGNALS)
		(void)sigaddset(&action.sa_mask, signo);
	return change(signo, &action, &old, site) == 0 ? old.sa_handler : SIG_ERR;
}

INTERPOSE sighandler_t signal(int signo, sighandler_t handler)
{
	return call_is_task() ? simple(signo, handler, SA_RESTART, CALL_SITE)
			      : REAL(signal)(signo, handler);
}

INTERPOSE sighandler_t ssignal(int signo, sighandler_t handler)
{
	return call_is_task() ? simple(signo, handler, SA_RESTART, CALL_SITE)
			      : REAL(signal)(signo, handler);
}

sighandler_t bsd_signal(int signo, sighandler_t handler);
INTERPOSE sighandler_t bsd_signal(int signo, sighandler_t handler)
{
	return call_is_task() ? simple(signo, handler, SA_RESTART, CALL_SITE)
			      : REAL(signal)(signo, handler);
}

INTERPOSE sighandler_t sysv_signal(int signo, sighandler_t handler)
{
	return call_is_task() ? simple(signo, handler, (int)SA_RESETHAND | SA_NODEFER, CALL_SITE)
			      : REAL(sysv_signal)(signo, handler);
}

/* What signal() is where only System V's behaviour was asked for. */
INTERPOSE sighandler_t __sysv_signal(int signo, sighandler_t handler)
{
	return call_is_task() ? simple(signo, handler, (int)SA_RESETHAND | SA_NODEFER, CALL_SITE)
			      : REAL(sysv_signal)(signo, handler);
}

static void on_deadline(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)info;
	if (task_self)
		end_call(task_self, context);
}

static rlim_t limit_us(void)
{
	if (control->program.expected)
		return PROGRAM_STEP_US;
	return LIMIT_US * (rlim_t)checker_slowness();
}

/*
 * RLIMIT_RTTIME counts since the task slept last, which may be many steps ago: only when the same
 * step still runs at the second signal does it not end.
 */
static void on_cpu_limit(int signo, siginfo_t *info, void *context)
{
	static __thread uint32_t seen;
	const ucontext_t *user = context;
	struct task *task = task_self;
	struct rlimit limit;

	(void)signo;
	if (!task || info->si_code != SI_KERNEL)
		return;
	if (seen != control->steps + 1) {
		seen = control->steps + 1;
		if (sys_call(SYS_prlimit64, 0, RLIMIT_RTTIME, 0, (long)&limit, 0, 0) == 0) {
			/* The kernel has just added a second. */
			limit.rlim_cur += limit_us() - 1000000;
			(void)sys_call(SYS_prlimit64, 0, RLIMIT_RTTIME, (long)&limit, 0, 0, 0);
		}
		return;
	}
	task->in_runtime = true;
	task->call.site = (uintptr_t)user->uc_mcontext.gregs[REG_RIP] | image_tag;
	control_find(KIND_LIVELOCK, task_number(task), "livelock",
		     "%s runs on after %s without reaching another point", task->name,
		     op_name(task->call.op));
	for (;;)
		point_request(task, REQUEST_FINDING);
}

int signal_prepare(pid_t supervisor)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };

	harness = supervisor;
	(void)sigfillset(&action.sa_mask);
	action.sa_sigaction = on_deadline;
	if (REAL(sigaction)(checker_signal(), &action, NULL) != 0)
		return -errno;
	action.sa_sigaction = on_cpu_limit;
	return REAL(sigaction)(SIGXCPU, &action, NULL) == 0 ? 0 : -errno;
}
