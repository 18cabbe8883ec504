/* SPDX-License-Identifier: Apache-2.0 */
#include "check/lock_log.h"

#include "check/lock_held.h"
#include "core/trace.h"

#include "os/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sem.h>

/* ---- What the calls do --------------------------------------------------------------------- */

static struct lock_use use_of(const struct lock_reader *reader, const struct event *event,
			      int object)
{
	return (struct lock_use){
		.object = (int16_t)object,
		.life = reader->lives[object],
		.event = (uint32_t)(event - control->events),
	};
}

/* Of a set whose values were changed by hand nothing is known. */
static void value_set(struct lock_reader *reader, int object, int64_t command)
{
	uint32_t i;

	if (command != SETVAL && command != SETALL && command != IPC_RMID)
		return;
	for (i = 0; i < control->object_count; i++)
		if (control->objects[i].family == FAMILY_SYSV_SEM &&
		    control->objects[i].key[0] == control->objects[object].key[0])
			lock_held_is_signal(reader, (int)i);
}

static void semaphore_done(struct lock_reader *reader, const struct event *event)
{
	struct lock_use use = use_of(reader, event, event->object);
	int64_t amount = reader->amount[event->task];
	/* What may sleep is marked in detail[1], unless IPC_NOWAIT forbids it. */
	bool waits = event->op == OP_SEM_WAIT || (event->op == OP_SEMOP && event->detail[1]);

	switch ((enum op)event->op) {
	case OP_SEMCTL:
		value_set(reader, event->object, amount);
		break;
	case OP_SEM_INIT:
	case OP_SEM_DESTROY:
		lock_held_is_signal(reader, event->object);
		break;
	case OP_SEMOP:
	case OP_SEMTIMEDOP:
	case OP_SEM_WAIT:
	case OP_SEM_TRYWAIT:
	case OP_SEM_TIMEDWAIT:
	case OP_SEM_POST:
		if (amount < -1 || amount > 1)
			lock_held_is_signal(reader, event->object);
		else if (amount < 0)
			lock_held_take(reader, event->task, &use, waits);
		else if (amount > 0)
			lock_held_give(reader, event->task, &use);
		break;
	default:
		break;
	}
}

static void set_range(struct lock_use *use, const struct event *event)
{
	use->first = event->detail[0];
	use->last = event->detail[1] ? use->first + event->detail[1] - 1 : LOCKS_TO_END;
}

static void range_done(struct lock_reader *reader, const struct event *event)
{
	struct lock_use use = use_of(reader, event, event->object);
	int64_t type = reader->amount[event->task];
	bool waits = event->op == OP_SETLKW || event->op == OP_OFD_SETLKW;

	if (event->op == OP_GETLK || event->op == OP_OFD_GETLK || event->op == OP_LOCKF)
		return;
	set_range(&use, event);
	use.shared = type == F_RDLCK;
	if (type == F_UNLCK)
		lock_held_give_range(reader, event->task, &use);
	else
		lock_held_take(reader, event->task, &use, waits);
}

/* A conversion gives up what there was before it asks for the new one. */
static void flock_done(struct lock_reader *reader, const struct event *event)
{
	struct lock_use use = use_of(reader, event, event->object);
	int64_t how = reader->amount[event->task];

	use.last = LOCKS_TO_END;
	use.shared = (how & LOCK_SH) != 0;
	lock_held_give_range(reader, event->task, &use);
	if (!(how & LOCK_UN))
		lock_held_take(reader, event->task, &use, !(how & LOCK_NB));
}

/* A lock with an owner: `waits` is the call that waits as long as it takes. */
static void owned_done(struct lock_reader *reader, const struct event *event, enum op waits)
{
	struct lock_use use = use_of(reader, event, event->object);

	switch ((enum op)event->op) {
	case OP_MUTEX_LOCK:
	case OP_MUTEX_TRYLOCK:
	case OP_MUTEX_TIMEDLOCK:
	case OP_SPIN_LOCK:
	case OP_SPIN_TRYLOCK:
	case OP_RWLOCK_WRLOCK:
	case OP_RWLOCK_TRYWRLOCK:
	case OP_RWLOCK_TIMEDWRLOCK:
		lock_held_take(reader, event->task, &use, (enum op)event->op == waits);
		break;
	case OP_RWLOCK_RDLOCK:
	case OP_RWLOCK_TRYRDLOCK:
	case OP_RWLOCK_TIMEDRDLOCK:
		use.shared = true;
		lock_held_take(reader, event->task, &use, event->op == OP_RWLOCK_RDLOCK);
		break;
	case OP_MUTEX_UNLOCK:
	case OP_SPIN_UNLOCK:
	case OP_RWLOCK_UNLOCK:
		lock_held_give(reader, event->task, &use);
		break;
	case OP_MUTEX_CONSISTENT:
		break;
	default: /* made anew, or destroyed */
		reader->lives[event->object]++;
		break;
	}
}

/* A wait on a condition variable gives its mutex back, and asks for it again. */
static void wait_begins(struct lock_reader *reader, const struct event *event)
{
	int mutex = (int)event->detail[0] - 1;
	struct lock_use use;

	if (mutex < 0)
		return;
	use = use_of(reader, event, mutex);
	lock_held_give(reader, event->task, &use);
}

static void wait_ends(struct lock_reader *reader, const struct event *event)
{
	int mutex = (int)event->detail[0] - 1;
	struct lock_use use;

	if (mutex < 0 || event->error == ENOTRECOVERABLE)
		return;
	use = use_of(reader, event, mutex);
	lock_held_take(reader, event->task, &use, true);
}

