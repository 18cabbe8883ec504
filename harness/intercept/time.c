/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time, as tasks see it: virtual clocks, and sleeps that last as long as the schedule wants.
 * Reading a clock moves it, so that a loop over a clock ends. CPU-time clocks are the kernel's.
 */
#include "intercept/real.h"

#include "core/clock.h"
#include "core/point.h"

#include <sched.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <unistd.h>

enum { NS_PER_US = 1000 };

static bool is_virtual(clockid_t clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
		return true;
	default:
		return false;
	}
}

static struct timespec read_clock(clockid_t clock)
{
	control->notes.clock_read = true;
	return clock_split(clock_from_virtual(clock, clock_read()));
}

INTERPOSE int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (!call_is_task() || !is_virtual(clock))
		return REAL(clock_gettime)(clock, time);
	*time = read_clock(clock);
	return 0;
}

INTERPOSE int clock_getres(clockid_t clock, struct timespec *resolution)
{
	if (!call_is_task() || !is_virtual(clock))
		return REAL(clock_getres)(clock, resolution);
	if (resolution)
		*resolution = (struct timespec){ .tv_nsec = 1 };
	return 0;
}

INTERPOSE int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	struct timespec now;

	if (!call_is_task())
		return REAL(gettimeofday)(time, zone);
	if (zone)
		*(struct timezone *)zone = (struct timezone){ 0 };
	now = read_clock(CLOCK_REALTIME);
	*time = (struct timeval){ .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / NS_PER_US };
	return 0;
}

INTERPOSE time_t time(time_t *result)
{
	struct timespec now;

	if (!call_is_task())
		return REAL(time)(result);
	now = read_clock(CLOCK_REALTIME);
	if (result)
		*result = now.tv_sec;
	return now.tv_sec;
}

INTERPOSE int timespec_get(struct timespec *time, int base)
{
	if (!call_is_task() || base != TIME_UTC)
		return REAL(timespec_get)(time, base);
	*time = read_clock(CLOCK_REALTIME);
	return base;
}

/* A task that sets the clock would set the machine's. */
static int refuse(void)
{
	errno = EPERM;
	return -1;
}

INTERPOSE int clock_settime(clockid_t clock, const struct timespec *time)
{
	return call_is_task() ? refuse() : REAL(clock_settime)(clock, time);
}

INTERPOSE int settimeofday(const struct timeval *time, const struct timezone *zone)
{
	return call_is_task() ? refuse() : REAL(settimeofday)(time, zone);
}

static bool is_valid(const struct timespec *time)
{
	return time && time->tv_sec >= 0 && time->tv_nsec >= 0 &&
	       (uint64_t)time->tv_nsec < CLOCK_NS_PER_S;
}

/* Returns 0, or EINTR with what is left in *left_ns. */
static int sleep_for(uint64_t ns, uint64_t *left_ns, uintptr_t site)
{
	struct call call;

	(void)call_enter_at(&call, OP_SLEEP, site);
	call.amount = (int64_t)ns;
	*left_ns = call_sleep(&call, ns, false);
	return *left_ns ? EINTR : 0;
}

static int sleep_as_asked(const struct timespec *time, struct timespec *left, uintptr_t site)
{
	uint64_t left_ns;
	int error = sleep_for(clock_join(time), &left_ns, site);

	if (error && left)
		*left = clock_split(left_ns);
	return error;
}

INTERPOSE int nanosleep(const struct timespec *time, struct timespec *left)
{
	int error;

	if (!call_is_task() || !is_valid(time))
		return REAL(nanosleep)(time, left);
	error = sleep_as_asked(time, left, CALL_SITE);
	if (!error)
		return 0;
	errno = error;
	return -1;
}

INTERPOSE int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
			      struct timespec *left)
{
	struct call call;

	if (!call_is_task() || !is_virtual(clock) || !is_valid(time))
		return REAL(clock_nanosleep)(clock, flags, time, left);
	if (!(flags & TIMER_ABSTIME))
		return sleep_as_asked(time, left, CALL_SITE);
	(void)call_enter(&call, OP_SLEEP);
	call.amount = (int64_t)clock_to_virtual(clock, time);
	call.dated = clock == CLOCK_REALTIME || clock == CLOCK_TAI;
	return call_sleep(&call, (uint64_t)call.amount, true) ? EINTR : 0;
}

INTERPOSE int usleep(useconds_t us)
{
	uint64_t left_ns;
	int error;

	if (!call_is_task())
		return REAL(usleep)(us);
	error = sleep_for((uint64_t)us * NS_PER_US, &left_ns, CALL_SITE);
	if (!error)
		return 0;
	errno = error;
	return -1;
}

INTERPOSE unsigned sleep(unsigned seconds)
{
	uint64_t left_ns;

	if (!call_is_task())
		return REAL(sleep)(seconds);
	(void)sleep_for(seconds * CLOCK_NS_PER_S, &left_ns, CALL_SITE);
	return (unsigned)(left_ns / CLOCK_NS_PER_S);
}

INTERPOSE int sched_yield(void)
{
	struct call call;

	if (!call_enter(&call, OP_YIELD))
		return REAL(sched_yield)();
	call_begin(&call);
	return (int)call_end(&call, 0);
}
