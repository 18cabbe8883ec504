/* SPDX-License-Identifier: Apache-2.0 */
/* What is on its way between tasks over the loopback, if they use it at all. Supervisor only. */
#ifndef SABOT_EXEC_LOOPBACK_H
#define SABOT_EXEC_LOOPBACK_H

#include <stdbool.h>

/* Waits until the packets that tasks have sent have arrived. False: there were none. */
bool loopback_settle(void);

/*
 * Nobody can run. If the kernel has a packet to send again, waits for that, at a time of its own.
 * Returns whether somebody was woken by it.
 */
bool loopback_retry(void);

#endif
