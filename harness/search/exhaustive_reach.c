/* SPDX-License-Identifier: Apache-2.0 */
#include "search/exhaustive_reach.h"

#include "memory/window.h"

#define RECORD_LOCKS (EXHAUSTIVE_OBJECTS + OBJECTS_MAX) /* all of them: fcntl looks for cycles */

/* What an operation may touch. */
enum reach {
	REACH_ALL, /* not understood */
	REACH_NONE,
	REACH_MEMORY,  /* the bytes that are announced */
	REACH_OBJECT,  /* its object */
	REACH_SET,     /* its object's System V set */
	REACH_COND,    /* its object and the mutex */
	REACH_FUTEX,   /* its object, and the word */
	REACH_LOCKS,   /* record locks */
	REACH_MESSAGE, /* its object, and some of the memory */
	REACH_BYTES,   /* the same, if that is a file or a pipe */
};

static const uint8_t reaches[OP_COUNT] = {
	[OP_NONE] = REACH_NONE,
	[OP_START] = REACH_NONE,
	[OP_POINT] = REACH_NONE,
	[OP_YIELD] = REACH_NONE,
	[OP_SLEEP] = REACH_NONE,
	[OP_FENCE] = REACH_NONE,
	[OP_EXIT] = REACH_NONE,
	[OP_LOAD] = REACH_MEMORY,
	[OP_STORE] = REACH_MEMORY,
	[OP_ATOMIC_LOAD] = REACH_MEMORY,
	[OP_ATOMIC_STORE] = REACH_MEMORY,
	[OP_ATOMIC_UPDATE] = REACH_MEMORY,
	[OP_SEMOP] = REACH_SET,
	[OP_SEMTIMEDOP] = REACH_SET,
	[OP_SEMCTL] = REACH_SET,
	[OP_MSGSND] = REACH_MESSAGE,
	[OP_MSGRCV] = REACH_MESSAGE,
	[OP_MSGCTL] = REACH_MESSAGE,
	[OP_MQ_SEND] = REACH_MESSAGE,
	[OP_MQ_TIMEDSEND] = REACH_MESSAGE,
	[OP_MQ_RECEIVE] = REACH_MESSAGE,
	[OP_MQ_TIMEDRECEIVE] = REACH_MESSAGE,
	[OP_MQ_GETATTR] = REACH_MESSAGE,
	[OP_SEM_INIT] = REACH_OBJECT,
	[OP_SEM_DESTROY] = REACH_OBJECT,
	[OP_SEM_WAIT] = REACH_OBJECT,
	[OP_SEM_TRYWAIT] = REACH_OBJECT,
	[OP_SEM_TIMEDWAIT] = REACH_OBJECT,
	[OP_SEM_POST] = REACH_OBJECT,
	[OP_SEM_GETVALUE] = REACH_OBJECT,
	[OP_MUTEX_INIT] = REACH_OBJECT,
	[OP_MUTEX_DESTROY] = REACH_OBJECT,
	[OP_MUTEX_LOCK] = REACH_OBJECT,
	[OP_MUTEX_TRYLOCK] = REACH_OBJECT,
	[OP_MUTEX_TIMEDLOCK] = REACH_OBJECT,
	[OP_MUTEX_UNLOCK] = REACH_OBJECT,
	[OP_MUTEX_CONSISTENT] = REACH_OBJECT,
	[OP_COND_INIT] = REACH_OBJECT,
	[OP_COND_DESTROY] = REACH_OBJECT,
	[OP_COND_WAIT] = REACH_COND,
	[OP_COND_TIMEDWAIT] = REACH_COND,
	[OP_COND_SIGNAL] = REACH_OBJECT,
	[OP_COND_BROADCAST] = REACH_OBJECT,
	[OP_RWLOCK_INIT] = REACH_OBJECT,
	[OP_RWLOCK_DESTROY] = REACH_OBJECT,
	[OP_RWLOCK_RDLOCK] = REACH_OBJECT,
	[OP_RWLOCK_WRLOCK] = REACH_OBJECT,
	[OP_RWLOCK_TRYRDLOCK] = REACH_OBJECT,
	[OP_RWLOCK_TRYWRLOCK] = REACH_OBJECT,
	[OP_RWLOCK_TIMEDRDLOCK] = REACH_OBJECT,
	[OP_RWLOCK_TIMEDWRLOCK] = REACH_OBJECT,
	[OP_RWLOCK_UNLOCK] = REACH_OBJECT,
	[OP_BARRIER_INIT] = REACH_OBJECT,
	[OP_BARRIER_WAIT] = REACH_OBJECT,
	[OP_BARRIER_DESTROY] = REACH_OBJECT,
	[OP_SPIN_INIT] = REACH_OBJECT,
	[OP_SPIN_DESTROY] = REACH_OBJECT,
	[OP_SPIN_LOCK] = REACH_OBJECT,
	[OP_SPIN_TRYLOCK] = REACH_OBJECT,
	[OP_SPIN_UNLOCK] = REACH_OBJECT,
	[OP_FUTEX_WAIT] = REACH_FUTEX,
	[OP_FUTEX_WAKE] = REACH_FUTEX,
	[OP_SETLK] = REACH_LOCKS,
	[OP_SETLKW] = REACH_LOCKS,
	[OP_GETLK] = REACH_LOCKS,
	[OP_LOCKF] = REACH_LOCKS,
	[OP_FLOCK] = REACH_OBJECT,
	[OP_READ] = REACH_BYTES,
	[OP_WRITE] = REACH_BYTES,
	[OP_FILE_READ] = REACH_BYTES,
	[OP_FILE_WRITE] = REACH_BYTES,
	[OP_PREAD] = REACH_BYTES,
	[OP_PWRITE] = REACH_BYTES,
	[OP_LSEEK] = REACH_BYTES,
	[OP_FSYNC] = REACH_BYTES,
	[OP_MSYNC] = REACH_BYTES,
};

