/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that tasks made. */
#ifndef SABOT_INTERCEPT_THREAD_H
#define SABOT_INTERCEPT_THREAD_H

#include "core/control.h"

#include <pthread.h>

/* The task that is this thread of the caller's process, or NULL if it is none. */
struct task *thread_task(pthread_t thread);

/* pthread_create, told as called from the site. */
int thread_create_at(pthread_t *thread, const pthread_attr_t *attr,
		     void *(*function)(void *argument), void *argument, uintptr_t site);

/* The same of a thread that nobody can join, with these attributes or (NULL) the usual ones. */
int thread_create_detached(pthread_t *thread, const pthread_attr_t *wanted,
			   void *(*function)(void *argument), void *argument, uintptr_t site);

/*
 * For threads that libc would make to tell of something: a signal of the process is not for them.
 * Signals of the calling thread that are blocked from now on (bit n - 1: signal n), by the system
 * call itself; and all that a program may block.
 */
void thread_block(uint64_t signals);
uint64_t thread_all_signals(void);

#endif
