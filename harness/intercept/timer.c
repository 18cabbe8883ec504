/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers that end with a signal, on virtual time: alarm(2), setitimer(2), timer_create(2). The
 * kernel has none of them; when one is due the supervisor sends its signal, which is taken as any
 * other. ITIMER_VIRTUAL and ITIMER_PROF, which measure CPU time, are the kernel's. A timer that
 * starts a thread is in timer_thread.c; clocks of CPU time are refused.
 */
#include "intercept/timer.h"

#include "intercept/real.h"

#include "core/clock.h"
#include "core/point.h"
#include "core/timers.h"
#include "intercept/answer.h"
#include "intercept/signal.h"
#include "intercept/timer_thread.h"

#include <sys/time.h>
#include <unistd.h>

enum { NS_PER_US = 1000, US_PER_S = 1000000 };

static int fail(int error)
{
	errno = error;
	return -1;
}

static uint64_t left_of(const struct timer *timer)
{
	if (!timer || !timer->next_ns)
		return 0;
	return timer->next_ns > clock_now() ? timer->next_ns - clock_now() : 1;
}

/* ---- The process's own ---------------------------------------------------------------------- */

static struct timer *find_own(void)
{
	uint32_t i;

	for (i = 0; i < control->timer_count; i++)
		if (control->timers[i].kind == TIMER_REAL &&
		    control->timers[i].process == task_self->process)
			return &control->timers[i];
	return NULL;
}

static struct timer *make(enum timer_kind kind, clockid_t clock, int signo)
{
	struct timer *timer = timers_add(kind, -1, clock);

	if (!timer)
		return NULL;
	timer->process = task_self->process;
	timer->signo = (uint8_t)signo;
	object_name(timer->object, "of %s", control->tasks[timer->process].name);
	return timer;
}

/* A call on the process's own timer, which is made when it is set first. */
static struct timer *begin_own(struct call *call, uint64_t first_ns)
{
	struct timer *timer = find_own();

	if (!timer && first_ns)
		timer = make(TIMER_REAL, CLOCK_REALTIME, SIGALRM);
	call->object = timer ? timer->object : -1;
	call->amount = (int64_t)first_ns;
	call_begin(call);
	return timer;
}

static int set_own(struct call *call, uint64_t first_ns, uint64_t interval_ns, uint64_t *left_ns,
		   uint64_t *old_interval_ns)
{
	struct timer *timer = begin_own(call, first_ns);

	*left_ns = left_of(timer);
	*old_interval_ns = timer ? timer->interval_ns : 0;
	if (timer)
		timers_set(timer, first_ns ? clock_now() + first_ns : 0, interval_ns);
	else if (first_ns)
		return fail(EAGAIN);
	return 0;
}

/* libc rounds to the nearest second, but never down to none. */
INTERPOSE unsigned alarm(unsigned seconds)
{
	uint64_t left_ns, interval_ns, whole;
	struct call call;

	if (!call_enter(&call, OP_ALARM))
		return REAL(alarm)(seconds);
	(void)set_own(&call, seconds * CLOCK_NS_PER_S, 0, &left_ns, &interval_ns);
	whole = (left_ns + CLOCK_NS_PER_S / 2) / CLOCK_NS_PER_S;
	return (unsigned)call_end(&call, left_ns && !whole ? 1 : (long)whole);
}

INTERPOSE useconds_t ualarm(useconds_t first_us, useconds_t interval_us)
{
	uint64_t left_ns, interval_ns;
	struct call call;

	if (!call_enter(&call, OP_SETITIMER))
		return REAL(ualarm)(first_us, interval_us);
	(void)set_own(&call, (uint64_t)first_us * NS_PER_US, (uint64_t)interval_us * NS_PER_US,
		      &left_ns, &interval_ns);
	return (useconds_t)call_end(&call, (long)(left_ns / NS_PER_US));
}

static bool is_valid_us(const struct timeval *time)
{
	return time->tv_sec >= 0 && time->tv_usec >= 0 && time->tv_usec < US_PER_S;
}

static uint64_t join_us(const struct timeval *time)
{
	struct timespec same = { time->tv_sec, time->tv_usec * NS_PER_US };

	return clock_join(&same);
}

