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

/* A thread that libc would make to tell of something, by a function of the scenario's. */
struct thread_body {
	void *(*function)(void *argument);
	void *argument;
	uint64_t blocked; /* signals (bit n - 1: signal n) from its birth on: they are not for it */
};

/*
 * The same of such a thread, with these attributes or (NULL) the usual ones; nobody can join it. As
 * a thread is born libc takes the signal of cancellation off the mask that its maker had.
 */
int thread_create_detached(pthread_t *thread, const pthread_attr_t *wanted,
			   const struct thread_body *body, uintptr_t site);

/* What the calling thread blocks from now on, by the system call itself; all that a program may. */
void thread_block(uint64_t signals);
uint64_t thread_all_signals(void);

#endif
