/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue with two locks, one for each end (Michael and Scott, PODC 1996), in a shared memory
 * object that each process has at another address. The first node is the one that was taken last.
 * Whoever dies in put() has linked its node or has not; the tail may then be one behind.
 */
#ifndef SCENARIOS_SHARED_MEMORY_QUEUE_H
#define SCENARIOS_SHARED_MEMORY_QUEUE_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

enum { QUEUE_NODES = 6 };

#define QUEUE_NAME    "/queue"
#define QUEUE_ADDRESS UINT64_C(0x300000000000)
#define QUEUE_APART   UINT64_C(0x000001000000)

struct node {
	int item;
	atomic_uint next;  /* an index, or 0: the first node follows none */
	struct node *link; /* the same, as whoever put it has it */
};

struct queue {
	pthread_mutex_t head_lock, tail_lock;
	unsigned head, tail;
	struct node nodes[QUEUE_NODES];
};

/* At the place of this number in the process's memory. */
static inline struct queue *queue_map(unsigned place, int flags)
{
	int fd = SABOT_OK(shm_open(QUEUE_NAME, flags, 0600));
	void *address = (void *)(QUEUE_ADDRESS + place * QUEUE_APART);

	if (flags & O_CREAT)
		SABOT_OK(ftruncate(fd, sizeof(struct queue)));
	address = SABOT_OK(mmap(address, sizeof(struct queue), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0));
	SABOT_OK(close(fd));
	return address;
}

static inline void queue_lock_init(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;

	SABOT_ZERO(pthread_mutexattr_init(&attr));
	SABOT_ZERO(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST));
	SABOT_ZERO(pthread_mutex_init(lock, &attr));
	SABOT_ZERO(pthread_mutexattr_destroy(&attr));
}

/* True if whoever had it before died in it. */
static inline bool queue_lock(pthread_mutex_t *lock)
{
	int error = pthread_mutex_lock(lock);

	if (error != EOWNERDEAD)
		return SABOT_ZERO(error);
	SABOT_ZERO(pthread_mutex_consistent(lock));
	return true;
}

/* With the tail's lock: the tail is the last node again. */
static inline void queue_repair(struct queue *queue)
{
	while (queue->nodes[queue->tail].next)
		queue->tail = queue->nodes[queue->tail].next;
}

#endif
