/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/coordinates.h"

#include "core/fault.h"
#include "core/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACCESSES_MAX = 64 /* of each task, in free mode */ };

_Static_assert(SABOT_KILL == PLAN_KILL + 1 && SABOT_ALLOC == PLAN_ALLOC + 1 &&
		       PLAN_ALLOC + 1 == PLAN_FAULT_KIND_COUNT,
	       "the kinds of faults of cases are those of plans, after none");

enum plan_fault_kind coordinates_kind(const struct sabot_fault *fault)
{
	return (enum plan_fault_kind)(fault->kind - 1);
}

void coordinates_aim(struct plan_fault *shot, const struct sabot_fault *fault,
		     const struct coordinate *at)
{
	memset(shot, 0, sizeof(*shot));
	shot->kind = coordinates_kind(fault);
	shot->signo = fault->kind == SABOT_SIGNAL ? fault->signo : 0;
	shot->op = at->op;
	shot->where = at->where;
	shot->again = at->again;
	shot->value = at->value;
	shot->lasting = at->lasting;
	snprintf(shot->victim, sizeof(shot->victim), "%s", at->victim);
	snprintf(shot->call, sizeof(shot->call), "%s", op_name(at->kind));
}

static bool is_victim(const struct sabot_fault *fault, const struct task *task)
{
	/* What a task forked has no role's body to start again with. */
	if (fault->kind == SABOT_RESTART && task->parent >= 0)
		return false;
	if (fault->who && strcmp(fault->who, task->name))
		return false;
	return !fault->role || !strcmp(fault->role, SABOT_ANY_ROLE) ||
	       !strcmp(fault->role, control->scenario->roles[task->role].name);
}

static bool is_place(const struct sabot_fault *fault, const struct event *event,
		     enum plan_where where)
{
	if (fault->where && !(fault->where & (1u << where)))
		return false;
	return !fault->point ||
	       (where == PLAN_AT_POINT && event->name && !strcmp(event->name, fault->point));
}

/* How often the task was in this state in this operation before: a large transfer sleeps often. */
static uint32_t times_before(const struct event *event)
{
	const struct event *earlier;
	uint32_t times = 0;

	if (event->kind == EVENT_CALL)
		return 0;
	for (earlier = event; earlier-- > control->events;) {
		if (earlier->task != event->task)
			continue;
		if (earlier->number != event->number || earlier->kind == EVENT_CALL)
			break;
		if (earlier->kind == event->kind)
			times++;
	}
	return times;
}

static uint64_t place_of(const struct event *event, const struct coordinate *coordinate)
{
	uint64_t what = random_join(event->op, control->tasks[event->task].role);

	what = random_join(random_join(what, event->site), (uint64_t)coordinate->where);
	return random_join(what, (uint64_t)(uint32_t)coordinate->value << 1 | coordinate->lasting);
}

static void add_one(struct coordinates *coordinates, const struct event *event,
		    enum plan_where where, const struct plan_fault *way, unsigned number)
{
	const struct task *task = &control->tasks[event->task];
	struct coordinate *coordinate;

	if (coordinates->count == COORDINATES_MAX)
		return;
	coordinate = &coordinates->list[coordinates->count++];
	snprintf(coordinate->victim, sizeof(coordinate->victim), "%s", task->name);
	coordinate->role = control->scenario->roles[task->role].name;
	coordinate->site = event->site;
	coordinate->op = event->number;
	coordinate->kind = (enum op)event->op;
	coordinate->again = times_before(event);
	coordinate->where = where;
	coordinate->value = way->value;
	coordinate->lasting = way->lasting;
	coordinate->key =
		random_join(random_join(event->hash, task->name_hash), (uint64_t)where + 1);
	if (number)
		coordinate->key = random_join(coordinate->key, number);
	coordinate->place = place_of(event, coordinate);
}

static void add(struct coordinates *coordinates, const struct sabot_fault *fault,
		const struct event *event, enum plan_where where)
{
	const struct fault_kind *kind = fault_kinds[coordinates_kind(fault)];
	struct plan_fault way = { 0 };
	unsigned number;

	if ((kind->in_call && where != PLAN_AT_POINT) ||
	    (kind->places && !(kind->places >> where & 1)))
		return;
	if (!kind->variant)
		add_one(coordinates, event, where, &way, 0);
	for (number = 0; kind->variant && kind->variant(event, fault, number, &way); number++)
		add_one(coordinates, event, where, &way, number);
}

/* What is to be known of a task to see whether its next point differs from its last for a survivor.
 */
struct last_point {
	bool known;
	uint32_t event;
	uint64_t state;
};

/* Whether a survivor could tell by other things than the scenario's shared memory. */
static bool is_seen(const struct event *event)
{
	if (event->kind == EVENT_MARK)
		return false;
	if (op_family((enum op)event->op) == FAMILY_MEMORY &&
	    event->detail[0] < control->shared_size)
		return false;
	return !(op_flags((enum op)event->op) & OP_PURE);
}

/*
 * Between two points of a task, with nobody else in between, only pure steps, and the shared memory
 * is the same: a death at either leaves the same behind. (Marks of the dead are forgotten, so they
 * do not count.)
 */
static bool is_same_place(const struct last_point *last, uint32_t now)
{
	const struct event *events = control->events;
	uint32_t i;

	if (!last->known || last->state != events[now].state)
		return false;
	for (i = last->event; i < now; i++) {
		if (events[i].task != events[now].task || is_seen(&events[i]))
			return false;
	}
	return true;
}

