/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A circle of members, each of which has a byte of a file and wants its neighbour's. It closes when
 * each has one.
 */
#ifndef SCENARIOS_RECORD_LOCKS_CIRCLE_H
#define SCENARIOS_RECORD_LOCKS_CIRCLE_H

#include "ranges.h"

#include <sys/sem.h>

#define CIRCLE_POINT "the ring is closed"

struct circle {
	int fd, ring;	   /* a semaphore: how many members have no byte yet */
	unsigned had_both; /* bit n: member n had both of its bytes */
};

/* In setup. */
static inline void circle_make(struct circle *circle, int members, int bytes)
{
	circle->fd = ranges_make("ring", bytes);
	circle->ring = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	SABOT_OK(semctl(circle->ring, 0, SETVAL, members));
}

/* When this returns, all of them have a byte. */
static inline void circle_close(struct sabot_task *task, const struct circle *circle)
{
	struct sembuf have = { 0, -1, 0 }, all = { 0, 0, 0 };

	SABOT_OK(semop(circle->ring, &have, 1));
	SABOT_OK(semop(circle->ring, &all, 1));
	sabot_point(task, CIRCLE_POINT);
}

/* Waits for the byte: -1 and errno EDEADLK if the kernel sees that it would wait for itself. */
static inline int circle_take(const struct circle *circle, int byte)
{
	return ranges_set(circle->fd, F_SETLKW, F_WRLCK, byte, 1);
}

/* Both, the lower one first. */
static inline void circle_take_in_order(const struct circle *circle, int one, int other)
{
	SABOT_OK(circle_take(circle, one < other ? one : other));
	SABOT_OK(circle_take(circle, one < other ? other : one));
}

/* Gives back what the caller has. */
static inline void circle_drop(const struct circle *circle)
{
	SABOT_OK(ranges_set(circle->fd, F_SETLKW, F_UNLCK, 0, 0));
}

/* Of the members those who never had both bytes, as bits. */
static inline unsigned circle_missing(const struct circle *circle, int members)
{
	return ((1u << members) - 1) & ~circle->had_both;
}

#endif
