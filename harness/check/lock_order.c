/* SPDX-License-Identifier: Apache-2.0 */
#include "check/lock_order.h"

#include "check/lock_held.h"
#include "check/lock_log.h"
#include "check/place.h"
#include "core/object.h"

#include "os/locks.h"

#include <stdio.h>
#include <string.h>

enum {
	CYCLE_MAX = 8,
	TRIES_MAX = 20000, /* of the search for a cycle */
	TOLD_MAX = 3,	   /* tasks of a cycle that a message names */
};

static struct lock_log read_log;

/* Waits, of different tasks: each wants what the next one has, the last one what the first has. */
static struct {
	uint32_t length, tries;
	const struct lock_wait *waits[CYCLE_MAX];
} cycle;

/* ---- The search ---------------------------------------------------------------------------- */

static bool comes_before(const struct lock_wait *one, const struct lock_wait *other)
{
	uint32_t at = (uint32_t)(one - read_log.waits);

	return other->before[at / 64] >> at % 64 & 1;
}

/* What `wait` wants is in the other's hands. Returns the lock, or NULL. */
static const struct lock_use *wants_of(const struct lock_wait *wait, const struct lock_wait *other)
{
	uint32_t i;

	for (i = 0; i < other->held_count; i++)
		if (lock_held_excludes(&read_log, &wait->want, wait->task, &other->held[i],
				       other->task))
			return &other->held[i];
	return NULL;
}

/* Some schedule may have both tasks there at once, as far as locks, forks and joins tell. */
static bool can_meet(const struct lock_wait *one, const struct lock_wait *other)
{
	uint32_t i, j;

	if (one->task == other->task || comes_before(one, other) || comes_before(other, one))
		return false;
	for (i = 0; i < one->held_count; i++)
		for (j = 0; j < other->held_count; j++)
			if (lock_held_excludes(&read_log, &one->held[i], one->task, &other->held[j],
					       other->task))
				return false;
	return true;
}

/* A semaphore that lets in fewer than the cycle needs, taken by so many of its tasks. */
static bool is_guarded_by(int semaphore)
{
	int64_t taken = 0;
	uint32_t i, j;

	for (i = 0; i < cycle.length; i++)
		for (j = 0; j < cycle.waits[i]->held_count; j++)
			taken += cycle.waits[i]->held[j].object == semaphore;
	return taken > 1 && taken > lock_held_permits(semaphore);
}

static bool is_guarded(void)
{
	uint32_t i;

	for (i = 0; i < control->object_count; i++)
		if (lock_held_is_semaphore((int)i) && is_guarded_by((int)i))
			return true;
	return false;
}

/* fcntl(2) finds a cycle of record locks by itself, and refuses the call that would close it. */
static bool is_refused(void)
{
	uint32_t i;

	for (i = 0; i < cycle.length; i++)
		if (control->objects[cycle.waits[i]->want.object].family != FAMILY_RECORD_LOCK)
			return false;
	return true;
}

static bool can_follow(const struct lock_wait *next)
{
	uint32_t i;

	for (i = 0; i < cycle.length; i++)
		if (!can_meet(cycle.waits[i], next))
			return false;
	return wants_of(cycle.waits[cycle.length - 1], next) != NULL;
}

/* Goes on from the waits that are there, to a cycle of exactly this length. */
static bool close_cycle(uint32_t length)
{
	const struct lock_wait *first = cycle.waits[0], *next;

	if (cycle.length == length)
		return wants_of(cycle.waits[length - 1], first) && !is_guarded() && !is_refused();
	for (next = first + 1; next < read_log.waits + read_log.count; next++) {
		if (++cycle.tries > TRIES_MAX)
			return false;
		if (!can_follow(next))
			continue;
		cycle.waits[cycle.length++] = next;
		if (close_cycle(length))
			return true;
		cycle.length--;
	}
	return false;
}

