/* SPDX-License-Identifier: Apache-2.0 */
#include "check/sentence.h"

#include "core/fault.h"
#include "core/history.h"
#include "core/object.h"

#include "memory/window.h"
#include "os/image.h"
#include "os/locks.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

/* How a call that succeeded is told: a verb, and what stands between it and "by". */
static const struct {
	enum op op;
	const char *verb;
} verbs[] = {
	{ OP_SEM_WAIT, "takes" },
	{ OP_SEM_TRYWAIT, "takes" },
	{ OP_SEM_TIMEDWAIT, "takes" },
	{ OP_SEM_POST, "posts" },
	{ OP_SEM_INIT, "makes" },
	{ OP_SEM_DESTROY, "destroys" },
	{ OP_MUTEX_LOCK, "locks" },
	{ OP_MUTEX_TRYLOCK, "locks" },
	{ OP_MUTEX_TIMEDLOCK, "locks" },
	{ OP_MUTEX_UNLOCK, "unlocks" },
	{ OP_MUTEX_CONSISTENT, "repairs" },
	{ OP_MUTEX_INIT, "makes" },
	{ OP_MUTEX_DESTROY, "destroys" },
	{ OP_COND_WAIT, "comes back from its wait for" },
	{ OP_COND_TIMEDWAIT, "comes back from its wait for" },
	{ OP_COND_SIGNAL, "signals" },
	{ OP_COND_BROADCAST, "signals all waiters of" },
	{ OP_COND_INIT, "makes" },
	{ OP_COND_DESTROY, "destroys" },
	{ OP_RWLOCK_RDLOCK, "locks for reading" },
	{ OP_RWLOCK_TRYRDLOCK, "locks for reading" },
	{ OP_RWLOCK_TIMEDRDLOCK, "locks for reading" },
	{ OP_RWLOCK_WRLOCK, "locks for writing" },
	{ OP_RWLOCK_TRYWRLOCK, "locks for writing" },
	{ OP_RWLOCK_TIMEDWRLOCK, "locks for writing" },
	{ OP_RWLOCK_UNLOCK, "unlocks" },
	{ OP_BARRIER_WAIT, "passes" },
	{ OP_BARRIER_DESTROY, "destroys" },
	{ OP_SPIN_LOCK, "locks" },
	{ OP_SPIN_TRYLOCK, "locks" },
	{ OP_SPIN_UNLOCK, "unlocks" },
	{ OP_MQ_OPEN, "opens" },
	{ OP_MQ_CLOSE, "closes" },
	{ OP_MQ_UNLINK, "unlinks" },
	{ OP_MQ_GETATTR, "looks at" },
	{ OP_MQ_AWAIT, "is told of" },
	{ OP_TIMER_AWAIT, "is told of" },
	{ OP_OPEN, "opens" },
	{ OP_FILE_OPEN, "opens" },
	{ OP_CLOSE, "closes" },
	{ OP_UNLINK, "unlinks" },
	{ OP_RENAME, "renames" },
};

static const char *object_text(const struct event *event)
{
	return event->object >= 0 ? object_label(event->object) : "";
}

static const char *verb_of(enum op op)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (verbs[i].op == op)
			return verbs[i].verb;
	return NULL;
}

static const char *of_semop(const struct event *call, const struct event *end, char *text,
			    size_t size)
{
	long long amount = call->value;
	const char *name = op_name((enum op)end->op);

	if (amount == 0)
		snprintf(text, size, "finds %s at zero by %s", object_text(end), name);
	else if (amount == -1)
		snprintf(text, size, "takes %s by %s", object_text(end), name);
	else
		snprintf(text, size, "%s %lld %s %s by %s", amount < 0 ? "takes" : "adds",
			 amount < 0 ? -amount : amount, amount < 0 ? "of" : "to", object_text(end),
			 name);
	return text;
}

static const char *of_semctl(const struct event *call, const struct event *end, char *text,
			     size_t size)
{
	const char *set = object_text(end);

	switch (call->value) {
	case IPC_RMID:
		snprintf(text, size, "removes the set of %s by semctl(IPC_RMID)", set);
		break;
	case SETVAL:
	case SETALL:
		snprintf(text, size, "sets %s by semctl(%s)", set,
			 call->value == SETVAL ? "SETVAL" : "SETALL");
		break;
	default:
		snprintf(text, size, "changes %s by semctl", set);
		break;
	}
	return text;
}

