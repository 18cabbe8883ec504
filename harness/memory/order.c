/* SPDX-License-Identifier: Apache-2.0 */
/* What orders what: atomic operations by their memory order, calls by what they are. */
#include "memory/race.h"
#include "memory/vector.h"

/* As compilers number memory orders. */
static bool acquires(int order)
{
	return order == __ATOMIC_ACQUIRE || order == __ATOMIC_CONSUME ||
	       order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

static bool releases(int order)
{
	return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

/* ---- Atomic operations --------------------------------------------------------------------- */

void race_load(struct task *task, uintptr_t address, int order)
{
	const struct vector *vector = vector_of_location(address, false);

	if (!vector)
		return;
	if (acquires(order))
		vector_acquire(task, vector);
	else
		vector_join(&CLOCKS->acquirable[task_number(task)], vector);
}

/* Of a relaxed store or update: what a release fence before it has set free. */
static void pass_fenced(const struct task *task, struct vector *to)
{
	int at = task_number(task);

	if (CLOCKS->fenced[at])
		vector_join(to, &CLOCKS->released[at]);
}

static void pass_on(const struct task *task, int order, struct vector *to)
{
	if (releases(order))
		vector_release(task, to);
	else
		pass_fenced(task, to);
}

void race_store(struct task *task, uintptr_t address, int order)
{
	pass_on(task, order, vector_of_store(task, address));
}

void race_store_waits(struct task *task, unsigned slot, int order)
{
	struct vector *waiting = &CLOCKS->waiting[task_number(task)][slot];

	*waiting = (struct vector){ { 0 } };
	pass_on(task, order, waiting);
}

void race_store_arrives(const struct task *task, uintptr_t address, unsigned slot)
{
	if (control->race.on)
		vector_join(vector_of_store(task, address),
			    &CLOCKS->waiting[task_number(task)][slot]);
}

/* An update goes on with the release sequence of what it read. */
void race_update(struct task *task, uintptr_t address, int order)
{
	struct vector *vector = vector_of_location(address, true);

	if (acquires(order))
		vector_acquire(task, vector);
	else
		vector_join(&CLOCKS->acquirable[task_number(task)], vector);
	pass_on(task, order, vector);
}

void race_fence(struct task *task, int order)
{
	int at = task_number(task);

	if (acquires(order))
		vector_acquire(task, &CLOCKS->acquirable[at]);
	if (!releases(order))
		return;
	CLOCKS->released[at] = CLOCKS->tasks[at];
	CLOCKS->fenced[at] = true;
	vector_tick(task);
}

/* ---- Calls --------------------------------------------------------------------------------- */

enum { TAKES = 1, GIVES = 2, BOTH = TAKES | GIVES };

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
		return call->amount > 0 ? GIVES : TAKES;
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

static bool sends_signal(enum op op)
{
	return op == OP_KILL || op == OP_THREAD_CANCEL;
}

static bool takes_signal(enum op op)
{
	return op_family(op) == FAMILY_SIGNAL;
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
}

static void take_from_dead(const struct task *task, bool children)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (task_is_over(&control->tasks[i]) &&
		    (!children || control->tasks[i].parent >= 0))
			vector_acquire(task, &CLOCKS->tasks[i]);
}

void race_after(struct task *task, const struct call *call)
{
	int mutex = mutex_of(call);

	if (call->object >= 0 && (direction(call) & TAKES))
		vector_acquire(task, vector_of_object(call->object));
	if (mutex >= 0)
		vector_acquire(task, vector_of_object(mutex));
	if (takes_signal(call->op))
		vector_acquire(task, &CLOCKS->signals);
	if (call->op == OP_WAIT || call->op == OP_THREAD_JOIN)
		take_from_dead(task, true);
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

void race_gone(const struct task *task)
{
	take_from_dead(task, false);
}

void race_died(const struct task *task)
{
	int at = task_number(task);
	uint32_t i;

	for (i = 0; i < control->object_count; i++) {
		const struct object *object = &control->objects[i];

		if (object->owner == at || object->held[at])
			vector_release(task, vector_of_object((int)i));
	}
}