/* The shortest, and of these the one that the trace shows first. */
static bool find_cycle(void)
{
	uint32_t length, i;

	cycle.tries = 0;
	for (length = 2; length <= CYCLE_MAX && length <= control->task_count; length++)
		for (i = 0; i < read_log.count; i++) {
			cycle.waits[0] = &read_log.waits[i];
			cycle.length = 1;
			if (close_cycle(length))
				return true;
		}
	return false;
}

/* ---- The words ----------------------------------------------------------------------------- */

/* The lock that the wait's task has and the one before it in the cycle wants. */
static const struct lock_use *wanted_of(uint32_t at)
{
	return wants_of(cycle.waits[at ? at - 1 : cycle.length - 1], cycle.waits[at]);
}

static const char *lock_text(const struct lock_use *use, char *text, size_t size)
{
	enum family family = control->objects[use->object].family;
	char range[64] = "";

	if (family == FAMILY_RECORD_LOCK || family == FAMILY_OFD_LOCK)
		locks_range(use->first, use->last, range, sizeof(range));
	snprintf(text, size, "%s%s%s", object_label(use->object), range[0] ? " " : "", range);
	return text;
}

static size_t tell(char *text, size_t size, size_t used, uint32_t at)
{
	const struct lock_wait *wait = cycle.waits[at];
	char has[160], wants[160];
	int got;

	got = snprintf(text + used, size - used, "%s%s asks for %s while it has %s", at ? ", " : "",
		       control->tasks[wait->task].name,
		       lock_text(&wait->want, wants, sizeof(wants)),
		       lock_text(wanted_of(at), has, sizeof(has)));
	used += got > 0 ? (size_t)got : 0;
	return used < size ? used : size - 1;
}

static void find(void)
{
	char message[PLAN_MESSAGE_MAX] = "";
	size_t used = 0;
	uint32_t i;

	for (i = 0; i < cycle.length && i < TOLD_MAX; i++)
		used = tell(message, sizeof(message), used, i);
	if (cycle.length > TOLD_MAX)
		snprintf(message + used, sizeof(message) - used, ", and so on, %u tasks in all",
			 cycle.length);
	control_find(KIND_POTENTIAL, cycle.waits[0]->task, kind_name(KIND_POTENTIAL), "%s",
		     message);
	control->finding.site = control->events[cycle.waits[0]->want.event].site;
}

static bool is_asked_for(void)
{
	const char *caught_by = control->scase->caught_by;

	return !control->scase->characterises &&
	       (!caught_by || !strcmp(caught_by, kind_name(KIND_POTENTIAL)));
}

void lock_order_judge(void)
{
	if (is_asked_for() && lock_log_read(&read_log) && find_cycle())
		find();
}

static void write_wait(FILE *file, uint32_t at)
{
	const struct lock_wait *wait = cycle.waits[at];
	const struct lock_use *has = wanted_of(at);
	char lock[160], place[128];

	fprintf(file, "%s has %s", control->tasks[wait->task].name,
		lock_text(has, lock, sizeof(lock)));
	place_text(control->events[has->event].site, place, sizeof(place));
	fprintf(file, "%s%s%s and asks for %s", place[0] ? " (" : "", place, place[0] ? ")" : "",
		lock_text(&wait->want, lock, sizeof(lock)));
	place_text(control->events[wait->want.event].site, place, sizeof(place));
	fprintf(file, "%s%s%s\n", place[0] ? " (" : "", place, place[0] ? ")" : "");
}

char *lock_order_text(void)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	uint32_t i;

	if (!file)
		return NULL;
	for (i = 0; control->finding.kind == KIND_POTENTIAL && i < cycle.length; i++)
		write_wait(file, i);
	fclose(file);
	return text;
}

uint64_t lock_order_hash(void)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; control->finding.kind == KIND_POTENTIAL && i < cycle.length; i++) {
		const struct lock_wait *wait = cycle.waits[i];
		const char *role = control->scenario->roles[control->tasks[wait->task].role].name;

		sum += random_mix(
			random_text_hash(role) ^
			place_hash(control->events[wait->want.event].site) ^
			random_mix(place_hash(control->events[wanted_of(i)->event].site)));
	}
	return sum;
}
