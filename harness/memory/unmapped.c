/* SPDX-License-Identifier: Apache-2.0 */
#include "memory/unmapped.h"

#include "memory/window.h"

#include <string.h>

enum { PAGE = 4096 };

static void add(const struct unmapped *entry)
{
	struct unmapped_log *log = &control->unmapped;
	struct unmapped *to = &log->entries[log->count++ % UNMAPPED_MAX];

	*to = *entry;
	to->how = image_theirs(entry->how);
	to->task = (int8_t)(task_self ? task_number(task_self) : -1);
	to->process = (int8_t)(task_self ? task_self->process : -1);
	if (log->by_fault) {
		to->site = 0;
		to->task = to->process = -1;
	}
}

const char *unmapped_by(const struct unmapped *entry)
{
	if (entry->task >= 0)
		return control->tasks[entry->task].name;
	return entry->site ? "setup" : "a fault";
}

void unmapped_note(uintptr_t address, size_t size, const struct unmapped *what)
{
	struct unmapped entry = *what;

	entry.address = address;
	entry.size = size;
	add(&entry);
}

void unmapped_cut(uint64_t key, uint64_t length, const char *how, uintptr_t site)
{
	/* The last page stays, with zeroes behind the end. */
	uint64_t left = (length + PAGE - 1) & ~(uint64_t)(PAGE - 1);

	add(&(struct unmapped){ .how = how, .site = site, .key = key, .offset = left });
}

/* A child has what its parent had. */
static bool is_of(const struct unmapped *entry, const struct task *task)
{
	int process = task->process;

	while (process >= 0 && process != entry->process) {
		int parent = control->tasks[process].parent;

		process = parent < 0 ? -1 : control->tasks[parent].process;
	}
	return process == entry->process;
}

static bool is_cut(const struct unmapped *entry, const struct window_part *part, uint64_t offset)
{
	return !entry->size && part && entry->key == part->key && offset >= entry->offset;
}

bool unmapped_find(const struct task *task, uintptr_t address, int signo)
{
	struct unmapped_log *log = &control->unmapped;
	const struct window_part *part = window_part_at(address);
	uint64_t offset = part ? address - part->address + part->offset : 0;
	uint32_t i;

	for (i = log->count; i-- > 0 && log->count - i <= UNMAPPED_MAX;) {
		const struct unmapped *entry = &log->entries[i % UNMAPPED_MAX];
		bool unmapped = signo == SIGSEGV && address - entry->address < entry->size &&
				is_of(entry, task);

		if (!unmapped && !(signo == SIGBUS && is_cut(entry, part, offset)))
			continue;
		log->found = *entry;
		log->found_offset = unmapped ? address - entry->address + entry->offset : offset;
		if (!unmapped)
			memcpy(log->found.name, part->name, sizeof(part->name));
		return true;
	}
	return false;
}
