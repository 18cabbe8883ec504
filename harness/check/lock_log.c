/* SPDX-License-Identifier: Apache-2.0 */
#include "check/lock_log.h"

#include "core/trace.h"

#include "os/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sem.h>

/* What is known of each task at an event of the trace. */
struct reader {
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

enum family_set {
	SEMAPHORES = 1 << FAMILY_SYSV_SEM | 1 << FAMILY_POSIX_SEM,
	FILE_LOCKS = 1 << FAMILY_RECORD_LOCK | 1 << FAMILY_OFD_LOCK | 1 << FAMILY_FLOCK,
	LOCKS = SEMAPHORES | FILE_LOCKS | 1 << FAMILY_MUTEX | 1 << FAMILY_RWLOCK | 1 << FAMILY_SPIN,
};

static bool is_of(int object, enum family_set set)
{
	return object >= 0 && (1 << control->objects[object].family & (int)set);
}

bool lock_log_is_semaphore(int object)
{
	return is_of(object, SEMAPHORES);
}

int64_t lock_log_permits(int object)
{
	const struct object *known = &control->objects[object];
	uintptr_t offset = known->key[0] - SHARED_ADDRESS;
	int64_t permits = -1;
	uint32_t i;

	if (known->family == FAMILY_SYSV_SEM) {
		permits = semctl((int)known->key[0], (int)known->key[1], GETVAL);
	} else if (known->key[1] == 0 && offset < control->shared_size) {
		uint32_t value; /* the low half of what glibc keeps in a sem_t */

		memcpy(&value, (const char *)control->shared + offset, sizeof(value));
		permits = value;
	}
	for (i = 0; permits >= 0 && i < control->task_count; i++)
		permits += known->held[i];
	return permits;
}

static void is_signal(struct reader *reader, int object)
{
	reader->log->signals[object / 64] |= UINT64_C(1) << object % 64;
}

/* ---- Whether two go together --------------------------------------------------------------- */

static bool is_same(const struct lock_use *a, const struct lock_use *b)
{
	return a->object == b->object && a->life == b->life && a->first == b->first &&
	       a->last == b->last;
}

static bool overlaps(const struct lock_use *a, const struct lock_use *b)
{
	return a->object == b->object && a->life == b->life && a->first <= b->last &&
	       b->first <= a->last;
}

static bool same_process(int a, int b)
{
	return control->tasks[a].process == control->tasks[b].process;
}

bool lock_log_excludes(const struct lock_log *log, const struct lock_use *a, int task_a,
		       const struct lock_use *b, int task_b)
{
	if (!overlaps(a, b) || (a->shared && b->shared))
		return false;
	if (log->signals[a->object / 64] >> a->object % 64 & 1)
		return false;
	return control->objects[a->object].family != FAMILY_RECORD_LOCK ||
	       !same_process(task_a, task_b);
}

/* ---- What a task asks for ------------------------------------------------------------------ */

static bool is_known(const struct lock_wait *one, const struct lock_wait *other)
{
	uint32_t i;

	if (one->task != other->task || one->segment != other->segment ||
	    !is_same(&one->want, &other->want) || one->want.shared != other->want.shared ||
	    one->held_count != other->held_count)
		return false;
	for (i = 0; i < one->held_count; i++)
		if (!is_same(&one->held[i], &other->held[i]) ||
		    one->held[i].shared != other->held[i].shared)
			return false;
	return true;
}

static void could_wait(struct reader *reader, int task, const struct lock_use *want)
{
	struct lock_log *log = reader->log;
	struct lock_wait *wait = &log->waits[log->count];
	uint32_t i;

	if (reader->held_count[task] == 0 || log->count == LOCK_WAITS_MAX)
		return;
	wait->task = task;
	wait->segment = reader->segment[task];
	wait->want = *want;
	wait->held_count = reader->held_count[task];
	memcpy(wait->held, reader->held[task], wait->held_count * sizeof(wait->held[0]));
	memset(wait->before, 0, sizeof(wait->before));
	for (i = 0; i < log->count; i++) {
		if (is_known(&log->waits[i], wait))
			return;
		if (reader->known[task][log->waits[i].task] > log->waits[i].want.event)
			wait->before[i / 64] |= UINT64_C(1) << i % 64;
	}
	log->count++;
}

static struct lock_use *find(struct reader *reader, int task, const struct lock_use *use)
{
	uint32_t i;

