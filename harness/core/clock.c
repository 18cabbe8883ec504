/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"

#include "core/control.h"
#include "core/free.h"
#include "os/sys.h"

enum { READ_NS = 1000 };

/* Faults set it, for one process. */
static int64_t set_off(void)
{
	return task_self ? control->tasks[task_self->process].clock_ns : 0;
}

static uint64_t start_of(clockid_t clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI:
		return CLOCK_REALTIME_START_NS + (uint64_t)set_off();
	default:
		return CLOCK_MONOTONIC_START_NS;
	}
}

uint64_t clock_from_virtual(clockid_t clock, uint64_t now_ns)
{
	return start_of(clock) + now_ns;
}

uint64_t clock_to_virtual(clockid_t clock, const struct timespec *time)
{
	uint64_t shown = clock_join(time);

	return shown > start_of(clock) ? shown - start_of(clock) : 0;
}

uint64_t clock_now(void)
{
	const struct free_state *state = &control->free;

	if (!free_on())
		return control->now_ns;
	return (sys_now_ns() - state->began_ns) * CLOCK_FREE_RATE +
	       __atomic_load_n(&state->ahead_ns, __ATOMIC_RELAXED);
}

uint64_t clock_read(void)
{
	if (!free_on())
		control->now_ns += READ_NS;
	return clock_now();
}

void clock_forward(uint64_t now_ns)
{
	uint64_t now = clock_now();

	if (now >= now_ns)
		return;
	if (free_on())
		__atomic_fetch_add(&control->free.ahead_ns, now_ns - now, __ATOMIC_RELAXED);
	else
		control->now_ns = now_ns;
}

uint64_t clock_deadline_moved(uint64_t deadline_ns, int64_t jump_ns)
{
	if (deadline_ns <= 1 || jump_ns >= (int64_t)deadline_ns)
		return 1;
	return deadline_ns - (uint64_t)jump_ns;
}

struct timespec clock_split(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / CLOCK_NS_PER_S),
				  .tv_nsec = (long)(ns % CLOCK_NS_PER_S) };
}

uint64_t clock_join(const struct timespec *time)
{
	if (time->tv_sec < 0)
		return 0;
	if ((uint64_t)time->tv_sec > UINT64_MAX / 2 / CLOCK_NS_PER_S)
		return UINT64_MAX / 2;
	return (uint64_t)time->tv_sec * CLOCK_NS_PER_S + (uint64_t)time->tv_nsec;
}