static void visit(struct coordinates *coordinates, const struct sabot_fault *fault, uint32_t i,
		  struct last_point *last)
{
	const struct event *event = &control->events[i];

	switch (event->kind) {
	case EVENT_CALL:
		if (is_place(fault, event, PLAN_AT_POINT) &&
		    (fault_kinds[coordinates_kind(fault)]->variant ||
		     !(last->state && !fault->point && is_same_place(last, i))))
			add(coordinates, fault, event, PLAN_AT_POINT);
		*last = (struct last_point){ true, i, event->state };
		break;
	case EVENT_ASLEEP:
		if (is_place(fault, event, PLAN_ASLEEP))
			add(coordinates, fault, event, PLAN_ASLEEP);
		break;
	case EVENT_WOKEN:
		/* Without the gate the woken runs on by itself: nothing can strike it there. */
		if (control->gated && is_place(fault, event, PLAN_WOKEN))
			add(coordinates, fault, event, PLAN_WOKEN);
		break;
	default:
		break;
	}
}

static uint32_t after_last_fault(void)
{
	uint32_t i, start = 0;

	for (i = 0; i < trace_count(); i++)
		if (control->events[i].kind == EVENT_FAULT)
			start = i;
	return start;
}

void coordinates_collect(struct coordinates *coordinates, const struct sabot_fault *fault,
			 bool after_fault)
{
	struct last_point last[TASKS_MAX];
	uint32_t i = after_fault ? after_last_fault() : 0;

	memset(last, 0, sizeof(last));
	coordinates->count = 0;
	for (; i < trace_count(); i++) {
		const struct event *event = &control->events[i];

		if (event->task < TASKS_MAX && is_victim(fault, &control->tasks[event->task]))
			visit(coordinates, fault, i, &last[event->task]);
	}
}

/* ---- In free mode ---------------------------------------------------------------------------- */

/* The how many-th of its kind it is for its task: numbers of operations differ from run to run. */
static uint64_t place_key(uint32_t at)
{
	const struct event *event = &control->events[at];
	uint64_t key = event->op;
	uint32_t i;

	for (i = 0; i < at; i++)
		if (control->events[i].kind == EVENT_CALL &&
		    control->events[i].task == event->task && control->events[i].op == event->op &&
		    control->events[i].name == event->name)
			key += 1u << 16;
	return event->name ? random_join(key, random_text_hash(event->name)) : key;
}

static void add_free(struct coordinates *coordinates, const struct sabot_fault *fault, uint32_t at,
		     enum plan_where where)
{
	size_t i = coordinates->count;

	if (is_place(fault, &control->events[at], where))
		add(coordinates, fault, &control->events[at], where);
	for (; i < coordinates->count; i++)
		coordinates->list[i].key = random_join(place_key(at), (uint64_t)where);
}

static void add_accesses(struct coordinates *coordinates, const struct sabot_fault *fault,
			 const struct task *task)
{
	const struct plan_fault way = { 0 };
	uint32_t number, step = task->op / ACCESSES_MAX + 1;

	for (number = 1; number <= task->op; number += step) {
		struct event access = { .task = (uint8_t)task_number(task), .number = number };

		access.hash = number;
		if (is_place(fault, &access, PLAN_AT_POINT))
			add_one(coordinates, &access, PLAN_AT_POINT, &way, 0);
	}
}

void coordinates_collect_free(struct coordinates *coordinates, const struct sabot_fault *fault)
{
	uint32_t i;

	coordinates->count = 0;
	for (i = 0; i < trace_count(); i++) {
		const struct event *event = &control->events[i];

		if (event->kind != EVENT_CALL || event->task >= TASKS_MAX ||
		    !is_victim(fault, &control->tasks[event->task]))
			continue;
		add_free(coordinates, fault, i, PLAN_AT_POINT);
		if (op_flags((enum op)event->op) & OP_BLOCKS)
			add_free(coordinates, fault, i, PLAN_ASLEEP);
	}
	if (!control->accesses || fault_kinds[coordinates_kind(fault)]->variant)
		return;
	for (i = 0; i < control->task_count; i++)
		if (is_victim(fault, &control->tasks[i]))
			add_accesses(coordinates, fault, &control->tasks[i]);
}

/* ---- Sets of keys ---------------------------------------------------------------------------- */

static bool put(uint64_t *slots, size_t size, uint64_t key)
{
	size_t at = (size_t)(key % size);

	for (; slots[at]; at = (at + 1) % size)
		if (slots[at] == key)
			return false;
	slots[at] = key;
	return true;
}

static bool grow(struct coordinate_set *set)
{
	size_t size = set->size ? set->size * 2 : 1024, i;
	uint64_t *slots = calloc(size, sizeof(*slots));

	if (!slots)
		return false;
	for (i = 0; i < set->size; i++)
		if (set->slots[i])
			(void)put(slots, size, set->slots[i]);
	free(set->slots);
	set->slots = slots;
	set->size = size;
	return true;
}

bool coordinate_set_add(struct coordinate_set *set, uint64_t key)
{
	if (set->count * 2 >= set->size && !grow(set))
		return false;
	if (!put(set->slots, set->size, key ? key : 1))
		return false;
	set->count++;
	return true;
}

void coordinate_set_free(struct coordinate_set *set)
{
	free(set->slots);
	memset(set, 0, sizeof(*set));
}
