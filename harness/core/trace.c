/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trace.h"

#include "core/free.h"
#include "core/history.h"
#include "core/object.h"

#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static const char *const event_names[EVENT_KIND_COUNT] = {
	[EVENT_CALL] = "call",		 [EVENT_RETURN] = "return",
	[EVENT_ASLEEP] = "asleep",	 [EVENT_WOKEN] = "woken",
	[EVENT_SWITCH] = "runs",	 [EVENT_MARK] = "mark",
	[EVENT_FAULT] = "fault",	 [EVENT_DEATH] = "dies",
	[EVENT_EXIT] = "exits",		 [EVENT_TIMEOUT] = "times out",
	[EVENT_STOPPED] = "stopped",	 [EVENT_CONTINUED] = "continued",
	[EVENT_HANDLER] = "handler",	 [EVENT_SPAWN] = "spawns",
	[EVENT_FINDING] = "finding",	 [EVENT_ACCESS] = "accesses",
	[EVENT_STORE] = "store arrives", [EVENT_OPERATION] = "begins",
	[EVENT_RESULT] = "ends",
};

/* Both halves of a product of 128 bits: mixes as well as two rounds of shifts, in a third of the
 * time. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline __attribute__((always_inline)) void mix(uint64_t what, uint64_t value)
{
	control->trace_hash =
		random_rotate_(control->trace_hash, 23) ^
		fold(what ^ RANDOM_GOLDEN, value ^ control->trace_hash ^ TRACE_HASH_KEY);
}

/* In free mode events come in no order that another run would have: there is nothing to compare. */
static void hash(uint64_t what, uint64_t value)
{
	if (!free_on())
		mix(what, value);
}

static uint64_t what_of(unsigned kind, unsigned task, unsigned op, uint32_t number)
{
	return kind | (uint64_t)task << 8 | (uint64_t)op << 16 | (uint64_t)number << 32;
}

/* An access is known by its place in shared memory, which is the same on every machine. */
static uint64_t value_of(int64_t value, unsigned op, uint64_t offset)
{
	return (uint64_t)value + (op >= OP_LOAD && op <= OP_FENCE ? offset << 8 : 0);
}

/*
 * `what` is what the event begins with, and not read back from there: a load that joins several
 * stores just made waits for all of them.
 */
static inline __attribute__((always_inline)) uint64_t hashed_value(const struct event *event,
								   uint64_t what)
{
	return value_of(event->value, (unsigned)(what >> 16) & UINT16_MAX, event->detail[0]) +
	       (uint64_t)(uint16_t)event->object * 0x10001u +
	       ((uint64_t)(uint16_t)event->error << 48);
}

static inline __attribute__((always_inline)) void hash_event(struct event *event, uint64_t what)
{
	hash(what, hashed_value(event, what));
	event->hash = control->trace_hash;
}

void trace_quiet(enum op op, const struct task *task, int64_t size, uint64_t offset)
{
	hash(what_of(EVENT_CALL, (unsigned)task_number(task), op, task->op),
	     (uint64_t)size + (offset << 8) + UINT64_C(0xffff) * 0x10001u);
}

static uint32_t next_number(void)
{
	if (free_on())
		return __atomic_fetch_add(&control->event_count, 1, __ATOMIC_SEQ_CST);
	return control->event_count++;
}

/* Read before it is written: the fault of a read maps the pages around it as well, that of a write
 * one. */
static inline __attribute__((always_inline)) struct event *event_at(uint32_t number,
								    struct event *spare)
{
	struct event *event;

	if (number >= EVENTS_MAX)
		return spare;
	event = &control->events[number];
	(void)*(volatile const uint8_t *)&event->kind;
	return event;
}

static struct event *next_event(struct event *spare)
{
	return event_at(next_number(), spare);
}

/* Returns what_of() the event. */
static inline __attribute__((always_inline)) uint64_t
fill(struct event *event, enum event_kind kind, const struct task *task, const struct call *call)
{
	unsigned who = task ? (unsigned)task_number(task) : UINT8_MAX;
	unsigned op = call ? call->op : OP_NONE;
	uint32_t number = task ? task->op : 0;

	event->kind = (uint8_t)kind;
	event->task = (uint8_t)who;
	event->op = (uint16_t)op;
	event->number = number;
	event->object = call ? (int16_t)call->object : -1;
	event->error = 0;
	event->asks = call ? call->asks : 0;
	event->value = 0;
	event->site = call ? call->site : 0;
	event->name = call ? call->name : NULL;
	event->detail[0] = call ? call->detail[0] : 0;
	event->detail[1] = call ? call->detail[1] : 0;
	return what_of((uint8_t)kind, who, (uint16_t)op, number);
}

