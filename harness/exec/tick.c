/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/tick.h"

#include "core/timers.h"
#include "core/trace.h"
#include "exec/ring.h"
#include "intercept/numbered.h"
#include "os/inspect.h"
#include "os/proc_text.h"
#include "os/sys.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>

#ifndef TFD_IOC_SET_TICKS
#define TFD_IOC_SET_TICKS _IOW('T', 0, uint64_t)
#endif

enum { LOOKS_MAX = 1000000 };

/* A copy of the timer's descriptor, or -1. */
static int open_timer(const struct timer *timer)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];
		int fd;

		if (task->process != (int)i || task->pid <= 0 || task->gone)
			continue;
		fd = numbered_find_in(task->pid, timer->object);
		if (fd >= 0)
			fd = inspect_duplicate(task->pid, fd);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

/* How often it has expired since it was read. */
static uint64_t unread(int fd)
{
	char text[512];
	int64_t ticks = 0;

	if (inspect_fdinfo(sys_getpid(), fd, text, sizeof(text)) == 0)
		(void)proc_text_number(text, "\nticks:", 10, &ticks);
	return (uint64_t)ticks;
}

/*
 * A kernel without CONFIG_CHECKPOINT_RESTORE lets nobody set the count: an end that has passed
 * counts one. Its interrupt comes at once, though not within the call.
 */
static void arm_in_the_past(int fd)
{
	static const struct itimerspec past = { .it_value = { .tv_nsec = 1 } };
	unsigned round;

	(void)sys_call(SYS_timerfd_settime, fd, TFD_TIMER_ABSTIME, (long)&past, 0, 0, 0);
	for (round = 0; round < LOOKS_MAX; round++)
		if (inspect_events(sys_getpid(), fd, POLLIN))
			break;
}

static void make_readable(int fd, uint64_t count)
{
	uint64_t ticks = unread(fd) + count;

	if (sys_call(SYS_ioctl, fd, (long)TFD_IOC_SET_TICKS, (long)&ticks, 0, 0, 0) != 0)
		arm_in_the_past(fd);
	control->settle_due = true;
}

static void expire(struct timer *timer)
{
	uint64_t interval = timer->interval_ns, next = 0, count = 1;
	int fd;

	if (interval) {
		count += (control->now_ns - timer->next_ns) / interval;
		next = timer->next_ns + count * interval;
	}
	if (timer->kind != TIMER_FD) {
		timers_set(timer, next, interval);
		ring(timer, (uint32_t)count);
		return;
	}
	fd = open_timer(timer);
	if (fd >= 0) {
		make_readable(fd, count);
		(void)sys_close(fd);
		trace_object(EVENT_TIMEOUT, timer->object, (int64_t)count);
		timers_set(timer, next, interval);
	} else {
		timers_set(timer, 0, 0);
	}
}

void tick(void)
{
	uint32_t i;

	if (!control->timer_ns || control->now_ns < control->timer_ns)
		return;
	for (i = 0; i < control->timer_count; i++)
		if (control->timers[i].next_ns && control->timers[i].next_ns <= control->now_ns)
			expire(&control->timers[i]);
}

bool tick_jump(uint64_t limit_ns)
{
	if (!control->timer_ns || (limit_ns && control->timer_ns > limit_ns) ||
	    control->timer_jumps >= TIMERS_JUMPS_MAX)
		return false;
	control->timer_jumps++;
	if (control->now_ns < control->timer_ns)
		control->now_ns = control->timer_ns;
	return true;
}

void tick_helped(void)
{
	control->timer_jumps = 0;
}
