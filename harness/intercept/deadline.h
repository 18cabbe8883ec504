/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The absolute end of a timed wait. It is a time of the virtual clocks: the schedule ends the wait,
 * by a signal that makes the real call time out; what the real call is given never comes by itself.
 */
#ifndef SABOT_INTERCEPT_DEADLINE_H
#define SABOT_INTERCEPT_DEADLINE_H

#include "intercept/call.h"

/* Before call_begin: announces the end. A time or clock that libc refuses is left to it. */
void deadline_announce(struct call *call, clockid_t clock, const struct timespec *end);

/*
 * After call_begin: what the real call is to be given, in *real or as it came. Once the end has
 * passed, that is a time before all clocks: libc then looks once and gives up, without sleeping.
 */
const struct timespec *deadline_real(const struct call *call, const struct timespec *end,
				     struct timespec *real);

/*
 * For calls that take it otherwise: the deadline that was announced, as a time of the clock, or as
 * what is left of it. Far away; in free mode where the real clock says.
 */
void deadline_on(const struct call *call, clockid_t clock, struct timespec *absolute);
void deadline_left(const struct call *call, struct timespec *relative);

#endif
