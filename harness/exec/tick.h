/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lets timers expire when virtual time has come to them. The real descriptor of timerfd_create(2)
 * is reached through a process that has it open; a timer that nobody has open any more is none.
 * For the others see exec/ring.h.
 */
#ifndef SABOT_EXEC_TICK_H
#define SABOT_EXEC_TICK_H

#include <stdbool.h>
#include <stdint.h>

/* Those that are due expire: their descriptors are readable, and a settle is due. */
void tick(void);

/*
 * Nobody can run: time jumps to the next timer, if it comes no later than the limit (0: there is
 * none). False: there is no such, or too many in a row have woken nobody (of one that nobody waits
 * for).
 */
bool tick_jump(uint64_t limit_ns);

/* Somebody ran. */
void tick_helped(void);

#endif
