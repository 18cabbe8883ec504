/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers that end with a signal: those of setitimer(2) and timer_create(2). The signal is sent by
 * the supervisor; of what SIGALRM says of its sender (SI_KERNEL) nothing is kept.
 */
#ifndef SABOT_EXEC_RING_H
#define SABOT_EXEC_RING_H

#include "core/control.h"

/* The timer has come to its end so many times since it was looked at: a settle is due. */
void ring(struct timer *timer, uint32_t count);

#endif
