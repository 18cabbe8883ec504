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

#endif
