/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/deadline.h"

#include "core/clock.h"
#include "core/free.h"
#include "intercept/real.h"

void deadline_announce(struct call *call, clockid_t clock, const struct timespec *end)
{
	if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) || end->tv_nsec < 0 ||
	    end->tv_nsec >= (long)CLOCK_NS_PER_S)
		return;
	call->deadline_ns = call_deadline_at(end, clock);
	call->clock = clock;
	call->dated = clock == CLOCK_REALTIME;
	call->timeout_result = -ETIMEDOUT;
}

const struct timespec *deadline_real(const struct call *call, const struct timespec *end,
				     struct timespec *real)
{
	if (!call->deadline_ns)
		return end;
	if (clock_now() >= call->deadline_ns)
		*real = (struct timespec){ .tv_sec = -1 };
	else
		deadline_on(call, call->clock, real);
	return real;
}

/* Far enough for any run, near enough for every kernel's arithmetic; in the other form it is added
 * to a clock of the kernel's. */
static const struct timespec never = { .tv_sec = (time_t)1 << 33 };
static const struct timespec never_after = { .tv_sec = (time_t)1 << 23 };

static uint64_t real_left_ns(const struct call *call)
{
	uint64_t now_ns = clock_now();

	return call->deadline_ns > now_ns ? (call->deadline_ns - now_ns) / CLOCK_FREE_RATE + 1 : 1;
}

void deadline_on(const struct call *call, clockid_t clock, struct timespec *absolute)
{
	struct timespec now;

	*absolute = never;
	if (free_on() && REAL(clock_gettime)(clock, &now) == 0)
		*absolute = clock_split(clock_join(&now) + real_left_ns(call));
}

void deadline_left(const struct call *call, struct timespec *relative)
{
	*relative = free_on() ? clock_split(real_left_ns(call)) : never_after;
}
