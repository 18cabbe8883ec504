/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks that live in memory. The futex that the sleeper is in and the lock's own words tell the
 * truth even where no interceptor saw who took it; layouts are those of glibc 2.36 on x86-64.
 */
#include "check/graph_look.h"

#include "core/object.h"

#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>

enum {
	KIND_ROBUST = 16,
	KIND_PRIO_INHERIT = 32,
	RWLOCK_WRITER = 2,
	RWLOCK_READER_SHIFT = 3,
	COND_SIGNALS =
		40, /* offset of the words that waiters sleep on; those before are internal */
};

static bool covers(const struct object *object, uintptr_t address)
{
	return address - object->key[0] < object_size(object->family);
}

/* The object in which the sleeper's futex lies, or -1. */
static int object_slept_on(const struct look *look)
{
	uint64_t space = (uint64_t)look->task->process + 2;
	uint32_t i;

	if (look->number != SYS_futex)
		return -1;
	for (i = 0; i < control->object_count; i++) {
		const struct object *object = &control->objects[i];

		if ((object->key[1] == 0 || object->key[1] == space) &&
		    covers(object, look->arguments[0]))
			return (int)i;
	}
	return -1;
}

static uint64_t task_by_tid(int tid)
{
	uint64_t found = 0;
	uint32_t i;

	for (i = 0; tid > 0 && i < control->task_count; i++)
		if (control->tasks[i].tid == tid)
			found = task_bit((int)i);
	return found;
}

static void mutex(struct graph_edge *edge, const struct look *look)
{
	struct {
		uint32_t lock, count;
		int owner;
		uint32_t users;
		int kind;
	} words;
	uint64_t by_word = 0;

	edge->how = GRAPH_HELD;
	edge->holders = graph_logged(edge->object);
	if (!graph_peek(look->task, control->objects[edge->object].key[0], &words, sizeof(words)))
		return;
	if ((words.lock & FUTEX_TID_MASK) == 0) {
		edge->holders = 0;
		edge->free = true;
		return;
	}
	by_word = task_by_tid(words.kind & (KIND_ROBUST | KIND_PRIO_INHERIT)
				      ? (int)(words.lock & FUTEX_TID_MASK)
				      : words.owner);
	if (by_word)
		edge->holders = by_word;
}

static void semaphore(struct graph_edge *edge, const struct look *look)
{
	uintptr_t at = control->objects[edge->object].key[0];
	uint32_t value;
	bool known;

	if (look->number == SYS_futex)
		at = look->arguments[0];
	else if (at - SHARED_ADDRESS >= control->shared_size)
		at = 0; /* a named one, known by what is not an address */
	known = at && graph_peek(look->task, at, &value, sizeof(value));
	edge->free = known && value > 0;
	graph_permits(edge, known ? (int64_t)value : -1);
}

static uint64_t others_in(const struct graph_edge *edge, bool (*in)(enum op op))
{
	uint64_t tasks = 0;
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if ((int)i != edge->task && task->state == TASK_ASLEEP &&
		    task->call.object == edge->object && in(task->call.op))
			tasks |= task_bit((int)i);
	}
	return tasks;
}

static bool op_writes(enum op op)
{
	return op == OP_RWLOCK_WRLOCK || op == OP_RWLOCK_TIMEDWRLOCK;
}

static void rwlock(struct graph_edge *edge, const struct look *look)
{
	uint64_t writers = others_in(edge, op_writes);
	uint32_t readers;

	edge->how = GRAPH_HELD;
	edge->holders = graph_logged(edge->object);
	/* Readers let readers in, unless a writer is in line before them. */
	if (edge->holders && control->objects[edge->object].owner < 0 && !op_writes(edge->op) &&
	    writers) {
		edge->how = GRAPH_AHEAD;
		edge->holders = writers;
	}
	if (edge->holders)
		return;
	if (graph_peek(look->task, control->objects[edge->object].key[0], &readers,
		       sizeof(readers)))
		edge->free = !(readers & RWLOCK_WRITER) && readers >> RWLOCK_READER_SHIFT == 0;
	edge->holders = graph_dead_inside(edge->object);
	if (edge->holders)
		edge->how = GRAPH_INSIDE;
	else
		graph_anybody(edge);
}

static bool op_arrives(enum op op)
{
	return op == OP_BARRIER_WAIT;
}

