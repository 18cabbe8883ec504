/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/ring.h"

#include "core/trace.h"
#include "os/proc.h"
#include "os/sys.h"

/* Whom it tells: its thread, or the first of its process that lives. NULL: nobody is left. */
static struct task *target_of(const struct timer *timer)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (task->process == timer->process && !task_is_over(task) &&
		    (timer->thread < 0 || timer->thread == (int)i))
			return task;
	}
	return NULL;
}

static bool is_of(const struct timer *timer, const siginfo_t *info)
{
	return info->si_code == SI_TIMER && info->si_timerid == (int)(timer - control->timers);
}

/* A timer has one signal at a time: as long as it was not taken, ends are only counted. */
static bool is_pending(const struct timer *timer, const struct task *target)
{
	struct proc_signals signals;
	uint32_t i, j;

	for (i = 0; i < control->task_count; i++)
		for (j = 0; j < control->tasks[i].held_count; j++)
			if (is_of(timer, &control->held[i][j].info))
				return true;
	return proc_signals(target->pid, target->tid, &signals) == 0 &&
	       (signals.pending >> (timer->signo - 1) & 1);
}

/* Whoever of the process takes the signal may die of it, and is to be looked at. */
static void expect(const struct timer *timer)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (task->process != timer->process || task_is_over(task))
			continue;
		task->expected |= task_bit(timer->signo);
		task->signalled = true;
	}
	control->signals_due = control->settle_due = true;
}

static void send(const struct timer *timer, const struct task *target)
{
	siginfo_t info = { .si_signo = timer->signo, .si_code = SI_TIMER };

	info.si_timerid = (int)(timer - control->timers);
	info.si_value.sival_ptr = timer->value;
	if (timer->kind == TIMER_REAL)
		(void)sys_kill(target->pid, timer->signo);
	else if (timer->thread < 0)
		(void)sys_call(SYS_rt_sigqueueinfo, target->pid, timer->signo, (long)&info, 0, 0,
			       0);
	else
		(void)sys_call(SYS_rt_tgsigqueueinfo, target->pid, target->tid, timer->signo,
			       (long)&info, 0, 0);
}

/* A handler that comes again and again, and achieves nothing, makes no step of its own. */
static void count_idle(const struct task *target)
{
	if (++control->idle_steps > control->limit_steps)
		control_find(KIND_LIVELOCK, task_number(target), "livelock",
			     "the timer of %s expires again and again, without progress",
			     target->name);
}

void ring(struct timer *timer, uint32_t count)
{
	const struct task *target = target_of(timer);

	if (!target || !timer->signo)
		return;
	trace_object(EVENT_TIMEOUT, timer->object, count);
	count_idle(target);
	if (timer->kind == TIMER_POSIX && is_pending(timer, target)) {
		timer->overrun += count;
		return;
	}
	timer->overrun = count - 1;
	expect(timer);
	send(timer, target);
}
