/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that sleep, each with what ends its sleep for good: done by another process, before the
 * call or while it sleeps.
 */
#ifndef SCENARIOS_SIGNALS_PROCESSES_EINTR_CALLS_H
#define SCENARIOS_SIGNALS_PROCESSES_EINTR_CALLS_H

#include <sabot/sabot.h>

#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>

/* One of each kind of what can be waited for. Zeroed. */
struct eintr_objects {
	int bytes[2], events[2], sockets[2], counter, epoll; /* descriptors */
	int sem, queue;					     /* System V */
	sem_t permit, timed_permit, child;
	uint32_t word, timed_word;
	pthread_mutex_t mutex, cond_mutex;
	pthread_cond_t cond;
	bool signalled;
	pid_t waiter;
};

struct eintr_call {
	const char *name;
	/* By who waits. Returns 0 if it got what it waited for; else -1 and errno. */
	int (*wait)(struct eintr_objects *objects);
	/* By the other. */
	void (*satisfy)(struct eintr_objects *objects);
};

/* Call number `number`, from 0; NULL: there are no more. */
const struct eintr_call *eintr_call(int number);

/* In setup. */
void eintr_setup(struct eintr_objects *objects);
/* By who satisfies, before anybody waits: takes the locks that are waited for. */
void eintr_hold(struct eintr_objects *objects);

#endif
