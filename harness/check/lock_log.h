/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the trace of an execution tells of locks: the moments at which a task asked for one with
 * others in its hands. Of check/lock_order.c only.
 *
 * Locks are mutexes, rwlocks, spin locks, file locks by their ranges, and semaphores that are used
 * as such: only who took one gives it back, and there is one to take. Not read: arrays of several
 * operations of semop(2) beyond the one that a trace shows, and lockf(3), which does not say
 * whether it would have waited.
 */
#ifndef SABOT_CHECK_LOCK_LOG_H
#define SABOT_CHECK_LOCK_LOG_H

#include "core/control.h"

enum {
	LOCK_WAITS_MAX = 256, /* what is beyond is not looked at */
	LOCK_HELD_MAX = 12,   /* who holds more is not looked at from there on */
};

/* A lock as a task has it, or wants it. */
struct lock_use {
	int16_t object;
	uint8_t life; /* how often the object was made anew before */
	bool shared;  /* others may share it: a reader's */
	int16_t depth;
	uint32_t event;	      /* the call's return, in the trace */
	uint64_t first, last; /* of a range; else 0 */
};

/* A task could have waited here, for ever, with these locks in its hands. */
struct lock_wait {
	int task;
	uint32_t segment; /* of the task's life, between forks and joins */
	struct lock_use want;
	uint32_t held_count;
	struct lock_use held[LOCK_HELD_MAX];
	uint64_t before[LOCK_WAITS_MAX / 64]; /* those that a fork or a join puts before it */
};

struct lock_log {
	uint32_t count;
	struct lock_wait waits[LOCK_WAITS_MAX];
	uint64_t signals[OBJECTS_MAX / 64]; /* semaphores that are no locks */
};

/*
 * Reads the trace. False: there is nothing to see (one lock, or none), or not all of it was kept.
 * Supervisor only, after an execution whose objects are still there.
 */
bool lock_log_read(struct lock_log *log);

#endif