static const char *of_msgctl(const struct event *call, const struct event *end, char *text,
			     size_t size)
{
	switch (call->value) {
	case IPC_RMID:
		snprintf(text, size, "removes %s by msgctl(IPC_RMID)", object_text(end));
		break;
	case IPC_STAT:
		snprintf(text, size, "looks at %s by msgctl(IPC_STAT)", object_text(end));
		break;
	default:
		snprintf(text, size, "changes %s by msgctl", object_text(end));
		break;
	}
	return text;
}

static const char *of_message(const struct event *call, const struct event *end, char *text,
			      size_t size)
{
	const char *name = op_name((enum op)end->op), *queue = object_text(end);
	long long type = call->value;

	if (end->op == OP_MSGSND)
		snprintf(text, size, "sends a message of type %lld to %s by %s", type, queue, name);
	else if (end->op == OP_MSGRCV && type > 0 && !(end->detail[1] & MSG_EXCEPT))
		snprintf(text, size, "receives a message of type %lld from %s by %s", type, queue,
			 name);
	else if (end->op == OP_MQ_SEND || end->op == OP_MQ_TIMEDSEND)
		snprintf(text, size, "sends a message to %s by %s", queue, name);
	else if (end->op == OP_MQ_NOTIFY)
		snprintf(text, size, "asks%s to be told of messages in %s by %s",
			 type < 0 ? " no more" : "", queue, name);
	else
		snprintf(text, size, "receives a message from %s by %s", queue, name);
	return text;
}

static bool op_is_message(enum op op)
{
	return op == OP_MSGSND || op == OP_MSGRCV || op == OP_MQ_SEND || op == OP_MQ_TIMEDSEND ||
	       op == OP_MQ_RECEIVE || op == OP_MQ_TIMEDRECEIVE || op == OP_MQ_NOTIFY;
}

static bool op_locks_range(enum op op)
{
	return op == OP_SETLK || op == OP_SETLKW || op == OP_LOCKF || op == OP_OFD_SETLK ||
	       op == OP_OFD_SETLKW;
}

static const char *range_of(const struct event *event, char *text, size_t size)
{
	uint64_t first = event->detail[0], length = event->detail[1];

	return locks_range(first, length ? first + length - 1 : LOCKS_TO_END, text, size);
}

static const char *of_range(const struct event *call, const struct event *end, char *text,
			    size_t size)
{
	char range[64];

	snprintf(text, size, "%s %s of %s%s by %s", call->value == F_UNLCK ? "unlocks" : "locks",
		 range_of(end, range, sizeof(range)), object_text(end),
		 call->value == F_RDLCK ? " for reading" : "", op_name((enum op)end->op));
	return text;
}

static const char *of_flock(const struct event *call, const struct event *end, char *text,
			    size_t size)
{
	int64_t how = call->value & ~(int64_t)LOCK_NB;

	snprintf(text, size, "%s %s%s by flock", how == LOCK_UN ? "unlocks" : "locks",
		 object_text(end), how == LOCK_SH ? " for reading" : "");
	return text;
}

static bool op_transfers(enum op op)
{
	return op == OP_READ || op == OP_WRITE || op == OP_PREAD || op == OP_PWRITE ||
	       op == OP_FILE_READ || op == OP_FILE_WRITE;
}

static const char *of_transfer(const struct event *end, char *text, size_t size)
{
	bool reads = end->op == OP_READ || end->op == OP_PREAD || end->op == OP_FILE_READ;

	if (reads && end->value == 0)
		snprintf(text, size, "finds the end of %s by %s", object_text(end),
			 op_name((enum op)end->op));
	else
		snprintf(text, size, "%s %lld bytes %s %s", reads ? "reads" : "writes",
			 (long long)end->value, reads ? "from" : "to",
			 end->object >= 0 ? object_text(end) : "a file");
	return text;
}

static const char *of_error(const struct event *end, char *text, size_t size)
{
	const char *name = strerrorname_np(end->error);

	snprintf(text, size, "gets %s from %s%s%s", name ? name : "an unknown error",
		 op_name((enum op)end->op), end->object >= 0 ? " on " : "", object_text(end));
	return text;
}

