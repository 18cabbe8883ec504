/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each task has in its hands, while a trace is read. Of check/lock_log.c, and in part of
 * check/lock_order.c.
 */
#ifndef SABOT_CHECK_LOCK_HELD_H
#define SABOT_CHECK_LOCK_HELD_H

#include "check/lock_log.h"

/* What is known of each task at an event of the trace. */
struct lock_reader {
	struct lock_log *log;
	uint64_t over;	   /* tasks that ended or died */
	uint64_t overfull; /* tasks with more locks than there is room for */
	uint8_t lives[OBJECTS_MAX];
	int64_t amount[TASKS_MAX]; /* of its call under way */
	uint32_t segment[TASKS_MAX];
	uint32_t held_count[TASKS_MAX];
	struct lock_use held[TASKS_MAX][LOCK_HELD_MAX];
	uint32_t known[TASKS_MAX][TASKS_MAX]; /* [a][b]: b's events up to this come before a */
};

/* Sets of families. */
enum lock_families {
	LOCK_SEMAPHORES = 1 << FAMILY_SYSV_SEM | 1 << FAMILY_POSIX_SEM,
	LOCK_FILES = 1 << FAMILY_RECORD_LOCK | 1 << FAMILY_OFD_LOCK | 1 << FAMILY_FLOCK,
	LOCK_ALL = LOCK_SEMAPHORES | LOCK_FILES | 1 << FAMILY_MUTEX | 1 << FAMILY_RWLOCK |
		   1 << FAMILY_SPIN,
};

/* Whether the object is a semaphore, of either kind. */
bool lock_held_is_semaphore(int object);

/* How many could have the semaphore at once; -1 if that is not known. */
int64_t lock_held_permits(int object);

/* Whether two tasks could not have these at the same time. */
bool lock_held_excludes(const struct lock_log *log, const struct lock_use *a, int task_a,
			const struct lock_use *b, int task_b);

bool lock_held_is_of(int object, enum lock_families set);

/* The semaphore is no lock. */
void lock_held_is_signal(struct lock_reader *reader, int object);

/* The task has it now. `waits`: it would have waited for it as long as that takes. */
void lock_held_take(struct lock_reader *reader, int task, const struct lock_use *use, bool waits);

/*
 * The task gave it back, once. If somebody else took it: a semaphore is no lock then, and anything
 * else is that one's no more.
 */
void lock_held_give(struct lock_reader *reader, int task, const struct lock_use *use);

/* Of the file locks that the task's process has, those in the range are no more; NULL: all. */
void lock_held_give_range(struct lock_reader *reader, int task, const struct lock_use *use);

#endif
