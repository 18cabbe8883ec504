/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timers of timerfd_create(2), which run on virtual time. Each is known by the object that
 * stands for its open file description, whichever processes have it. When one is due the supervisor
 * makes the real descriptor readable; see exec/tick.h.
 */
#ifndef SABOT_CORE_TIMERS_H
#define SABOT_CORE_TIMERS_H

#include "core/control.h"

/* A new one, disarmed; NULL: there are TIMERS_MAX already. */
struct timer *timers_add(int object, clockid_t clock);
/* The object's, or NULL. */
struct timer *timers_of(int object);
/* It comes next at that virtual time (0: never), and then each interval (0: not again). */
void timers_set(struct timer *timer, uint64_t next_ns, uint64_t interval_ns);

#endif