/* A program that has joined says which it is. */
static const char *of_exec(const struct event *end, char *text, size_t size)
{
	const char *path = image_program((uintptr_t)end->detail[0]);

	if (path)
		snprintf(text, size, "is the program %s from now on", basename(path));
	else
		snprintf(text, size, "is another program from now on");
	return text;
}

const char *sentence_of_return(const struct event *call, const struct event *end, char *text,
			       size_t size)
{
	enum op op = (enum op)end->op;
	const char *verb = verb_of(op);

	if (end->error)
		return of_error(end, text, size);
	if (call && (op == OP_SEMOP || op == OP_SEMTIMEDOP))
		return of_semop(call, end, text, size);
	if (call && op == OP_SEMCTL)
		return of_semctl(call, end, text, size);
	if (call && op == OP_MSGCTL && end->object >= 0)
		return of_msgctl(call, end, text, size);
	if (call && op_is_message(op))
		return of_message(call, end, text, size);
	if (call && op_locks_range(op))
		return of_range(call, end, text, size);
	if (call && op == OP_FLOCK)
		return of_flock(call, end, text, size);
	if (op_transfers(op))
		return of_transfer(end, text, size);
	if (op == OP_EXEC)
		return of_exec(end, text, size);
	if (verb && end->object >= 0)
		snprintf(text, size, "%s %s by %s", verb, object_text(end), op_name(op));
	else if (end->object >= 0)
		snprintf(text, size, "does %s on %s", op_name(op), object_text(end));
	else
		snprintf(text, size, "does %s", op_name(op));
	return text;
}

/* Families whose objects are taken: to sleep on one is to want it. */
static bool is_taken(enum family family)
{
	switch (family) {
	case FAMILY_SYSV_SEM:
	case FAMILY_POSIX_SEM:
	case FAMILY_MUTEX:
	case FAMILY_RWLOCK:
	case FAMILY_RECORD_LOCK:
	case FAMILY_OFD_LOCK:
	case FAMILY_FLOCK:
		return true;
	default:
		return false;
	}
}

const char *sentence_of_sleep(const struct event *call, const struct event *event, char *text,
			      size_t size)
{
	enum op op = (enum op)event->op;
	const char *name = op_name(op), *object = object_text(event);
	char range[64];

	if (op == OP_UNKNOWN && event->task < TASKS_MAX && control->tasks[event->task].outside)
		snprintf(text, size, "sleeps, in another program");
	else if (op == OP_UNKNOWN)
		snprintf(text, size, "sleeps in a call that Sabot does not know");
	else if (event->object < 0)
		snprintf(text, size, "sleeps in %s", name);
	else if (call && op_family(op) == FAMILY_SYSV_SEM && call->value < -1)
		snprintf(text, size, "sleeps in %s: it wants %lld of %s", name,
			 -(long long)call->value, object);
	else if (call && op_family(op) == FAMILY_SYSV_SEM && call->value == 0)
		snprintf(text, size, "sleeps in %s: it wants %s at zero", name, object);
	else if (op_locks_range(op))
		snprintf(text, size, "sleeps in %s: it wants %s of %s", name,
			 range_of(event, range, sizeof(range)), object);
	else if (is_taken(op_family(op)))
		snprintf(text, size, "sleeps in %s: it wants %s", name, object);
	else
		snprintf(text, size, "sleeps in %s on %s", name, object);
	return text;
}

static const char *place_of_fault(const struct event *event, const struct plan_fault *plan,
				  char *text, size_t size)
{
	const char *name = op_name((enum op)event->op), *again = plan->again ? " again" : "";

	if (plan->where == PLAN_ASLEEP)
		snprintf(text, size, "asleep%s in %s", again, name);
	else if (plan->where == PLAN_WOKEN)
		snprintf(text, size, "after it was woken%s in %s and before it ran", again, name);
	else if (event->name)
		snprintf(text, size, "at the point \"%s\"", event->name);
	else
		snprintf(text, size, "before %s", name);
	return text;
}

