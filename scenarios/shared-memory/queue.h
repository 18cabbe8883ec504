/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue with two locks, one for each end (Michael and Scott, PODC 1996), in a shared memory
 * object that each process has at another address. The first node is the one that was taken last.
 * Whoever dies in queue_put() has linked its node or has not; the tail may then be one behind.
 */
#ifndef SCENARIOS_SHARED_MEMORY_QUEUE_H
#define SCENARIOS_SHARED_MEMORY_QUEUE_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

enum { QUEUE_NODES = 6, QUEUE_PLACES = 8 };

#define QUEUE_NAME "/queue"

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

/* And what was put and taken, kept by the tasks beside it. */
struct logged_queue {
	struct queue *queue; /* as setup has mapped it */
	int made[QUEUE_NODES], taken[QUEUE_NODES];
	unsigned made_count, taken_count; /* no point lies between a step and its note: exact */
};

static inline struct queue *queue_map_once(int fd)
{
	return SABOT_OK(
		mmap(NULL, sizeof(struct queue), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

/* At another address for each place: behind what was mapped before. */
static inline struct queue *queue_map(unsigned place, int flags)
{
	int fd = SABOT_OK(shm_open(QUEUE_NAME, flags, 0600));
	struct queue *maps[QUEUE_PLACES];
	unsigned i;

	if (flags & O_CREAT)
		SABOT_OK(ftruncate(fd, sizeof(struct queue)));
	for (i = 0; i <= place; i++)
		maps[i] = queue_map_once(fd);
	for (i = 0; i < place; i++)
		SABOT_OK(munmap(maps[i], sizeof(struct queue)));
	SABOT_OK(close(fd));
	return maps[place];
}

static SABOT_NOTE void queue_note_made(struct logged_queue *shared, int item)
{
	shared->made[shared->made_count++] = item;
}

static SABOT_NOTE void queue_note_taken(struct logged_queue *shared, int item)
{
	shared->taken[shared->taken_count++] = item;
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

/* With the tail's lock. */
static inline void queue_put(struct sabot_task *task, struct queue *queue, int item,
			     memory_order order)
{
	struct logged_queue *shared = sabot_shared(task);
	struct node *last, *node;

	last = &queue->nodes[queue->tail];
	node = &queue->nodes[queue->tail + 1];
	node->item = item;
	sabot_point(task, "written");
	last->link = node;
	atomic_store_explicit(&last->next, queue->tail + 1, order);
	queue_note_made(shared, item);
	sabot_point(task, "linked");
	queue->tail++;
}

/* False if there is none. With the head's lock. */
static inline bool queue_take(struct sabot_task *task, struct queue *queue, bool by_pointer)
{
	struct logged_queue *shared = sabot_shared(task);
	struct node *head = &queue->nodes[queue->head];
	unsigned next = atomic_load_explicit(&head->next, memory_order_acquire);
	int item;

	if (!next)
		return false;
	item = by_pointer ? head->link->item : queue->nodes[next].item;
	sabot_point(task, "seen");
	queue->head = next;
	queue_note_taken(shared, item);
	return true;
}

static inline void queue_all_in_order(struct sabot_check *check)
{
	const struct logged_queue *shared = sabot_check_shared(check);
	const struct queue *queue = shared->queue;
	unsigned i, at = queue->head;

	for (i = 0; i < shared->made_count; i++) {
		int item = shared->taken[i];

		if (i >= shared->taken_count) {
			at = queue->nodes[at].next;
			item = at ? queue->nodes[at].item : 0;
		}
		sabot_require(check, item == shared->made[i], "item %u was put as %d and is %d", i,
			      shared->made[i], item);
	}
	sabot_require(check, shared->taken_count <= shared->made_count && !queue->nodes[at].next,
		      "more is linked, or taken, than the %u that were put", shared->made_count);
}

#endif
