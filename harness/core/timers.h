/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timers that run on virtual time. Each is known by an object: of timerfd_create(2), that which
 * stands for its open file description, whichever processes have it; else one of its own. When a
 * timer is due the supervisor makes the real descriptor readable, or sends the signal; see
 * exec/tick.h.
 */
#ifndef SABOT_CORE_TIMERS_H
#define SABOT_CORE_TIMERS_H

#include "core/control.h"

/* So many jumps of time to a timer that woke nobody: a timer that nobody waits for. */
enum { TIMERS_JUMPS_MAX = 64 };

/*
 * Whether the task sleeps in a wait that a timer could end, and time is free to jump to the next:
 * a strategy may choose such a task, as it may one whose own time-out could end its wait.
 */
bool timers_could_wake(const struct task *task);

/* A new one, disarmed, for the object or (-1) with one of its own; NULL: there are too many. */
struct timer *timers_add(enum timer_kind kind, int object, clockid_t clock);
/* Disarms it for good. */
void timers_remove(struct timer *timer);
/* The object's, or NULL. */
struct timer *timers_of(int object);
/* It comes next at that virtual time (0: never), and then each interval (0: not again). */
void timers_set(struct timer *timer, uint64_t next_ns, uint64_t interval_ns);

#endif
