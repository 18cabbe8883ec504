/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has the permits of a semaphore. No kernel knows; our log knows who took more than it gave.
 * Whether that is a holder depends on what the semaphore is for: a lock is given back by whoever
 * took it, a signal is given by others. Somebody who gave what it never took shows that it is a
 * signal.
 */
#include "check/graph_look.h"
#include "core/trace.h"

#include <sys/sem.h>

/* What of the log concerns one semaphore. */
struct permits {
	uint64_t takers, givers; /* took more than they gave; gave more than they took */
	int64_t taken;
	uint64_t died_with_one; /* of the takers: the kernel gave it to them, they never ran */
};

static struct permits count(const struct graph_edge *edge)
{
	const struct object *object = &control->objects[edge->object];
	struct permits permits = { 0 };
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		if (object->held[i] > 0) {
			permits.takers |= task_bit((int)i);
			permits.taken += object->held[i];
		} else if (object->held[i] < 0) {
			permits.givers |= task_bit((int)i);
		}
	}
	/* Only SysV semaphores hand over in the waker's call; others leave the sleeper to take. */
	if (object->family == FAMILY_SYSV_SEM)
		permits.died_with_one = graph_dead_woken(edge->object);
	return permits;
}

/* Whether anybody ever gave to the semaphore: when no giver stands out, they gave back. */
static bool was_given_back(int object)
{
	uint32_t i;

	for (i = 0; i < trace_count(); i++) {
		const struct event *event = &control->events[i];

		if (event->kind == EVENT_CALL && event->object == object &&
		    (event->op == OP_SEM_POST ||
		     (op_family((enum op)event->op) == FAMILY_SYSV_SEM && event->op != OP_SEMCTL &&
		      event->value > 0)))
			return true;
	}
	return false;
}

static void as_signal(struct graph_edge *edge, const struct permits *permits)
{
	uint64_t living = permits->givers & graph_living() & ~task_bit(edge->task);

	graph_anybody(edge);
	if (living) {
		edge->holders = living;
	} else if (!(permits->givers & graph_living())) {
		edge->how = GRAPH_POSTED;
		edge->holders = permits->givers;
	}
}

void graph_permits(struct graph_edge *edge, int64_t value)
{
	struct permits permits = count(edge);
	uint64_t others = permits.takers & ~task_bit(edge->task);
	int64_t total = permits.taken + (value > 0 ? value : 0);

	if (edge->free) {
		edge->holders = 0;
		return;
	}
	if (permits.died_with_one && !(permits.takers & graph_living())) {
		edge->how = GRAPH_GIVEN;
		edge->holders = permits.died_with_one;
		return;
	}
	if (permits.givers) {
		as_signal(edge, &permits);
		return;
	}
	/* Of several permits the waiter has all: others give them, as far as can be told. */
	if (!permits.takers || (!others && total > 1)) {
		graph_anybody(edge);
		return;
	}
	edge->holders = others ? others : permits.takers;
	edge->how =
		total <= 1 || (others && was_given_back(edge->object)) ? GRAPH_HELD : GRAPH_MAYBE;
}

/*
 * An array of operations is announced by the first that takes; the kernel may have it wait for a
 * later one: that semaphore counts a waiter and has too little. `numbers` has a bit for each.
 */
static bool find_later(struct graph_edge *edge, int id, uint64_t numbers)
{
	const int announced = edge->object;
	uint32_t i;

	for (i = 0; i < control->object_count; i++) {
		const struct object *object = &control->objects[i];
		int number = (int)object->key[1];

		if (object->family != FAMILY_SYSV_SEM || (int)object->key[0] != id ||
		    (int)i == announced || (number < 64 && !(numbers >> number & 1)) ||
		    semctl(id, number, GETNCNT) <= 0 || semctl(id, number, GETVAL) > 0)
			continue;
		edge->object = (int)i;
		edge->amount = -1;
		return true;
	}
	return false;
}

void graph_look_sysv(struct graph_edge *edge)
{
	const struct object *object = edge->object >= 0 ? &control->objects[edge->object] : NULL;
	int value;

	if (!object) {
		graph_anybody(edge);
		return;
	}
	value = semctl((int)object->key[0], (int)object->key[1], GETVAL);
	if (value >= 0 && edge->amount == 0 && value > 0) {
		graph_anybody(edge);
		snprintf(edge->part, sizeof(edge->part), "to be zero");
		return;
	}
	if (value >= 0 && value >= -edge->amount) {
		if (find_later(edge, (int)object->key[0],
			       control->tasks[edge->task].call.detail[1]))
			value = semctl((int)control->objects[edge->object].key[0],
				       (int)control->objects[edge->object].key[1], GETVAL);
		else
			edge->free = true;
	}
	graph_permits(edge, value);
}