/*
 * Of the memory that the tasks share; 0 if they share more than is looked at here, or do not have
 * it, as programs. What they store there is seen all the same where the code has memory points.
 */
static __attribute__((noinline, cold)) uint64_t memory_state(void)
{
	if (control->program.expected || (control->more_memory && !control->accesses))
		return 0;
	return XXH3_64bits(control->shared, control->shared_size);
}

void trace_event(enum event_kind kind, const struct task *task, int64_t value)
{
	struct event spare, *event = next_event(&spare);
	uint64_t what;

	what = fill(event, kind, task, task ? &task->call : NULL);
	event->value = value;
	event->state = 0;
	hash_event(event, what);
}

void trace_arrival(const struct task *task)
{
	struct event spare, *event = event_at(control->event_count++, &spare);
	uint64_t what;

	what = fill(event, EVENT_CALL, task, &task->call);
	event->value = task->call.amount;
	event->state = control->fingerprint ? memory_state() : 0;
	mix(what, hashed_value(event, what));
	event->hash = control->trace_hash;
}

void trace_access(const struct task *task, int64_t value)
{
	struct event spare, *event = next_event(&spare);

	(void)fill(event, EVENT_ACCESS, task, &task->call);
	event->value = value;
	event->state = 0;
	event->hash = control->trace_hash;
}

void trace_store(const struct task *task, uint64_t offset, int64_t value, size_t size)
{
	struct event spare, *event = next_event(&spare);
	uint64_t what;

	what = fill(event, EVENT_STORE, task, NULL) | (uint64_t)OP_STORE << 16;
	event->op = OP_STORE;
	event->value = value;
	event->detail[0] = offset;
	event->detail[1] = size;
	event->state = 0;
	hash_event(event, what);
}

void trace_object(enum event_kind kind, int object, int64_t value)
{
	struct event spare, *event = next_event(&spare);
	uint64_t what;

	what = fill(event, kind, NULL, NULL);
	event->object = (int16_t)object;
	event->value = value;
	event->state = 0;
	hash_event(event, what);
}

void trace_return(const struct task *task, const struct call *call, int64_t result, int error)
{
	struct event spare, *event = next_event(&spare);
	uint64_t what;

	what = fill(event, EVENT_RETURN, task, call);
	event->value = result;
	event->error = (int16_t)error;
	hash_event(event, what);
}

uint32_t trace_operation(enum event_kind kind, const struct task *task, uint32_t operation,
			 uintptr_t site)
{
	const struct history_operation *from = &control->history.operations[operation];
	struct event spare, *event;
	uint32_t number = next_number();
	uint64_t what;

	event = event_at(number, &spare);
	what = fill(event, kind, task, NULL) | (uint64_t)OP_OPERATION << 16;
	event->op = OP_OPERATION;
	event->value = kind == EVENT_OPERATION ? from->told.argument : from->told.result;
	event->site = site;
	event->detail[0] = operation;
	event->state = 0;
	hash_event(event, what);
	hash((uint64_t)from->history << 32 | (uint32_t)from->told.what,
	     (uint64_t)from->told.second);
	event->hash = control->trace_hash;
	return number;
}

uint32_t trace_count(void)
{
	return control->event_count < EVENTS_MAX ? control->event_count : EVENTS_MAX;
}

const char *trace_line(const struct event *event, char *text, size_t size)
{
	const char *who = event->task < TASKS_MAX ? control->tasks[event->task].name : "-";
	const char *kind = event->kind < EVENT_KIND_COUNT ? event_names[event->kind] : "?";
	char object[64] = "", operation[HISTORY_TEXT];
	const char *name = event->name;
	int used;

	if (event->object >= 0)
		snprintf(object, sizeof(object), " %s", object_label_to_compare(event->object));
	if (event->op == OP_OPERATION)
		name = history_event_text(event, operation, sizeof(operation));
	used = snprintf(text, size, "%s %u %s%s%s%s %s", who, event->number,
			op_name((enum op)event->op), name ? ":" : "", name ? name : "", object,
			kind);
	/* What memory holds may be a number that the kernel has chosen. */
	if (event->kind != EVENT_ACCESS && used > 0 && (size_t)used < size)
		used += snprintf(text + used, size - (size_t)used, " %lld",
				 (long long)event->value);
	if (event->error && used > 0 && (size_t)used < size)
		snprintf(text + used, size - (size_t)used, " error %d", event->error);
	return text;
}
