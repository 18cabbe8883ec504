/* SPDX-License-Identifier: Apache-2.0 */
#include "memory/vector.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { LOCATIONS_MAX = 1024, PAGE = 4096 };

/* Atomic locations by address, open addressing. */
struct location {
	uintptr_t address;
	int stored_by; /* task of the last store, or -1 */
	struct vector vector;
};

struct locations {
	uint32_t count;
	struct vector rest; /* of those beyond the room, together: more is ordered than is */
	uint16_t used[LOCATIONS_MAX];
	struct location table[LOCATIONS_MAX];
};

#define LOCATIONS ((struct locations *)(CLOCKS_ADDRESS + sizeof(struct clocks)))

size_t vector_bytes(void)
{
	return (sizeof(struct clocks) + sizeof(struct locations) + PAGE - 1) / PAGE * PAGE;
}

int vector_map(int memory_fd)
{
	int anonymous = memory_fd < 0 ? MAP_ANONYMOUS : 0;
	void *at = mmap((void *)CLOCKS_ADDRESS, vector_bytes(), PROT_READ | PROT_WRITE,
			MAP_SHARED | anonymous | MAP_NORESERVE | MAP_FIXED_NOREPLACE, memory_fd, 0);

	return at == MAP_FAILED ? -errno : 0;
}

void vector_begin(void)
{
	struct locations *locations = LOCATIONS;
	uint32_t i;

	for (i = 0; i < locations->count; i++)
		locations->table[locations->used[i]].address = 0;
	if (locations->count)
		memset(&locations->rest, 0, sizeof(locations->rest));
	locations->count = 0;
	memset(CLOCKS->object_used, 0, sizeof(CLOCKS->object_used));
	memset(CLOCKS->lowered_used, 0, sizeof(CLOCKS->lowered_used));
	memset(&CLOCKS->signals, 0, sizeof(CLOCKS->signals));
	memset(&CLOCKS->names, 0, sizeof(CLOCKS->names));
	memset(CLOCKS->fenced, 0, sizeof(CLOCKS->fenced));
}

void vector_first(const struct task *task, const struct task *maker)
{
	int at = task_number(task);
	struct vector *own = &CLOCKS->tasks[at];

	if (maker)
		*own = CLOCKS->tasks[task_number(maker)];
	else
		memset(own, 0, sizeof(*own));
	own->at[at] = 1;
	memset(&CLOCKS->acquirable[at], 0, sizeof(CLOCKS->acquirable[at]));
	if (maker)
		vector_tick(maker);
}

void vector_join(struct vector *to, const struct vector *from)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (to->at[i] < from->at[i])
			to->at[i] = from->at[i];
}

void vector_tick(const struct task *task)
{
	CLOCKS->tasks[task_number(task)].at[task_number(task)]++;
}

void vector_release(const struct task *task, struct vector *to)
{
	vector_join(to, &CLOCKS->tasks[task_number(task)]);
	vector_tick(task);
}

void vector_acquire(const struct task *task, const struct vector *from)
{
	vector_join(&CLOCKS->tasks[task_number(task)], from);
}

static struct vector *cleared_once(struct vector *vector, bool *used)
{
	if (!*used)
		memset(vector, 0, sizeof(*vector));
	*used = true;
	return vector;
}

struct vector *vector_of_object(int object)
{
	return cleared_once(&CLOCKS->objects[object], &CLOCKS->object_used[object]);
}

struct vector *vector_of_lowered(int object)
{
	return cleared_once(&CLOCKS->lowered[object], &CLOCKS->lowered_used[object]);
}

static bool is_full(const struct locations *locations)
{
	return locations->count > LOCATIONS_MAX / 2;
}

/* NULL: beyond the room, or (unless `make`) it has none. */
static struct location *find_location(uintptr_t address, bool make)
{
	struct locations *locations = LOCATIONS;
	uint32_t at = (uint32_t)(random_mix(address) % LOCATIONS_MAX);

	for (;; at = (at + 1) % LOCATIONS_MAX) {
		struct location *location = &locations->table[at];

		if (location->address == address)
			return location;
		if (location->address)
			continue;
		if (!make || is_full(locations))
			return NULL;
		location->address = address;
		location->stored_by = -1;
		memset(&location->vector, 0, sizeof(location->vector));
		locations->used[locations->count++] = (uint16_t)at;
		return location;
	}
}

struct vector *vector_of_location(uintptr_t address, bool make)
{
	struct location *location = find_location(address, make);

	if (location)
		return &location->vector;
	return is_full(LOCATIONS) ? &LOCATIONS->rest : NULL;
}

struct vector *vector_of_store(const struct task *task, uintptr_t address)
{
	struct location *location = find_location(address, true);

	if (!location)
		return &LOCATIONS->rest;
	if (location->stored_by != task_number(task))
		memset(&location->vector, 0, sizeof(location->vector));
	location->stored_by = task_number(task);
	return &location->vector;
}
