/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual clocks, made from one counter. CLOCK_REALTIME begins at a fixed date. */
#ifndef SABOT_CORE_CLOCK_H
#define SABOT_CORE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_REALTIME_START_NS	 UINT64_C(1704067200000000000) /* 2024-01-01 00:00:00 UTC */
#define CLOCK_MONOTONIC_START_NS UINT64_C(1000000000)
#define CLOCK_NS_PER_S		 UINT64_C(1000000000)

/* What the clock shows when the virtual counter is `now_ns`, and back. */
uint64_t clock_from_virtual(clockid_t clock, uint64_t now_ns);
/* Saturates: a time before the start is 0. */
uint64_t clock_to_virtual(clockid_t clock, const struct timespec *time);

/*
 * What the virtual counter shows now. In free mode it follows the real one, CLOCK_FREE_RATE times
 * as fast: a time-out of a second ends after a millisecond.
 */
#define CLOCK_FREE_RATE 1000u
uint64_t clock_now(void);
/* The same, and a loop that reads it ends. */
uint64_t clock_read(void);
/* It shows at least so much. */
void clock_forward(uint64_t now_ns);

/*
 * A deadline that was given as a date, once CLOCK_REALTIME has jumped by so much (negative:
 * backwards). What had long passed stays so; never 0.
 */
uint64_t clock_deadline_moved(uint64_t deadline_ns, int64_t jump_ns);

struct timespec clock_split(uint64_t ns);
/* ns; saturates at UINT64_MAX / 2, negative is 0. */
uint64_t clock_join(const struct timespec *time);

#endif
