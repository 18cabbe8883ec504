/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded buffer of numbered items: a ring in a SysV segment, and a set of three semaphores that
 * say, better than the ring itself, how much is in it.
 */
#ifndef SCENARIOS_SYSV_SEM_BUFFER_H
#define SCENARIOS_SYSV_SEM_BUFFER_H

#include <sabot/sabot.h>

#include <sys/sem.h>
#include <sys/shm.h>

enum { BUFFER_MUTEX, BUFFER_EMPTY, BUFFER_FULL, BUFFER_SEMAPHORES }; /* numbers in the set */
enum { BUFFER_OUTSIDE, BUFFER_PUTTING, BUFFER_TAKING };		     /* marks */
enum { BUFFER_SLOTS = 2 };

struct item {
	unsigned number, check;
};

/* In it is head ... tail - 1. One of the two is one too far when a user died before its commit. */
struct ring {
	unsigned head, tail;
	struct item slots[BUFFER_SLOTS];
};

/* The variant of a scenario: how the semaphores are used. */
struct buffer_rules {
	short undo_mutex, undo_counter; /* SEM_UNDO, or 0 */
	bool mutex_first;		/* the mutex in a call of its own, before the counter */
	bool full_first;		/* FULL is posted before the item is written */
};

struct buffer {
	int semid;
	struct ring *ring;
};

enum buffer_leave {
	BUFFER_COMMIT,
	BUFFER_COMMIT_LAST, /* as COMMIT, but who takes the counter's unit finds that all is done */
	BUFFER_ABORT,
};

static inline void buffer_create(struct buffer *buffer)
{
	int shmid = SABOT_OK(shmget(IPC_PRIVATE, sizeof(struct ring), 0600));

	buffer->ring = SABOT_OK(shmat(shmid, NULL, 0));
	buffer->semid = SABOT_OK(semget(IPC_PRIVATE, BUFFER_SEMAPHORES, 0600));
	SABOT_OK(semctl(buffer->semid, BUFFER_MUTEX, SETVAL, 1));
	SABOT_OK(semctl(buffer->semid, BUFFER_EMPTY, SETVAL, BUFFER_SLOTS));
}

/*
 * Takes back what a dead user did not commit. For whoever has entered. One store, so who dies in it
 * leaves it to be done.
 */
static inline void buffer_repair(struct buffer *buffer, unsigned short counter)
{
	int empty = SABOT_OK(semctl(buffer->semid, BUFFER_EMPTY, GETVAL));
	unsigned used = BUFFER_SLOTS - (unsigned)empty - (counter == BUFFER_EMPTY);
	struct ring *ring = buffer->ring;

	if (ring->tail - ring->head > used)
		ring->tail = ring->head + used; /* it was putting */
	else
		ring->head = ring->tail - used; /* it was taking, or nobody died */
}

/* Takes one of the counter (EMPTY to put, FULL to take) and the mutex; then the ring is right. */
static inline struct ring *buffer_enter(struct sabot_task *task, struct buffer *buffer,
					unsigned short counter)
{
	const struct buffer_rules *rules = sabot_variant(task);
	struct sembuf take[] = { { counter, -1, rules->undo_counter },
				 { BUFFER_MUTEX, -1, rules->undo_mutex } };

	if (rules->mutex_first)
		SABOT_OK(semop(buffer->semid, &take[1], 1));
	SABOT_OK(semop(buffer->semid, take, rules->mutex_first ? 1 : 2));
	sabot_mark(task, counter == BUFFER_EMPTY ? BUFFER_PUTTING : BUFFER_TAKING);
	buffer_repair(buffer, counter);
	return buffer->ring;
}

static inline void buffer_leave(struct sabot_task *task, struct buffer *buffer,
				unsigned short counter, enum buffer_leave how)
{
	const struct buffer_rules *rules = sabot_variant(task);
	unsigned short other = counter == BUFFER_EMPTY ? BUFFER_FULL : BUFFER_EMPTY;
	struct sembuf give[] = { { other, +1, 0 },
				 { BUFFER_MUTEX, +1, rules->undo_mutex },
				 { counter, +1, rules->undo_counter },
				 { counter, -1, 0 } /* with the line above: cancels the undo */ };

	if (how == BUFFER_ABORT)
		SABOT_OK(semop(buffer->semid, &give[1], 2));
	else
		SABOT_OK(semop(buffer->semid, give, how == BUFFER_COMMIT ? 4 : 3));
	sabot_mark(task, BUFFER_OUTSIDE);
}

static inline struct item *buffer_slot(struct buffer *buffer, unsigned number)
{
	return &buffer->ring->slots[number % BUFFER_SLOTS];
}

/* With a named point in the middle: a death or a switch there leaves the item torn. */
static inline void item_write(struct sabot_task *task, struct item *item, unsigned number)
{
	item->number = number;
	sabot_point(task, "half written");
	item->check = ~number;
}

static inline bool item_valid(const struct item *item, unsigned number)
{
	return item->number == number && item->check == ~number;
}

/* Whether head and tail are at most one transfer apart from what a ring can hold. */
static inline bool ring_valid(const struct ring *ring)
{
	return ring->tail - ring->head <= BUFFER_SLOTS + 1 || ring->head - ring->tail == 1;
}

#endif