const char *sentence_of_fault(const struct event *event, char *text, size_t size)
{
	const struct shot *shot;
	char place[120], what[80];

	text[0] = '\0';
	if (event->value < 0 || event->value >= control->shot_count)
		return text;
	shot = &control->shots[event->value];
	place_of_fault(event, &shot->plan, place, sizeof(place));
	fault_kinds[shot->plan.kind]->tell(&shot->plan, what, sizeof(what));
	snprintf(text, size, "%s %s", what, place);
	return text;
}

/* A kill takes all threads of a process; only one of them was struck. */
static bool dies_with_others(const struct event *event)
{
	const struct task *task = event->task < TASKS_MAX ? &control->tasks[event->task] : NULL;
	uint32_t i;

	for (i = 0; task && i < control->task_count; i++)
		if (control->tasks[i].process == task->process && &control->tasks[i] != task &&
		    control->tasks[i].state == TASK_DEAD && control->tasks[i].injured)
			return true;
	return false;
}

/* "reads 1 from shared+0x28", "stores 8 bytes at ring+0x40", "updates shared+0x0 atomically". */
static void access_text(const struct event *event, char *text, size_t size)
{
	char name[64];

	window_name(event->detail[0] + WINDOW_BEGIN, name, sizeof(name));
	switch (event->op) {
	case OP_LOAD:
	case OP_ATOMIC_LOAD:
		if (event->detail[1] <= sizeof(event->value))
			snprintf(text, size, "reads %lld from %s", (long long)event->value, name);
		else
			snprintf(text, size, "reads %llu bytes of %s",
				 (unsigned long long)event->detail[1], name);
		break;
	case OP_ATOMIC_UPDATE:
		if (event->detail[1] <= sizeof(event->value))
			snprintf(text, size, "updates %s atomically, where it finds %lld", name,
				 (long long)event->value);
		else
			snprintf(text, size, "updates %s atomically", name);
		break;
	default:
		snprintf(text, size, "stores %llu bytes at %s",
			 (unsigned long long)event->detail[1], name);
		break;
	}
}

const char *sentence_of_event(const struct event *event, char *text, size_t size)
{
	const char *signal = sigabbrev_np((int)event->value);
	char operation[HISTORY_TEXT], place[64];

	text[0] = '\0';
	switch (event->kind) {
	case EVENT_CALL:
		snprintf(text, size, "comes to the point \"%s\"", event->name ? event->name : "");
		break;
	case EVENT_ACCESS:
		access_text(event, text, size);
		break;
	case EVENT_STORE:
		snprintf(text, size, "'s store of %lld to %s arrives", (long long)event->value,
			 window_name(event->detail[0] + WINDOW_BEGIN, place, sizeof(place)));
		break;
	case EVENT_WOKEN:
		snprintf(text, size, "is woken in %s, and does not run yet",
			 op_name((enum op)event->op));
		break;
	case EVENT_MARK:
		snprintf(text, size, "sets its mark to %lld", (long long)event->value);
		break;
	case EVENT_DEATH:
		if (dies_with_others(event))
			snprintf(text, size, "dies with its process");
		else
			snprintf(text, size, "dies of SIG%s", signal ? signal : "?");
		break;
	case EVENT_EXIT:
		if (event->value)
			snprintf(text, size, "ends with status %lld", (long long)event->value);
		else
			snprintf(text, size, "ends");
		break;
	case EVENT_TIMEOUT:
		if (event->task >= TASKS_MAX)
			snprintf(text, size, "lets %s expire", object_text(event));
		else
			snprintf(text, size, "has waited long enough: its %s times out",
				 op_name((enum op)event->op));
		break;
	case EVENT_CONTINUED:
		snprintf(text, size, "is continued");
		break;
	case EVENT_HANDLER:
		snprintf(text, size, "runs its handler of SIG%s", signal ? signal : "?");
		break;
	case EVENT_SPAWN:
		if (event->value >= 0 && event->value < TASKS_MAX)
			snprintf(text, size, "starts %s", control->tasks[event->value].name);
		break;
	case EVENT_OPERATION:
	case EVENT_RESULT:
		snprintf(text, size, "%s %s", event->kind == EVENT_RESULT ? "has done" : "begins",
			 history_event_text(event, operation, sizeof(operation)));
		break;
	default:
		break;
	}
	return text;
}