static void closed(struct lock_reader *reader, const struct event *event)
{
	const struct object *file = event->object < 0 ? NULL : &control->objects[event->object];
	struct lock_use use = { .last = LOCKS_TO_END };
	uint32_t i;

	if (!file)
		lock_held_give_range(reader, event->task, NULL);
	for (i = 0; file && i < control->object_count; i++) {
		const struct object *locks = &control->objects[i];

		if (!lock_held_is_of((int)i, LOCK_FILES) || locks->key[0] != file->key[0] ||
		    locks->key[1] != file->key[1])
			continue;
		use.object = (int16_t)i;
		lock_held_give_range(reader, event->task, &use);
	}
}

static void lock_done(struct lock_reader *reader, const struct event *event)
{
	bool died = event->error == EOWNERDEAD && op_family((enum op)event->op) == FAMILY_MUTEX;

	if (!lock_held_is_of(event->object, LOCK_ALL))
		return;
	if (event->op == OP_FLOCK && event->error)
		closed(reader, event); /* a conversion that failed has left none */
	if (event->error && !died)
		return;
	switch (control->objects[event->object].family) {
	case FAMILY_MUTEX:
		owned_done(reader, event, OP_MUTEX_LOCK);
		break;
	case FAMILY_SPIN:
		owned_done(reader, event, OP_SPIN_LOCK);
		break;
	case FAMILY_RWLOCK:
		owned_done(reader, event, OP_RWLOCK_WRLOCK);
		break;
	case FAMILY_FLOCK:
		flock_done(reader, event);
		break;
	case FAMILY_RECORD_LOCK:
	case FAMILY_OFD_LOCK:
		range_done(reader, event);
		break;
	default:
		semaphore_done(reader, event);
		break;
	}
}

/* ---- Forks and joins ----------------------------------------------------------------------- */

static void comes_before(struct lock_reader *reader, int task, int after, uint32_t event)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (reader->known[after][i] < reader->known[task][i])
			reader->known[after][i] = reader->known[task][i];
	if (reader->known[after][task] < event)
		reader->known[after][task] = event;
	reader->segment[task]++;
	reader->segment[after]++;
}

/* A thread that was joined, or a child that was waited for, if it has ended. */
static int joined(const struct event *event)
{
	if (event->error)
		return -1;
	if (event->op == OP_WAIT)
		return event->value >= 0 && event->value < TASKS_MAX ? (int)event->value : -1;
	return event->object >= 0 ? (int)control->objects[event->object].key[0] : -1;
}

static void spawned(struct lock_reader *reader, const struct event *event)
{
	if (event->value >= 0 && event->value < TASKS_MAX)
		comes_before(reader, event->task, (int)event->value,
			     (uint32_t)(event - control->events));
}

static void returned(struct lock_reader *reader, const struct event *event)
{
	int child;

	switch ((enum op)event->op) {
	case OP_COND_WAIT:
	case OP_COND_TIMEDWAIT:
		wait_ends(reader, event);
		break;
	case OP_CLOSE:
		closed(reader, event);
		break;
	case OP_WAIT:
	case OP_THREAD_JOIN:
		child = joined(event);
		if (child >= 0 && (reader->over & task_bit(child)))
			comes_before(reader, child, event->task,
				     (uint32_t)(event - control->events));
		break;
	default:
		lock_done(reader, event);
		break;
	}
}

/* ---- The whole ----------------------------------------------------------------------------- */

/* Who ended well and never gave a semaphore back did not take it as a lock. */
static void ended(struct lock_reader *reader, int task, bool killed)
{
	uint32_t i;

	for (i = 0; !killed && i < reader->held_count[task]; i++)
		if (lock_held_is_semaphore(reader->held[task][i].object))
			lock_held_is_signal(reader, reader->held[task][i].object);
	reader->held_count[task] = 0;
	reader->over |= task_bit(task);
}

static void follow(struct lock_reader *reader, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CALL:
		reader->amount[event->task] = event->value;
		if (event->op == OP_COND_WAIT || event->op == OP_COND_TIMEDWAIT)
			wait_begins(reader, event);
		break;
	case EVENT_RETURN:
		returned(reader, event);
		break;
	case EVENT_SPAWN:
		spawned(reader, event);
		break;
	case EVENT_EXIT:
	case EVENT_DEATH:
		ended(reader, event->task, event->kind == EVENT_DEATH);
		break;
	default:
		break;
	}
}

static bool has_two_locks(void)
{
	unsigned count = 0;
	uint32_t i;

	for (i = 0; i < control->object_count; i++)
		count +=
			lock_held_is_of((int)i, LOCK_FILES) ? 2 : lock_held_is_of((int)i, LOCK_ALL);
	return count >= 2;
}

bool lock_log_read(struct lock_log *log)
{
	static struct lock_reader reader;
	uint32_t i;

	/* Without writing to it, which after a fork would copy a page each time. */
	if (!has_two_locks() || control->event_count > EVENTS_MAX)
		return false;
	log->count = 0;
	memset(log->signals, 0, sizeof(log->signals));
	memset(&reader, 0, offsetof(struct lock_reader, held));
	for (i = 0; i < control->task_count; i++)
		memset(reader.known[i], 0, control->task_count * sizeof(reader.known[i][0]));
	reader.log = log;
	for (i = 0; i < trace_count(); i++)
		if (control->events[i].task < TASKS_MAX)
			follow(&reader, &control->events[i]);
	/* A pool's tasks come to an end that is no event. */
	for (i = 0; i < control->task_count; i++)
		ended(&reader, (int)i, control->tasks[i].state == TASK_DEAD);
	for (i = 0; log->count >= 2 && i < control->object_count; i++)
		if (lock_held_is_semaphore((int)i) && lock_held_permits((int)i) != 1)
			lock_held_is_signal(&reader, (int)i);
	return log->count >= 2;
}
