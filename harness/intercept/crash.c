/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/crash.h"

#include "core/control.h"
#include "core/ending.h"
#include "core/point.h"
#include "intercept/heap.h"
#include "intercept/real.h"
#include "os/image.h"
#include "os/sys.h"

#include <execinfo.h>
#include <link.h>
#include <signal.h>
#include <ucontext.h>

enum { FRAMES_MAX = 64, STACK_BYTES = 65536, PAGE_FAULT_WRITES = 2 };

static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

/* A stack that overflowed cannot hold the handler. Threads that a task makes have none of these. */
static char spare_stack[STACK_BYTES] __attribute__((aligned(16)));

/* The object that holds this code: where scenarios are in it as well, all frames are. */
static struct {
	uintptr_t begin, end;
} ours;

static int note_object(struct dl_phdr_info *info, size_t size, void *inside)
{
	uintptr_t at = (uintptr_t)inside - info->dlpi_addr;
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || at - part->p_vaddr >= part->p_memsz)
			continue;
		ours.begin = info->dlpi_addr + part->p_vaddr;
		ours.end = ours.begin + part->p_memsz;
		return 1;
	}
	return 0;
}

static bool is_ours(const void *frame)
{
	return (uintptr_t)frame - ours.begin < ours.end - ours.begin;
}

/*
 * From where it happened outward: what lies before that is the handler itself. What we do for the
 * task, such as an atomic access, is its own: it happens where it calls us.
 */
static void keep_stack(struct task *task, uintptr_t where)
{
	void *frames[FRAMES_MAX];
	int count = backtrace(frames, FRAMES_MAX);
	int i, first = 0, called;

	for (i = 0; i < count; i++)
		if ((uintptr_t)frames[i] == where)
			first = i;
	for (called = first; called < count && is_ours(frames[called]); called++)
		continue;
	if (called > first && called < count) {
		first = called;
		frames[first] = (char *)frames[first] - 1;
	}
	task->stack_count = 0;
	for (i = first; i < count && task->stack_count < STACK_FRAMES_MAX; i++)
		task->stack[task->stack_count++] = (uintptr_t)frames[i] | image_tag;
}

static void keep_address(struct task *task, int signo, const siginfo_t *info,
			 const ucontext_t *user)
{
	task->faulted = (signo == SIGSEGV || signo == SIGBUS) && info->si_code > 0;
	task->fault_address = (uintptr_t)info->si_addr;
	task->fault_writes = user->uc_mcontext.gregs[REG_ERR] & PAGE_FAULT_WRITES;
	/* We looked at what the task was about to change. */
	if (task->in_runtime && op_family(task->call.op) == FAMILY_MEMORY)
		task->fault_writes = task->call.op != OP_LOAD && task->call.op != OP_ATOMIC_LOAD;
}

void (*crash_of_supervisor)(void);

static void on_crash(int signo, siginfo_t *info, void *context)
{
	const ucontext_t *user = context;
	struct sigaction standard = { .sa_handler = SIG_DFL };

	if (task_self) {
		keep_address(task_self, signo, info, user);
		keep_stack(task_self, (uintptr_t)user->uc_mcontext.gregs[REG_RIP]);
		heap_crashed(task_self);
		point_hold(task_self);
		ending_let_through(task_self);
	} else if (crash_of_supervisor) {
		crash_of_supervisor();
	}
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
	(void)dl_iterate_phdr(note_object, (void *)(uintptr_t)crash_prepare);
	if (sigaltstack(&stack, NULL) != 0)
		return -errno;
	action.sa_sigaction = on_crash;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (REAL(sigaction)(signals[i], &action, NULL) != 0)
			return -errno;
	return 0;
}