static struct itimerval tell_us(uint64_t left_ns, uint64_t interval_ns)
{
	struct timespec left = clock_split(left_ns), interval = clock_split(interval_ns);
	struct itimerval value = { { interval.tv_sec, interval.tv_nsec / NS_PER_US },
				   { left.tv_sec, left.tv_nsec / NS_PER_US } };

	if (left_ns && left_ns < NS_PER_US)
		value.it_value.tv_usec = 1;
	return value;
}

INTERPOSE int setitimer(__itimer_which_t which, const struct itimerval *restrict value,
			struct itimerval *restrict old)
{
	uint64_t left_ns, interval_ns;
	struct call call;
	int result;

	if (which != ITIMER_REAL || !value || !is_valid_us(&value->it_value) ||
	    !is_valid_us(&value->it_interval) || !call_enter(&call, OP_SETITIMER))
		return REAL(setitimer)(which, value, old);
	result = set_own(&call, join_us(&value->it_value), join_us(&value->it_interval), &left_ns,
			 &interval_ns);
	if (old && result == 0)
		*old = tell_us(left_ns, interval_ns);
	return (int)call_end(&call, result);
}

INTERPOSE int getitimer(__itimer_which_t which, struct itimerval *value)
{
	const struct timer *timer;
	struct call call;

	if (which != ITIMER_REAL || !value || !call_enter(&call, OP_GETITIMER))
		return REAL(getitimer)(which, value);
	timer = begin_own(&call, 0);
	*value = tell_us(left_of(timer), timer ? timer->interval_ns : 0);
	return (int)call_end(&call, 0);
}

/* ---- Those that it makes -------------------------------------------------------------------- */

/* A timer's id is its number: 0 is a valid one, as with the kernel's. */
static timer_t id_of(const struct timer *timer)
{
	return (timer_t)(uintptr_t)(timer - control->timers);
}

static struct timer *timer_of(timer_t id)
{
	uintptr_t number = (uintptr_t)id;
	struct timer *timer;

	if (number >= control->timer_count)
		return NULL;
	timer = &control->timers[number];
	return timer->kind == TIMER_POSIX && timer->process == task_self->process ? timer : NULL;
}

static int thread_of(pid_t tid)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].tid == tid && control->tasks[i].pid == task_self->pid &&
		    !task_is_over(&control->tasks[i]))
			return (int)i;
	return -1;
}

static bool clock_is_known(clockid_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME ||
	       clock == CLOCK_TAI;
}

/* Returns 0, or the error that timer_create(2) fails with. */
static int judge_event(const struct sigevent *event, int *signo, int *thread)
{
	*signo = SIGALRM;
	*thread = -1;
	if (!event)
		return 0;
	*signo = event->sigev_signo;
	switch (event->sigev_notify) {
	case SIGEV_NONE:
		*signo = 0;
		return 0;
	case SIGEV_THREAD:
		*signo = TIMER_THREAD_SIGNAL;
		return 0;
	case SIGEV_THREAD_ID:
		*thread = thread_of(event->_sigev_un._tid);
		if (*thread < 0)
			return EINVAL;
		break;
	case SIGEV_SIGNAL:
		break;
	default:
		return EINVAL;
	}
	return *signo < 1 || *signo > SIGRTMAX || signal_is_ours(*signo) ? EINVAL : 0;
}

static int create(clockid_t clock, const struct sigevent *event, timer_t *id)
{
	int signo, thread, error = judge_event(event, &signo, &thread);
	struct timer *timer;

	if (error)
		return fail(error);
	if (!clock_is_known(clock))
		return fail(ENOTSUP);
	if (answer_fails(&error))
		return fail(error);
	timer = make(TIMER_POSIX, clock, signo);
	if (!timer)
		return fail(EAGAIN);
	timer->thread = (int8_t)thread;
	timer->value = event ? event->sigev_value.sival_ptr : id_of(timer);
	*id = id_of(timer);
	return 0;
}

/* The thread, if it tells one, comes after the call: a point of its own. */
static int start_thread(timer_t id, const struct sigevent *event, uintptr_t site)
{
	struct timer *timer = timer_of(id);
	int error = timer_thread_start(timer, event, site);

	if (!error)
		return 0;
	timers_remove(timer);
	return fail(error);
}

