/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/timeout.h"

#include "core/clock.h"
#include "core/free.h"
#include "intercept/deadline.h"

enum { NS_PER_MS = 1000000 };

static bool sleeps(const struct timespec *timeout)
{
	return timeout && timeout->tv_sec >= 0 && timeout->tv_nsec >= 0 &&
	       timeout->tv_nsec < (long)CLOCK_NS_PER_S && (timeout->tv_sec || timeout->tv_nsec);
}

const struct timespec *timeout_announce(struct call *call, const struct timespec *timeout)
{
	static __thread struct timespec left;

	if (!sleeps(timeout))
		return timeout;
	call->deadline_ns = call_deadline_after(timeout);
	call->timeout_result = 0; /* nothing is ready */
	if (!free_on())
		return NULL;
	deadline_left(call, &left);
	return &left;
}

int timeout_announce_ms(struct call *call, int timeout)
{
	struct timespec time = clock_split((uint64_t)(timeout > 0 ? timeout : 0) * NS_PER_MS);

	if (timeout <= 0)
		return timeout;
	if (!timeout_announce(call, &time))
		return -1;
	return timeout / (int)CLOCK_FREE_RATE + 1;
}
