/* SPDX-License-Identifier: Apache-2.0 */
/* Timers that end with a signal. */
#ifndef SABOT_INTERCEPT_TIMER_H
#define SABOT_INTERCEPT_TIMER_H

#include <signal.h>

/* The task takes the signal: if it is a timer's, says by how many ends it is late. */
void timer_taken(siginfo_t *info);

#endif
