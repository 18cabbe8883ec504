/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calls order, births and deaths among them. An object passes on what was done before whoever
 * gives it back, sends through it or changes it, to whoever takes it, receives or looks at it.
 */
#include "memory/race.h"
#include "memory/vector.h"

#include <errno.h>

enum { NEITHER = 0, TAKES = 1, GIVES = 2, BOTH = TAKES | GIVES };

/* Locks and semaphores either take or give; all else that works on an object may do both. */
static unsigned direction(const struct call *call)
{
	switch (call->op) {
	case OP_MUTEX_LOCK:
	case OP_MUTEX_TRYLOCK:
	case OP_MUTEX_TIMEDLOCK:
	case OP_RWLOCK_RDLOCK:
	case OP_RWLOCK_WRLOCK:
	case OP_RWLOCK_TRYRDLOCK:
	case OP_RWLOCK_TRYWRLOCK:
	case OP_RWLOCK_TIMEDRDLOCK:
	case OP_RWLOCK_TIMEDWRLOCK:
	case OP_SPIN_LOCK:
	case OP_SPIN_TRYLOCK:
	case OP_SEM_WAIT:
	case OP_SEM_TRYWAIT:
	case OP_SEM_TIMEDWAIT:
		return TAKES;
	case OP_MUTEX_UNLOCK:
	case OP_RWLOCK_UNLOCK:
	case OP_SPIN_UNLOCK:
	case OP_SEM_POST:
		return GIVES;
	case OP_SEMOP:
	case OP_SEMTIMEDOP:
		return NEITHER; /* each of its semaphores by itself, see race_give() */
	default:
		return BOTH;
	}
}

/* The mutex that a wait on a condition variable gives back, and takes again. */
static int mutex_of(const struct call *call)
{
	if (call->op != OP_COND_WAIT && call->op != OP_COND_TIMEDWAIT)
		return -1;
	return (int)call->detail[0] - 1;
}

/* A message may bring a notification. */
static bool sends_signal(enum op op)
{
	return op == OP_KILL || op == OP_THREAD_CANCEL || op == OP_PIDFD_SEND_SIGNAL ||
	       op == OP_MQ_SEND || op == OP_MQ_TIMEDSEND;
}

static bool takes_signal(const struct call *call)
{
	return op_family(call->op) == FAMILY_SIGNAL ||
	       (call->object >= 0 && control->objects[call->object].family == FAMILY_SIGNALFD);
}

/* Names and numbers are there or not, and that is all that somebody else may look for. */
static bool changes_names(enum op op)
{
	return op == OP_UNLINK || op == OP_RENAME || op == OP_LINK || op == OP_MKDIR ||
	       op == OP_RMDIR || op == OP_MKFIFO || op == OP_SHM_UNLINK || op == OP_SEM_UNLINK ||
	       op == OP_MQ_UNLINK || op == OP_SHMCTL || op == OP_SEMCTL || op == OP_MSGCTL;
}

static bool is_stream(enum family family)
{
	return family == FAMILY_PIPE || family == FAMILY_SOCKET || family == FAMILY_EVENTFD ||
	       family == FAMILY_TIMERFD || family == FAMILY_SIGNALFD || family == FAMILY_EPOLL;
}

static bool is_file_lock(enum family family)
{
	return family == FAMILY_RECORD_LOCK || family == FAMILY_OFD_LOCK || family == FAMILY_FLOCK;
}

/* Whoever looks at several descriptors is told of one, and nobody knows here of which. */
static bool looks_at_streams(enum op op)
{
	return op == OP_POLL || op == OP_SELECT || op == OP_EPOLL_WAIT;
}

/* With a descriptor, a process gives back the locks of the file. All of them: without an object. */
static void release_closed(const struct task *task, int closed)
{
	const struct object *file = closed >= 0 ? &control->objects[closed] : NULL;
	uint32_t i;

	for (i = 0; i < control->object_count; i++) {
		const struct object *object = &control->objects[i];

		if (file ? is_file_lock(object->family) && object->key[0] == file->key[0] &&
				    object->key[1] == file->key[1]
			 : is_file_lock(object->family) || is_stream(object->family))
			vector_release(task, vector_of_object((int)i));
	}
}

void race_before(struct task *task, const struct call *call)
{
	int mutex = mutex_of(call);

	if (call->object >= 0 && (direction(call) & GIVES))
		vector_release(task, vector_of_object(call->object));
	if (mutex >= 0)
		vector_release(task, vector_of_object(mutex));
	if (sends_signal(call->op))
		vector_release(task, &CLOCKS->signals);
	if (changes_names(call->op))
		vector_release(task, &CLOCKS->names);
	if (call->op == OP_CLOSE || call->op == OP_DUP || call->op == OP_EXEC)
		release_closed(task, call->object);
}

void race_give(struct task *task, int object, bool lowers)
{
	if (object >= 0)
		vector_release(task, lowers ? vector_of_lowered(object) : vector_of_object(object));
}

void race_take(struct task *task, int object, bool waits_for_zero)
{
	if (object < 0)
		return;
	vector_acquire(task, vector_of_object(object));
	if (waits_for_zero)
		vector_acquire(task, vector_of_lowered(object));
}

static void take_from_dead(const struct task *task, bool children)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (task_is_over(&control->tasks[i]) &&
		    (!children || control->tasks[i].parent >= 0))
			vector_acquire(task, &CLOCKS->tasks[i]);
}

static void take_from_streams(const struct task *task)
{
	uint32_t i;

	for (i = 0; i < control->object_count; i++)
		if (is_stream(control->objects[i].family))
			vector_acquire(task, vector_of_object((int)i));
	take_from_dead(task, false);
}

/* Whether the call has told nothing but that it has not got what it wanted. */
static bool was_in_vain(int error)
{
	return error == EBUSY || error == EAGAIN || error == ETIMEDOUT || error == EINTR;
}

void race_after(struct task *task, const struct call *call, int error)
{
	int mutex = mutex_of(call);

	if (mutex >= 0)
		vector_acquire(task, vector_of_object(mutex));
	if (takes_signal(call))
		vector_acquire(task, &CLOCKS->signals);
	if (was_in_vain(error))
		return;
	if (call->object >= 0 && (direction(call) & TAKES))
		vector_acquire(task, vector_of_object(call->object));
	/* What the call itself has made was not known before it. */
	if (call->object >= 0 && direction(call) == BOTH && !error)
		vector_release(task, vector_of_object(call->object));
	if (error)
		vector_acquire(task, &CLOCKS->names);
	if (looks_at_streams(call->op))
		take_from_streams(task);
	if (call->op == OP_WAIT || call->op == OP_THREAD_JOIN)
		take_from_dead(task, true);
	if (error == ESRCH)
		take_from_dead(task, false);
}

void race_handles(struct task *task)
{
	vector_acquire(task, &CLOCKS->signals);
}

/* ---- Births and deaths --------------------------------------------------------------------- */

void race_born(const struct task *task)
{
	vector_first(task, task->parent >= 0 ? &control->tasks[task->parent] : NULL);
}

void race_follows(const struct task *task, const struct task *dead)
{
	vector_first(task, dead);
}

void race_died(const struct task *task)
{
	int at = task_number(task);
	uint32_t i;

	for (i = 0; i < control->object_count; i++) {
		const struct object *object = &control->objects[i];

		/* Its streams have ended, too, and nobody knows here which were its. */
		if (object->owner == at || object->held[at] || is_stream(object->family))
			vector_release(task, vector_of_object((int)i));
	}
	vector_release(task, &CLOCKS->signals); /* its parent is told */
}
