/* SPDX-License-Identifier: Apache-2.0 */
#include "core/object.h"

#include "core/free.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Of object_at(): the second key of what a task's process has for itself. */
enum { SPACE_FIRST = 2 };

static int add(enum family family, uint64_t key0, uint64_t key1)
{
	uint32_t at = control->object_count;
	struct object *object;

	if (at == OBJECTS_MAX)
		return -1;
	object = &control->objects[at];
	object->family = family;
	object->key[0] = key0;
	object->key[1] = key1;
	object->number = control->family_objects[family]++;
	object->owner = -1;
	control->object_count++;
	return (int)at;
}

/* The slot that holds the object's index + 1, or the free one that would. */
static uint16_t *slot_of(enum family family, uint64_t key0, uint64_t key1)
{
	const uint32_t slots = OBJECTS_MAX * 2;
	uint64_t hash = random_mix(key0 * 3 + random_mix(key1 + (uint64_t)family));
	uint32_t slot;

	for (slot = (uint32_t)(hash % slots);; slot = (slot + 1) % slots) {
		uint16_t *index = &control->object_index[slot];
		const struct object *object;

		if (__atomic_load_n(index, __ATOMIC_ACQUIRE) == 0)
			return index;
		object = &control->objects[*index - 1];
		if (object->family == family && object->key[0] == key0 && object->key[1] == key1)
			return index;
	}
}

int object_find(enum family family, uint64_t key0, uint64_t key1)
{
	uint16_t *index = slot_of(family, key0, key1);
	bool before;

	if (*index)
		return *index - 1;
	before = free_lock();
	if (free_on())
		index = slot_of(family, key0, key1); /* somebody may have come first */
	if (*index == 0)
		__atomic_store_n(index, (uint16_t)(add(family, key0, key1) + 1), __ATOMIC_RELEASE);
	free_unlock(before);
	return *index - 1;
}

int object_seek(enum family family, uint64_t key0, uint64_t key1)
{
	return *slot_of(family, key0, key1) - 1;
}

void object_retire(int object)
{
	if (object < 0)
		return;
	control->objects[object].key[0] = UINT64_MAX;
	control->objects[object].key[1] = UINT64_MAX;
}

int object_at(enum family family, const void *address)
{
	uint64_t key = (uint64_t)(uintptr_t)address;
	uint64_t space = 0;
	int object;

	if (key - SHARED_ADDRESS >= control->shared_size)
		space = task_self ? (uint64_t)task_self->process + SPACE_FIRST : 1;
	object = object_find(family, key, space);
	if (object >= 0 && !space)
		object_name(object, "shared+0x%llx", (unsigned long long)(key - SHARED_ADDRESS));
	return object;
}

/* Keys of processes are small, and those of mappings are not: see mapping_key(). */
bool object_is_private(const struct object *object)
{
	return object_size(object->family) && object->key[1] >= SPACE_FIRST &&
	       object->key[1] < SPACE_FIRST + TASKS_MAX;
}

void object_program_ended(const struct task *task)
{
	uint32_t i;

	for (i = 0; i < control->object_count; i++) {
		const struct object *o = &control->objects[i];

		if (!object_is_private(o) || o->key[1] != (uint64_t)task->process + SPACE_FIRST)
			continue;
		object_reset((int)i);
		object_retire((int)i);
	}
}

void object_name(int object, const char *format, ...)
{
	va_list list;

	if (object < 0 || control->objects[object].label[0])
		return;
	va_start(list, format);
	vsnprintf(control->objects[object].label, sizeof(control->objects[object].label), format,
		  list);
	va_end(list);
}

static const char *label(int object, bool named)
{
	static char texts[4][80];
	static unsigned next;
	char *text = texts[next++ % 4];
	const struct object *o;

	if (object < 0 || object >= (int)control->object_count)
		return "?";
	o = &control->objects[object];
	if (named && o->label[0])
		snprintf(text, sizeof(texts[0]), "%s#%u (%s)", family_name(o->family), o->number,
			 o->label);
	else
		snprintf(text, sizeof(texts[0]), "%s#%u", family_name(o->family), o->number);
	return text;
}

const char *object_label(int object)
{
	return label(object, true);
}

const char *object_label_to_compare(int object)
{
	return label(object, !control->program.joined);
}

void object_take(int object, const struct task *task, int count, bool lent)
{
	int at = task_number(task);
	struct object *o;

	if (object < 0)
		return;
	o = &control->objects[object];
	o->held[at] = (int16_t)(o->held[at] + count);
	if (lent)
		o->lent[at] = (int16_t)(o->lent[at] + count);
	o->version++;
}

void object_thread_ended(const struct task *task)
{
	int at = task_number(task);
	uint32_t i;

	for (i = 0; i < control->object_count; i++) {
		struct object *o = &control->objects[i];

		if (o->family != FAMILY_MUTEX || !o->lent[at])
			continue;
		o->held[at] = o->lent[at] = 0;
		o->owner = -1;
		o->version++;
	}
}

bool object_is_any_lent(const struct task *task)
{
	uint32_t i;

	for (i = 0; i < control->object_count; i++)
		if (control->objects[i].lent[task->process])
			return true;
	return false;
}

void object_task_died(const struct task *task)
{
	int at = task_number(task);
	uint32_t i;

	for (i = 0; i < control->object_count; i++) {
		struct object *o = &control->objects[i];

		if (!o->lent[at])
			continue;
		o->held[at] = (int16_t)(o->held[at] - o->lent[at]);
		o->lent[at] = 0;
		if (o->owner == at && !o->held[at])
			o->owner = -1;
		o->version++;
	}
}

unsigned object_holders(int object, int *first)
{
	unsigned count = 0;
	int i;

	*first = -1;
	for (i = 0; object >= 0 && i < (int)control->task_count; i++)
		if (control->objects[object].held[i] > 0 && count++ == 0)
			*first = i;
	return count;
}

void object_own(int object, const struct task *task)
{
	if (object < 0)
		return;
	control->objects[object].owner = (int16_t)(task ? task_number(task) : -1);
	control->objects[object].version++;
}

void object_reset(int object)
{
	struct object *o;

	if (object < 0)
		return;
	o = &control->objects[object];
	memset(o->held, 0, sizeof(o->held));
	memset(o->lent, 0, sizeof(o->lent));
	o->owner = -1;
	o->version++;
}

void object_touch(int object)
{
	if (object >= 0)
		control->objects[object].version++;
}

size_t object_size(enum family family)
{
	switch (family) {
	case FAMILY_POSIX_SEM:
		return sizeof(sem_t);
	case FAMILY_MUTEX:
		return sizeof(pthread_mutex_t);
	case FAMILY_COND:
		return sizeof(pthread_cond_t);
	case FAMILY_RWLOCK:
		return sizeof(pthread_rwlock_t);
	case FAMILY_BARRIER:
		return sizeof(pthread_barrier_t);
	case FAMILY_SPIN:
		return sizeof(pthread_spinlock_t);
	case FAMILY_FUTEX:
		return sizeof(uint32_t);
	default:
		return 0;
	}
}
