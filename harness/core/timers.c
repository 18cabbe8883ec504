/* SPDX-License-Identifier: Apache-2.0 */
#include "core/timers.h"

struct timer *timers_add(int object, clockid_t clock)
{
	struct timer *timer;

	if (control->timer_count == TIMERS_MAX)
		return NULL;
	timer = &control->timers[control->timer_count++];
	*timer = (struct timer){ .object = (int16_t)object, .clock = clock };
	return timer;
}

struct timer *timers_of(int object)
{
	uint32_t i;

	for (i = 0; object >= 0 && i < control->timer_count; i++)
		if (control->timers[i].object == object)
			return &control->timers[i];
	return NULL;
}

void timers_set(struct timer *timer, uint64_t next_ns, uint64_t interval_ns)
{
	uint64_t first = 0;
	uint32_t i;

	timer->next_ns = next_ns;
	timer->interval_ns = interval_ns;
	for (i = 0; i < control->timer_count; i++) {
		uint64_t next = control->timers[i].next_ns;

		if (next && (!first || next < first))
			first = next;
	}
	control->timer_ns = first;
}
