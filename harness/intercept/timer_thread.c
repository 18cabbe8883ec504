/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/timer_thread.h"

#include "intercept/call.h"
#include "intercept/thread.h"
#include "intercept/timer.h"

#include "os/sys.h"

#include <pthread.h>

#define SIGNAL_BIT ((uint64_t)1 << (TIMER_THREAD_SIGNAL - 1))

/* What is to be run when a timer ends. */
struct told {
	void (*function)(union sigval value);
	union sigval value;
	uintptr_t site;
	const struct timer *timer;
	int object; /* the timer's, and no other's: its place may be taken anew before we first run
		     */
};

static struct told tolds[OBJECTS_MAX]; /* by the timer's object; of this process */

/* The timer is still the one that this thread was made for. */
static bool stands(const struct told *told)
{
	return told->timer->kind == TIMER_POSIX && told->timer->object == told->object;
}

/* Sleeps until the timer ends, or is deleted: then false. */
static bool await(const struct told *told)
{
	const uint64_t signals = SIGNAL_BIT;
	siginfo_t info = { 0 };
	struct call call;
	long got = 0;

	(void)call_enter_at(&call, OP_TIMER_AWAIT, told->site);
	call.object = told->object;
	call_begin(&call);
	if (stands(told))
		do
			got = sys_call(SYS_rt_sigtimedwait, (long)&signals, (long)&info, 0,
				       sizeof(signals), 0, 0);
		while (got == -EINTR);
	if (got == TIMER_THREAD_SIGNAL)
		timer_taken(&info);
	return call_end(&call, got == TIMER_THREAD_SIGNAL && stands(told));
}

static void *wait_and_call(void *argument)
{
	const struct told *told = argument;

	while (await(told)) {
		thread_block(SIGNAL_BIT); /* as libc's threads do, which are none of its signal */
		told->function(told->value);
		thread_block(thread_all_signals() | SIGNAL_BIT);
	}
	return NULL;
}

int timer_thread_start(struct timer *timer, const struct sigevent *event, uintptr_t site)
{
	struct thread_body body = { .function = wait_and_call };
	struct told *told;
	pthread_t thread;
	int error;

	if (timer->object < 0)
		return EAGAIN;
	told = &tolds[timer->object];
	*told = (struct told){ event->sigev_notify_function, event->sigev_value, site, timer,
			       timer->object };
	body.argument = told;
	body.blocked = thread_all_signals() | SIGNAL_BIT;
	error = thread_create_detached(&thread, event->sigev_notify_attributes, &body, site);
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