static void touch(struct explore_step *step, uint64_t first, uint64_t size, bool writes)
{
	if (step->touch_count == EXPLORE_TOUCHES_MAX) {
		step->flags |= EXPLORE_ALL;
		return;
	}
	step->touches[step->touch_count++] =
		(struct explore_touch){ .first = first, .end = first + size, .writes = writes };
}

void exhaustive_reach_object(struct explore_step *step, int object, bool writes)
{
	if (object < 0)
		step->flags |= EXPLORE_ALL;
	else
		touch(step, EXHAUSTIVE_OBJECTS + (uint64_t)object, 1, writes);
}

int exhaustive_reach_set(int object)
{
	const struct object *objects = control->objects;
	int i;

	for (i = 0; i < object; i++)
		if (objects[i].family == objects[object].family &&
		    objects[i].key[0] == objects[object].key[0])
			return i;
	return object;
}

bool exhaustive_reach_is_store(unsigned op)
{
	return op == OP_STORE || op == OP_ATOMIC_STORE || op == OP_ATOMIC_UPDATE;
}

static void open_bytes(struct explore_step *step, int object, bool writes)
{
	enum family family = object < 0 ? FAMILY_NONE : control->objects[object].family;

	/* What a mapping of the file shows is not known. */
	if ((family != FAMILY_FILE && family != FAMILY_PIPE) || control->more_memory)
		step->flags |= EXPLORE_ALL;
	exhaustive_reach_object(step, object, writes);
	step->flags |= EXPLORE_READS | EXPLORE_DESCRIPTOR;
}

void exhaustive_reach_open(struct explore_step *step, const struct call *call)
{
	bool writes = !(op_flags(call->op) & OP_PURE);

	switch ((enum reach)reaches[call->op]) {
	case REACH_ALL:
		step->flags |= EXPLORE_ALL;
		break;
	case REACH_NONE:
		break;
	case REACH_MEMORY:
		touch(step, WINDOW_BEGIN + call->detail[0], call->detail[1],
		      exhaustive_reach_is_store(call->op));
		break;
	case REACH_SET:
		exhaustive_reach_object(
			step, call->object < 0 ? -1 : exhaustive_reach_set(call->object), writes);
		break;
	case REACH_COND:
		exhaustive_reach_object(step, (int)call->detail[0] - 1, writes);
		exhaustive_reach_object(step, call->object, writes);
		break;
	case REACH_FUTEX:
		touch(step, call->detail[1], sizeof(uint32_t), false);
		exhaustive_reach_object(step, call->object, writes);
		break;
	case REACH_LOCKS:
		touch(step, RECORD_LOCKS, 1, writes);
		step->flags |= EXPLORE_DESCRIPTOR;
		break;
	case REACH_MESSAGE:
		step->flags |= EXPLORE_READS | EXPLORE_DESCRIPTOR;
		exhaustive_reach_object(step, call->object, writes);
		break;
	case REACH_OBJECT:
		exhaustive_reach_object(step, call->object, writes);
		break;
	case REACH_BYTES:
		open_bytes(step, call->object, writes);
		break;
	}
	if (call->op == OP_FLOCK)
		step->flags |= EXPLORE_DESCRIPTOR;
}

/* To make a descriptor is no point: nobody else knows of it yet. */
bool exhaustive_reach_is_private(unsigned op)
{
	switch (op) {
	case OP_PIPE:
	case OP_DUP:
	case OP_SOCKET:
	case OP_SOCKETPAIR:
	case OP_EVENTFD:
	case OP_EPOLL_CREATE:
	case OP_MEMFD:
	case OP_THREAD_DETACH:
		return true;
	default:
		return reaches[op] == REACH_NONE;
	}
}

const struct object *exhaustive_reach_at(const struct explore_touch *at)
{
	if (at->first < EXHAUSTIVE_OBJECTS || at->first >= RECORD_LOCKS)
		return NULL;
	return &control->objects[at->first - EXHAUSTIVE_OBJECTS];
}

bool exhaustive_reach_is_access(unsigned op)
{
	return reaches[op] == REACH_MEMORY;
}

bool exhaustive_reach_is_lock(unsigned op)
{
	switch (op) {
	case OP_SEMOP:
	case OP_SEMTIMEDOP:
	case OP_SEM_WAIT:
	case OP_SEM_TRYWAIT:
	case OP_SEM_TIMEDWAIT:
	case OP_SEM_POST:
	case OP_MUTEX_LOCK:
	case OP_MUTEX_TRYLOCK:
	case OP_MUTEX_TIMEDLOCK:
	case OP_MUTEX_UNLOCK:
	case OP_RWLOCK_RDLOCK:
	case OP_RWLOCK_WRLOCK:
	case OP_RWLOCK_TRYRDLOCK:
	case OP_RWLOCK_TRYWRLOCK:
	case OP_RWLOCK_TIMEDRDLOCK:
	case OP_RWLOCK_TIMEDWRLOCK:
	case OP_RWLOCK_UNLOCK:
	case OP_SPIN_LOCK:
	case OP_SPIN_TRYLOCK:
	case OP_SPIN_UNLOCK:
		return true;
	default:
		return false;
	}
}
