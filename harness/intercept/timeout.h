/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time-out of a wait for descriptors: relative, and ended by the schedule as deadline.h says.
 * The real call is then given none. A time-out of zero never sleeps, and is left as it is.
 */
#ifndef SABOT_INTERCEPT_TIMEOUT_H
#define SABOT_INTERCEPT_TIMEOUT_H

#include "intercept/call.h"

/* Before call_begin. In ms; negative: none. Returns what the real call is to be given. */
int timeout_announce_ms(struct call *call, int timeout);
/* As a timespec; NULL: none. One that the kernel refuses is left to it. */
const struct timespec *timeout_announce(struct call *call, const struct timespec *timeout);

#endif