static void barrier(struct graph_edge *edge, const struct look *look)
{
	uint64_t inside = graph_dead_inside(edge->object), over;
	uint64_t here = others_in(edge, op_arrives) | task_bit(edge->task);
	uint64_t could = graph_living() & ~here;
	int arrived = __builtin_popcountll(here | inside);
	struct {
		uint32_t in, round, count;
	} words;
	uint32_t i;

	if (edge->op == OP_BARRIER_DESTROY) {
		edge->how = GRAPH_INSIDE;
		edge->holders = inside;
		return;
	}
	graph_anybody(edge);
	edge->holders = could;
	if (!graph_peek(look->task, control->objects[edge->object].key[0], &words, sizeof(words)) ||
	    !words.count)
		return;
	snprintf(edge->part, sizeof(edge->part), "(%d of %u arrived)", arrived, words.count);
	if (arrived + __builtin_popcountll(could) >= (int)words.count)
		return;
	for (i = 0, over = 0; i < control->task_count; i++)
		if (control->tasks[i].state == TASK_DEAD)
			over |= task_bit((int)i);
	if (over & ~inside) {
		edge->how = GRAPH_UNARRIVED;
		edge->holders = over & ~inside;
	}
}

static void condition(struct graph_edge *edge, const struct look *look)
{
	const struct object *object = &control->objects[edge->object];
	uintptr_t at = look->number == SYS_futex ? look->arguments[0] : 0;
	bool waits = edge->op == OP_COND_WAIT || edge->op == OP_COND_TIMEDWAIT;
	int mutex_object = waits ? (int)look->task->call.detail[0] - 1 : -1;

	if (at && !covers(object, at)) {
		if (mutex_object < 0 || !covers(&control->objects[mutex_object], at))
			mutex_object = object_slept_on(look);
		if (mutex_object >= 0 && control->objects[mutex_object].family == FAMILY_MUTEX) {
			edge->returning = true;
			edge->object = mutex_object;
			mutex(edge, look);
			return;
		}
	}
	/* What is not a wait for a signal is one for those whom the variable still counts. */
	edge->holders = graph_dead_inside(edge->object);
	edge->how = GRAPH_INSIDE;
	if ((waits && (!at || at - object->key[0] >= COND_SIGNALS)) || !edge->holders)
		graph_anybody(edge);
}

static void spinlock(struct graph_edge *edge)
{
	edge->how = GRAPH_HELD;
	edge->holders = graph_logged(edge->object);
	if (!edge->holders)
		graph_anybody(edge);
}

/*
 * A bare futex has no owner, but a priority-inheriting one. The kernel compares the word only when
 * the sleep begins: who sleeps on although it has changed since was not told.
 */
static void futex(struct graph_edge *edge, const struct look *look)
{
	const struct call *call = &look->task->call;
	uint32_t word, wanted = (uint32_t)call->amount;

	graph_anybody(edge);
	if (!graph_peek(look->task, call->detail[1], &word, sizeof(word)))
		return;
	if (edge->op == OP_FUTEX_LOCK_PI) {
		edge->how = GRAPH_HELD;
		edge->holders = task_by_tid((int)(word & FUTEX_TID_MASK));
		edge->free = !(word & FUTEX_TID_MASK);
		return;
	}
	/* One that was moved waits at another word by now. */
	if (call->detail[0])
		snprintf(edge->part, sizeof(edge->part), "while it is %u, or for %s", wanted,
			 object_label((int)call->detail[0] - 1));
	else if (word == wanted)
		snprintf(edge->part, sizeof(edge->part), "while it is %u", wanted);
	else
		snprintf(edge->part, sizeof(edge->part), "while it is %u (it is %u)", wanted, word);
	edge->free = word != wanted && !call->detail[0];
}

void graph_look_memory(struct graph_edge *edge, const struct look *look)
{
	if (edge->object < 0)
		edge->object = object_slept_on(look);
	if (edge->object < 0) {
		snprintf(edge->name, sizeof(edge->name), "%s",
			 edge->spins ? "a change of memory" : "a futex");
		graph_anybody(edge);
		return;
	}
	switch (control->objects[edge->object].family) {
	case FAMILY_MUTEX:
		mutex(edge, look);
		break;
	case FAMILY_POSIX_SEM:
		semaphore(edge, look);
		break;
	case FAMILY_RWLOCK:
		rwlock(edge, look);
		break;
	case FAMILY_BARRIER:
		barrier(edge, look);
		break;
	case FAMILY_COND:
		condition(edge, look);
		break;
	case FAMILY_FUTEX:
		futex(edge, look);
		break;
	default:
		spinlock(edge);
		break;
	}
}
