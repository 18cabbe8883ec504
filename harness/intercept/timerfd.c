/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers that are read from a descriptor: timerfd_create(2). The descriptor is a real one whose
 * timer is never armed; what it is set to is kept in the control block, on virtual time, and the
 * supervisor lets it expire. Not on virtual time: one that came through a socket.
 */
#include "intercept/numbered.h"
#include "intercept/real.h"

#include "core/clock.h"
#include "core/timers.h"
#include "intercept/descriptor.h"

#include <sys/timerfd.h>
#include <unistd.h>

INTERPOSE int timerfd_create(clockid_t clock, int flags)
{
	struct call call;
	bool is_task = numbered_begin(&call, OP_TIMERFD_CREATE, clock, CALL_SITE);
	int fd =
		numbered_end(&call, OP_TIMERFD_CREATE, is_task, REAL(timerfd_create)(clock, flags));

	if (fd >= 0 && (is_task || descriptor_in_setup()) &&
	    !timers_add(TIMER_FD, numbered_object(fd), clock)) {
		(void)close(fd);
		errno = EMFILE;
		return -1;
	}
	return fd;
}

static bool is_valid(const struct timespec *time)
{
	return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < (long)CLOCK_NS_PER_S;
}

static void tell(const struct timer *timer, struct itimerspec *value)
{
	uint64_t now = clock_now(), left = 0;

	if (timer->next_ns)
		left = timer->next_ns > now ? timer->next_ns - now : 1;
	value->it_value = clock_split(left);
	value->it_interval = clock_split(timer->interval_ns);
}

/* A time that has passed is the next: the timer expires before anybody's next call. */
static uint64_t start_of(const struct timer *timer, int flags, const struct timespec *time)
{
	uint64_t next;

	if (!time->tv_sec && !time->tv_nsec)
		return 0;
	if (!(flags & TFD_TIMER_ABSTIME))
		return call_deadline_after(time);
	next = clock_to_virtual(timer->clock, time);
	return next ? next : 1;
}

/* The real call disarms, forgets what has expired, and says what is wrong with the rest. */
static int set(struct timer *timer, int fd, int flags, const struct itimerspec *value,
	       struct itimerspec *old)
{
	static const struct itimerspec never;
	struct itimerspec before, ignored;
	int result;

	if (!value || !is_valid(&value->it_value) || !is_valid(&value->it_interval))
		return REAL(timerfd_settime)(fd, flags, value, old);
	tell(timer, &before);
	result = REAL(timerfd_settime)(fd, flags, &never, &ignored);
	if (result != 0)
		return result;
	timers_set(timer, start_of(timer, flags, &value->it_value),
		   clock_join(&value->it_interval));
	if (old)
		*old = before;
	return 0;
}

INTERPOSE int timerfd_settime(int fd, int flags, const struct itimerspec *value,
			      struct itimerspec *old)
{
	struct timer *timer = control ? timers_of(numbered_object(fd)) : NULL;
	struct call call;

	if (!timer || !call_enter(&call, OP_TIMERFD_SETTIME))
		return timer && descriptor_in_setup()
			       ? set(timer, fd, flags, value, old)
			       : REAL(timerfd_settime)(fd, flags, value, old);
	call.object = timer->object;
	if (value)
		call.amount = (int64_t)clock_join(&value->it_value);
	call_begin(&call);
	return (int)call_end(&call, set(timer, fd, flags, value, old));
}

INTERPOSE int timerfd_gettime(int fd, struct itimerspec *value)
{
	struct timer *timer = control ? timers_of(numbered_object(fd)) : NULL;
	struct call call;

	if (!timer || !value || !call_enter(&call, OP_TIMERFD_GETTIME))
		return REAL(timerfd_gettime)(fd, value);
	call.object = timer->object;
	call_begin(&call);
	tell(timer, value);
	return (int)call_end(&call, 0);
}
