/* SPDX-License-Identifier: Apache-2.0 */
#include "check/lock_held.h"

#include <string.h>
#include <sys/sem.h>

bool lock_held_is_of(int object, enum lock_families set)
{
	return object >= 0 && (1 << control->objects[object].family & (int)set);
}

bool lock_held_is_semaphore(int object)
{
	return lock_held_is_of(object, LOCK_SEMAPHORES);
}

int64_t lock_held_permits(int object)
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

void lock_held_is_signal(struct lock_reader *reader, int object)
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

bool lock_held_excludes(const struct lock_log *log, const struct lock_use *a, int task_a,
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

static void could_wait(struct lock_reader *reader, int task, const struct lock_use *want)
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

static struct lock_use *find(struct lock_reader *reader, int task, const struct lock_use *use)
{
	uint32_t i;

	for (i = reader->held_count[task]; i-- > 0;)
		if (is_same(&reader->held[task][i], use))
			return &reader->held[task][i];
	return NULL;
}

static void drop(struct lock_reader *reader, int task, const struct lock_use *use)
{
	uint32_t at = (uint32_t)(use - reader->held[task]);

	memmove(&reader->held[task][at], &reader->held[task][at + 1],
		(--reader->held_count[task] - at) * sizeof(*use));
}

void lock_held_take(struct lock_reader *reader, int task, const struct lock_use *use, bool waits)
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

static bool give_own(struct lock_reader *reader, int task, const struct lock_use *use)
{
	struct lock_use *held = find(reader, task, use);

	if (!held)
		return false;
	if (--held->depth <= 0)
		drop(reader, task, held);
	return true;
}

void lock_held_give(struct lock_reader *reader, int task, const struct lock_use *use)
{
	uint32_t i;

	if (give_own(reader, task, use) || (reader->overfull & task_bit(task)))
		return;
	if (lock_held_is_semaphore(use->object)) {
		lock_held_is_signal(reader, use->object);
		return;
	}
	for (i = 0; i < control->task_count; i++)
		if (give_own(reader, (int)i, use))
			return;
}

void lock_held_give_range(struct lock_reader *reader, int task, const struct lock_use *use)
{
	uint32_t i, at;

	for (i = 0; i < control->task_count; i++)
		for (at = reader->held_count[i]; same_process(task, (int)i) && at-- > 0;) {
			struct lock_use *held = &reader->held[i][at];

			if (lock_held_is_of(held->object, LOCK_FILES) &&
			    (!use || overlaps(held, use)))
				drop(reader, (int)i, held);
		}
}
