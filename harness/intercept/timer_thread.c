/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/timer_thread.h"

#include "intercept/call.h"
#include "intercept/thread.h"
#include "intercept/timer.h"

#include "os/sys.h"

#include <pthread.h>

#define SIGNAL_BIT ((uint64_t)1 << (TIMER_THREAD_SIGNAL - 1))

/* What is to be run, by the timer's number; of this process. */
struct told {
	void (*function)(union sigval value);
	union sigval value;
	uintptr_t site;
};

static struct told tolds[TIMERS_MAX];

/* The timer is still the one that this thread was made for. */
static bool stands(const struct timer *timer)
{
	return timer->kind == TIMER_POSIX && timer->thread == task_number(task_self);
}

/* Sleeps until the timer ends, or is deleted: then false. */
static bool await(const struct timer *timer, uintptr_t site)
{
	const uint64_t signals = SIGNAL_BIT;
	siginfo_t info = { 0 };
	struct call call;
	long got = 0;

	(void)call_enter_at(&call, OP_TIMER_AWAIT, site);
	call.object = timer->object;
	call_begin(&call);
	if (stands(timer))
		do
			got = sys_call(SYS_rt_sigtimedwait, (long)&signals, (long)&info, 0,
				       sizeof(signals), 0, 0);
		while (got == -EINTR);
	if (got == TIMER_THREAD_SIGNAL)
		timer_taken(&info);
	return call_end(&call, got == TIMER_THREAD_SIGNAL && stands(timer));
}

static void *wait_and_call(void *argument)
{
	const struct timer *timer = argument;
	const struct told told = tolds[timer - control->timers];

	thread_block(thread_all_signals() | SIGNAL_BIT);
	while (await(timer, told.site)) {
		thread_block(SIGNAL_BIT); /* as libc's threads do, which are none of its signal */
		told.function(told.value);
		thread_block(thread_all_signals() | SIGNAL_BIT);
	}
	return NULL;
}

/* The signal is blocked from the thread's birth on: it may come before the thread first runs. */
static int create(pthread_t *thread, const struct sigevent *event, struct timer *timer,
		  uintptr_t site)
{
	const uint64_t signals = SIGNAL_BIT;
	uint64_t before = 0;
	int error;

	(void)sys_call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&signals, (long)&before, sizeof(before),
		       0, 0);
	error = thread_create_detached(thread, event->sigev_notify_attributes, wait_and_call, timer,
				       site);
	thread_block(before);
	return error;
}

int timer_thread_start(struct timer *timer, const struct sigevent *event, uintptr_t site)
{
	struct told *told = &tolds[timer - control->timers];
	pthread_t thread;
	int error;

	*told = (struct told){ event->sigev_notify_function, event->sigev_value, site };
	error = create(&thread, event, timer, site);
	if (!error)
		timer->thread = (int8_t)task_number(thread_task(thread));
	return error;
}

void timer_thread_end(int thread)
{
	struct task *task = &control->tasks[thread];

	if (task_is_over(task))
		return;
	task->signalled = control->signals_due = control->settle_due = true;
	(void)sys_call(SYS_tgkill, task->pid, task->tid, TIMER_THREAD_SIGNAL, 0, 0, 0);
}