	for (i = reader->held_count[task]; i-- > 0;)
		if (is_same(&reader->held[task][i], use))
			return &reader->held[task][i];
	return NULL;
}

static void drop(struct reader *reader, int task, const struct lock_use *use)
{
	uint32_t at = (uint32_t)(use - reader->held[task]);

	memmove(&reader->held[task][at], &reader->held[task][at + 1],
		(--reader->held_count[task] - at) * sizeof(*use));
}

static void take(struct reader *reader, int task, const struct lock_use *use, bool waits)
{
	struct lock_use *held = find(reader, task, use);

	if (reader->overfull & task_bit(task))
		return;
	if (held && held->shared == use->shared) {
		held->depth++;
		return;
	}
	if (waits)
		could_wait(reader, task, use);
	if (held)
		drop(reader, task, held);
	if (reader->held_count[task] == LOCK_HELD_MAX) {
		reader->overfull |= task_bit(task);
		reader->held_count[task] = 0;
		return;
	}
	reader->held[task][reader->held_count[task]] = *use;
	reader->held[task][reader->held_count[task]++].depth = 1;
}

static bool give_own(struct reader *reader, int task, const struct lock_use *use)
{
	struct lock_use *held = find(reader, task, use);

	if (!held)
		return false;
	if (--held->depth <= 0)
		drop(reader, task, held);
	return true;
}

/* Who gives back what somebody else took: such a semaphore is no lock, such a mutex is free. */
static void give(struct reader *reader, int task, const struct lock_use *use)
{
	uint32_t i;

	if (give_own(reader, task, use) || (reader->overfull & task_bit(task)))
		return;
	if (lock_log_is_semaphore(use->object)) {
		is_signal(reader, use->object);
		return;
	}
	for (i = 0; i < control->task_count; i++)
		if (give_own(reader, (int)i, use))
			return;
}

/* Of the file locks that the process has, those in the range are no more; NULL: all. */
static void give_range(struct reader *reader, int task, const struct lock_use *use)
{
	uint32_t i, at;

	for (i = 0; i < control->task_count; i++)
		for (at = reader->held_count[i]; same_process(task, (int)i) && at-- > 0;) {
			struct lock_use *held = &reader->held[i][at];

			if (is_of(held->object, FILE_LOCKS) && (!use || overlaps(held, use)))
				drop(reader, (int)i, held);
		}
}

/* ---- What the calls do --------------------------------------------------------------------- */

static struct lock_use use_of(const struct reader *reader, const struct event *event, int object)
{
	return (struct lock_use){
		.object = (int16_t)object,
		.life = reader->lives[object],
		.event = (uint32_t)(event - control->events),
	};
}

/* Of a set whose values were changed by hand nothing is known. */
static void value_set(struct reader *reader, int object, int64_t command)
{
	uint32_t i;

	if (command != SETVAL && command != SETALL && command != IPC_RMID)
		return;
	for (i = 0; i < control->object_count; i++)
		if (control->objects[i].family == FAMILY_SYSV_SEM &&
		    control->objects[i].key[0] == control->objects[object].key[0])
			is_signal(reader, (int)i);
}

static void semaphore_done(struct reader *reader, const struct event *event)
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
		is_signal(reader, event->object);
		break;
	case OP_SEMOP:
	case OP_SEMTIMEDOP:
	case OP_SEM_WAIT:
	case OP_SEM_TRYWAIT:
	case OP_SEM_TIMEDWAIT:
	case OP_SEM_POST:
		if (amount < -1 || amount > 1)
			is_signal(reader, event->object);
		else if (amount < 0)
			take(reader, event->task, &use, waits);
		else if (amount > 0)
			give(reader, event->task, &use);
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

static void range_done(struct reader *reader, const struct event *event)
{
	struct lock_use use = use_of(reader, event, event->object);
	int64_t type = reader->amount[event->task];
	bool waits = event->op == OP_SETLKW || event->op == OP_OFD_SETLKW;

	if (event->op == OP_GETLK || event->op == OP_OFD_GETLK || event->op == OP_LOCKF)
		return;
	set_range(&use, event);
	use.shared = type == F_RDLCK;
	if (type == F_UNLCK)
		give_range(reader, event->task, &use);
	else
		take(reader, event->task, &use, waits);
}

/* A conversion gives up what there was before it asks for the new one. */
static void flock_done(struct reader *reader, const struct event *event)
{
	struct lock_use use = use_of(reader, event, event->object);
	int64_t how = reader->amount[event->task];

	use.last = LOCKS_TO_END;
	use.shared = (how & LOCK_SH) != 0;
	give_range(reader, event->task, &use);
	if (!(how & LOCK_UN))
		take(reader, event->task, &use, !(how & LOCK_NB));
}

/* A lock with an owner: `waits` is the call that waits as long as it takes. */
static void owned_done(struct reader *reader, const struct event *event, enum op waits)
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
		take(reader, event->task, &use, (enum op)event->op == waits);
		break;
	case OP_RWLOCK_RDLOCK:
	case OP_RWLOCK_TRYRDLOCK:
	case OP_RWLOCK_TIMEDRDLOCK:
		use.shared = true;
		take(reader, event->task, &use, event->op == OP_RWLOCK_RDLOCK);
		break;
	case OP_MUTEX_UNLOCK:
	case OP_SPIN_UNLOCK:
	case OP_RWLOCK_UNLOCK:
		give(reader, event->task, &use);
		break;
	case OP_MUTEX_CONSISTENT:
		break;
	default: /* made anew, or destroyed */
		reader->lives[event->object]++;
		break;
	}
}

