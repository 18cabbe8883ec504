/* SPDX-License-Identifier: Apache-2.0 */
#include "memory/race.h"

#include "core/point.h"
#include "core/store_buffer.h"
#include "memory/vector.h"
#include "memory/window.h"
#include "os/stack.h"
#include "os/sys.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CELLS = 4, WORD = 8 };

/* One access: the latest of its kind. */
struct cell {
	uint64_t site;
	uint32_t execution; /* of another: the cell is empty */
	uint32_t clock;
	uint32_t op;
	uint8_t task, mask, flags, unused;
};

struct shadow {
	struct cell cells[CELLS];
};

#define SHADOW_ADDRESS ((uintptr_t)0x202000000000)
#define SHADOW_BYTES   (WINDOW_SIZE / WORD * sizeof(struct shadow))

static bool mapped;

int race_memory(void)
{
	int fd = memfd_create("sabot-races", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, (off_t)(vector_bytes() + SHADOW_BYTES)) == 0)
		return fd;
	if (fd >= 0)
		(void)sys_close(fd);
	return -errno;
}

int race_map(int memory_fd)
{
	int anonymous = memory_fd < 0 ? MAP_ANONYMOUS : 0;
	off_t offset = memory_fd < 0 ? 0 : (off_t)vector_bytes();
	void *at;
	int error;

	if (mapped)
		return 0;
	error = vector_map(memory_fd);
	if (error)
		return error;
	at = mmap((void *)SHADOW_ADDRESS, SHADOW_BYTES, PROT_READ | PROT_WRITE,
		  MAP_SHARED | anonymous | MAP_NORESERVE | MAP_FIXED_NOREPLACE, memory_fd, offset);
	if (at == MAP_FAILED)
		return -errno;
	mapped = true;
	store_buffer_arrived = race_store_arrives;
	return 0;
}

void race_begin(bool on)
{
	control->race.on = on && mapped;
	control->race.execution++;
	control->race.found = false;
	if (control->race.on)
		vector_begin();
}

static struct shadow *shadow_of(uintptr_t address)
{
	return (struct shadow *)SHADOW_ADDRESS + (address - WINDOW_BEGIN) / WORD;
}

void race_watch(const struct race_side *side)
{
	control->race.watched = side ? *side : (struct race_side){ .op = 0 };
	control->race.watched.stack_count = 0;
}

static bool is_watched(unsigned task, uint32_t op)
{
	return op && control->race.watched.op == op && control->race.watched.task == (int)task;
}

static void keep_stack(struct race_side *side, uintptr_t site)
{
	side->stack_count = stack_from(site, side->stack, STACK_FRAMES_MAX);
}

static struct race_side side_of(const struct cell *cell)
{
	struct race_side side = { .task = cell->task,
				  .op = cell->op,
				  .site = (uintptr_t)cell->site,
				  .writes = cell->flags & RACE_WRITES,
				  .atomic = cell->flags & RACE_ATOMIC };

	if (is_watched(cell->task, cell->op)) {
		side.stack_count = control->race.watched.stack_count;
		memcpy(side.stack, control->race.watched.stack, sizeof(side.stack));
	}
	return side;
}

static const char *does(const struct race_side *side)
{
	if (side->atomic)
		return side->writes ? "changes (atomically)" : "reads (atomically)";
	return side->writes ? "writes" : "reads";
}

static _Noreturn void report(struct task *task, uintptr_t address, size_t size,
			     const struct cell *earlier, const struct cell *now)
{
	struct race *race = &control->race;
	char name[64];

	race->found = true;
	race->first = side_of(earlier);
	race->second = side_of(now);
	keep_stack(&race->second, now->site);
	race->address = address;
	race->size = size;
	control_find(KIND_RACE, task_number(task), "data race",
		     "%s %s %s, which %s %s: nothing orders the two", task->name,
		     does(&race->second), window_name(address, name, sizeof(name)),
		     control->tasks[earlier->task].name, does(&race->first));
	control->finding.site = now->site;
	task->in_runtime = true;
	for (;;)
		point_request(task, REQUEST_FINDING);
}

static bool is_stale(const struct cell *cell)
{
	return cell->execution != control->race.execution;
}

/* What the access now makes superfluous: an earlier one by the same task that says no more. */
static bool covers(const struct cell *now, const struct cell *cell)
{
	return cell->task == now->task && (cell->mask & ~now->mask) == 0 &&
	       (now->flags == cell->flags || now->flags == RACE_WRITES);
}

static bool conflicts(const struct cell *now, const struct cell *cell)
{
	return cell->task != now->task && (cell->mask & now->mask) &&
	       ((cell->flags | now->flags) & RACE_WRITES) &&
	       !(cell->flags & now->flags & RACE_ATOMIC);
}

static void check_word(struct task *task, uintptr_t address, size_t size, struct cell *now)
{
	struct shadow *shadow = shadow_of(address);
	struct cell *place = NULL, *ordered = NULL;
	unsigned i;

	for (i = 0; i < CELLS; i++) {
		struct cell *cell = &shadow->cells[i];

		if (is_stale(cell)) {
			place = place ? place : cell;
			continue;
		}
		if (covers(now, cell))
			place = cell;
		if (vector_knows(task, cell->task, cell->clock)) {
			ordered = cell;
			continue;
		}
		if (conflicts(now, cell))
			report(task, address, size, cell, now);
	}
	if (!place)
		place = ordered ? ordered : &shadow->cells[now->op % CELLS];
	*place = *now;
}

void race_access(struct task *task, uintptr_t address, size_t size, unsigned flags, uintptr_t site)
{
	struct cell now = {
		.site = site,
		.execution = control->race.execution,
		.clock = vector_own(task),
		.op = task->op,
		.task = (uint8_t)task_number(task),
		.flags = (uint8_t)flags,
	};

	if (is_watched(now.task, now.op))
		keep_stack(&control->race.watched, site);
	while (size > 0 && window_has(address)) {
		size_t first = address % WORD;
		size_t part = WORD - first < size ? WORD - first : size;

		now.mask = (uint8_t)(((1u << part) - 1) << first);
		check_word(task, address, part, &now);
		address += part;
		size -= part;
	}
}
