/* SPDX-License-Identifier: Apache-2.0 */
#include "core/timers.h"

#include "core/free.h"
#include "core/object.h"

/* A deleted one, or one more. */
static struct timer *find_free(void)
{
	uint32_t i;

	for (i = 0; i < control->timer_count; i++)
		if (control->timers[i].kind == TIMER_FREE)
			return &control->timers[i];
	return i < TIMERS_MAX ? &control->timers[control->timer_count++] : NULL;
}

struct timer *timers_add(enum timer_kind kind, int object, clockid_t clock)
{
	bool before = free_lock();
	struct timer *timer = find_free();

	if (timer && object < 0)
		object = object_find(FAMILY_TIMER, control->family_objects[FAMILY_TIMER], 0);
	if (timer)
		*timer = (struct timer){
			.kind = kind, .object = (int16_t)object, .clock = clock, .thread = -1
		};
	free_unlock(before);
	return timer;
}

void timers_remove(struct timer *timer)
{
	timers_set(timer, 0, 0);
	object_retire(timer->object);
	timer->kind = TIMER_FREE;
	timer->object = -1;
}

bool timers_could_wake(const struct task *task)
{
	int object = task->call.object;

	if (!control->timer_ns || control->timer_jumps >= TIMERS_JUMPS_MAX ||
	    task->state != TASK_ASLEEP || !task->in_call)
		return false;
	switch (task->call.op) {
	case OP_TIMER_AWAIT:
	case OP_POLL:
	case OP_SELECT:
	case OP_EPOLL_WAIT:
		return true;
	case OP_READ:
		return object >= 0 && control->objects[object].family == FAMILY_TIMERFD;
	default:
		return false;
	}
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
	bool before = free_lock();
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
	free_unlock(before);
	if (free_on() && next_ns)
		free_ring(); /* the supervisor sleeps until the first that it knew */
}