/* A wait on a condition variable gives its mutex back, and asks for it again. */
static void wait_begins(struct reader *reader, const struct event *event)
{
	int mutex = (int)event->detail[0] - 1;
	struct lock_use use;

	if (mutex < 0)
		return;
	use = use_of(reader, event, mutex);
	give(reader, event->task, &use);
}

static void wait_ends(struct reader *reader, const struct event *event)
{
	int mutex = (int)event->detail[0] - 1;
	struct lock_use use;

	if (mutex < 0 || event->error == ENOTRECOVERABLE)
		return;
	use = use_of(reader, event, mutex);
	take(reader, event->task, &use, true);
}

static void closed(struct reader *reader, const struct event *event)
{
	const struct object *file = event->object < 0 ? NULL : &control->objects[event->object];
	struct lock_use use = { .last = LOCKS_TO_END };
	uint32_t i;

	if (!file)
		give_range(reader, event->task, NULL);
	for (i = 0; file && i < control->object_count; i++) {
		const struct object *locks = &control->objects[i];

		if (!is_of((int)i, FILE_LOCKS) || locks->key[0] != file->key[0] ||
		    locks->key[1] != file->key[1])
			continue;
		use.object = (int16_t)i;
		give_range(reader, event->task, &use);
	}
}

static void lock_done(struct reader *reader, const struct event *event)
{
	bool died = event->error == EOWNERDEAD && op_family((enum op)event->op) == FAMILY_MUTEX;

	if (!is_of(event->object, LOCKS))
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

static void comes_before(struct reader *reader, int task, int after, uint32_t event)
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

static void spawned(struct reader *reader, const struct event *event)
{
	if (event->value >= 0 && event->value < TASKS_MAX)
		comes_before(reader, event->task, (int)event->value,
			     (uint32_t)(event - control->events));
}

static void returned(struct reader *reader, const struct event *event)
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
static void ended(struct reader *reader, int task, bool killed)
{
	uint32_t i;

	for (i = 0; !killed && i < reader->held_count[task]; i++)
		if (lock_log_is_semaphore(reader->held[task][i].object))
			is_signal(reader, reader->held[task][i].object);
	reader->held_count[task] = 0;
	reader->over |= task_bit(task);
}

static void follow(struct reader *reader, const struct event *event)
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
		count += is_of((int)i, FILE_LOCKS) ? 2 : is_of((int)i, LOCKS);
	return count >= 2;
}

bool lock_log_read(struct lock_log *log)
{
	static struct reader reader;
	uint32_t i;

	log->count = 0;
	if (!has_two_locks() || control->event_count > EVENTS_MAX)
		return false;
	memset(log->signals, 0, sizeof(log->signals));
	memset(&reader, 0, offsetof(struct reader, held));
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
		if (lock_log_is_semaphore((int)i) && lock_log_permits((int)i) != 1)
			is_signal(&reader, (int)i);
	return log->count >= 2;
}
