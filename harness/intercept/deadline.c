/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/deadline.h"

#include "core/clock.h"

void deadline_announce(struct call *call, clockid_t clock, const struct timespec *end)
{
	if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) || end->tv_nsec < 0 ||
	    end->tv_nsec >= (long)CLOCK_NS_PER_S)
		return;
	call->deadline_ns = call_deadline_at(end, clock);
	call->timeout_result = -ETIMEDOUT;
}

const struct timespec *deadline_real(const struct call *call, const struct timespec *end,
				     struct timespec *real)
{
	if (!call->deadline_ns)
		return end;
	if (control->now_ns >= call->deadline_ns)
		*real = (struct timespec){ .tv_sec = -1 };
	else
		call_never(real, CLOCK_MONOTONIC);
	return real;
}
