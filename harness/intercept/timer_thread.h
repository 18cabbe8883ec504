/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers that start a function in a thread: SIGEV_THREAD of timer_create(2). libc keeps one thread
 * for all of them, which no schedule knows, and which makes another for each end that it is told
 * of. Ours is a task: one for each timer, made with it, that runs the function itself. So what two
 * ends start does not run at the same time; ends that come meanwhile are counted as overruns. It
 * is told by the signal that libc takes for this, which programs cannot name, and ends with its
 * timer. In tasks.
 */
#ifndef SABOT_INTERCEPT_TIMER_THREAD_H
#define SABOT_INTERCEPT_TIMER_THREAD_H

#include "core/control.h"

/* The signal. */
enum { TIMER_THREAD_SIGNAL = 32 };

/*
 * Makes the thread of a timer that is not armed yet, as told from the site: a point of its own.
 * Returns 0 or an error number.
 */
int timer_thread_start(struct timer *timer, const struct sigevent *event, uintptr_t site);

/* The timer was deleted: this thread (a task's number) ends. */
void timer_thread_end(int thread);

#endif