INTERPOSE int timer_create(clockid_t clock, struct sigevent *restrict event, timer_t *restrict id)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_TIMER_CREATE))
		return REAL(timer_create)(clock, event, id);
	call.amount = clock;
	call_begin(&call);
	result = (int)call_end(&call, create(clock, event, id));
	if (result == 0 && event && event->sigev_notify == SIGEV_THREAD)
		return start_thread(*id, event, call.site);
	return result;
}

static struct itimerspec tell(const struct timer *timer)
{
	return (struct itimerspec){ .it_value = clock_split(left_of(timer)),
				    .it_interval = clock_split(timer->interval_ns) };
}

static bool is_valid(const struct timespec *time)
{
	return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < (long)CLOCK_NS_PER_S;
}

/* A time that has passed is the next. */
static uint64_t start_of(const struct timer *timer, int flags, const struct timespec *time)
{
	if (!time->tv_sec && !time->tv_nsec)
		return 0;
	return flags & TIMER_ABSTIME ? call_deadline_at(time, timer->clock)
				     : call_deadline_after(time);
}

static int set(struct timer *timer, int flags, const struct itimerspec *value,
	       struct itimerspec *old)
{
	struct itimerspec before;

	if (!timer || !value || !is_valid(&value->it_value) || !is_valid(&value->it_interval))
		return fail(EINVAL);
	before = tell(timer);
	timer->overrun = timer->reported = 0;
	timers_set(timer, start_of(timer, flags, &value->it_value),
		   clock_join(&value->it_interval));
	if (old)
		*old = before;
	return 0;
}

/* Returns the timer, or NULL: there is none with that id. */
static struct timer *begin(struct call *call, timer_t id, int64_t amount)
{
	struct timer *timer = timer_of(id);

	call->object = timer ? timer->object : -1;
	call->amount = amount;
	call_begin(call);
	return timer;
}

INTERPOSE int timer_settime(timer_t id, int flags, const struct itimerspec *restrict value,
			    struct itimerspec *restrict old)
{
	struct timer *timer;
	struct call call;

	if (!call_enter(&call, OP_TIMER_SETTIME))
		return REAL(timer_settime)(id, flags, value, old);
	timer = begin(&call, id, value ? (int64_t)clock_join(&value->it_value) : 0);
	return (int)call_end(&call, set(timer, flags, value, old));
}

INTERPOSE int timer_gettime(timer_t id, struct itimerspec *value)
{
	const struct timer *timer;
	struct call call;

	if (!call_enter(&call, OP_TIMER_GETTIME))
		return REAL(timer_gettime)(id, value);
	timer = begin(&call, id, 0);
	if (timer)
		*value = tell(timer);
	return (int)call_end(&call, timer ? 0 : fail(EINVAL));
}

INTERPOSE int timer_getoverrun(timer_t id)
{
	const struct timer *timer;
	struct call call;

	if (!call_enter(&call, OP_TIMER_GETOVERRUN))
		return REAL(timer_getoverrun)(id);
	timer = begin(&call, id, 0);
	return (int)call_end(&call, timer ? (int)timer->reported : fail(EINVAL));
}

INTERPOSE int timer_delete(timer_t id)
{
	struct timer *timer;
	struct call call;

	if (!call_enter(&call, OP_TIMER_DELETE))
		return REAL(timer_delete)(id);
	timer = begin(&call, id, 0);
	if (timer) {
		timers_remove(timer);
		if (timer->signo == TIMER_THREAD_SIGNAL)
			timer_thread_end(timer->thread);
	}
	return (int)call_end(&call, timer ? 0 : fail(EINVAL));
}

void timer_taken(siginfo_t *info)
{
	struct timer *timer;

	if (info->si_code != SI_TIMER || !task_self)
		return;
	timer = timer_of((timer_t)(uintptr_t)(unsigned)info->si_timerid);
	if (!timer)
		return;
	info->si_overrun = (int)timer->overrun;
	timer->reported = timer->overrun;
	timer->overrun = 0;
}
