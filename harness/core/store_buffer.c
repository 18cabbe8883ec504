/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store_buffer.h"

#include "core/history.h"
#include "core/trace.h"

#include <string.h>

void (*store_buffer_arrived)(const struct task *task, uintptr_t address, unsigned slot);

static struct store_buffer *buffer_of(const struct task *task)
{
	return &control->buffers[task_number(task)];
}

static uint64_t load(uintptr_t address, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, (const void *)address, size);
	return value;
}

static void store(uintptr_t address, size_t size, uint64_t value)
{
	memcpy((void *)address, &value, size);
}

/* ---- What arrives -------------------------------------------------------------------------- */

static bool overlap(const struct waiting_store *a, const struct waiting_store *b)
{
	return a->address < b->address + b->size && b->address < a->address + a->size;
}

/* Whether the store at `at` may arrive before all that are older. */
static bool may_arrive(const struct store_buffer *buffer, unsigned at)
{
	const struct waiting_store *one = &buffer->stores[at];
	unsigned i;

	if (at == 0)
		return true;
	if (control->memory == SABOT_TSO || one->release)
		return false;
	for (i = 0; i < at; i++)
		if (overlap(&buffer->stores[i], one) || buffer->stores[i].fence < one->fence)
			return false;
	return true;
}

unsigned store_buffer_choices(const struct task *task)
{
	const struct store_buffer *buffer = buffer_of(task);
	unsigned i, count = 0;

	for (i = 0; i < buffer->count; i++)
		count += may_arrive(buffer, i);
	return count;
}

uint32_t store_buffer_oldest(const struct task *task)
{
	const struct store_buffer *buffer = buffer_of(task);

	return buffer->count ? buffer->stores[0].number : 0;
}

uint32_t store_buffer_latest(const struct task *task)
{
	const struct store_buffer *buffer = buffer_of(task);

	return buffer->count ? buffer->stores[buffer->count - 1].number : 0;
}

static void arrive(struct task *task, unsigned at)
{
	struct store_buffer *buffer = buffer_of(task);
	struct waiting_store one = buffer->stores[at];

	store(one.address, one.size, one.value);
	buffer->count--;
	buffer->slots &= ~(1u << one.slot);
	if (one.atomic && store_buffer_arrived)
		store_buffer_arrived(task, one.address, one.slot);
	memmove(&buffer->stores[at], &buffer->stores[at + 1],
		(buffer->count - at) * sizeof(buffer->stores[0]));
	control->stores++;
	trace_store(task, one.address - SHARED_ADDRESS, (int64_t)one.value, one.size);
	if (buffer->owed)
		buffer->owed -= history_arrived(task, store_buffer_oldest(task));
	if (!buffer->count)
		control->buffered &= ~task_bit(task_number(task));
}

void store_buffer_arrive(struct task *task, unsigned n)
{
	const struct store_buffer *buffer = buffer_of(task);
	unsigned i;

	for (i = 0; i < buffer->count; i++)
		if (may_arrive(buffer, i) && n-- == 0) {
			arrive(task, i);
			return;
		}
}

void store_buffer_drain(struct task *task)
{
	while (buffer_of(task)->count)
		arrive(task, 0);
}

uint64_t store_buffer_waiting(void)
{
	return control->buffered;
}

/* ---- What is stored ------------------------------------------------------------------------ */

unsigned store_buffer_store(struct task *task, const struct waiting_store *store)
{
	struct store_buffer *buffer = buffer_of(task);
	struct waiting_store *last;

	if (buffer->count == STORES_WAITING_MAX)
		arrive(task, 0);
	last = &buffer->stores[buffer->count++];
	*last = *store;
	last->number = ++buffer->made;
	last->fence = buffer->fence;
	last->slot = (uint8_t)__builtin_ctz(~buffer->slots);
	buffer->slots |= 1u << last->slot;
	control->buffered |= task_bit(task_number(task));
	return last->slot;
}

void store_buffer_fence(struct task *task)
{
	buffer_of(task)->fence++;
}

/* ---- What the task sees -------------------------------------------------------------------- */

/* Memory as the task sees it: what arrived, and over it its own stores, the latest last. */
uint64_t store_buffer_load(const struct task *task, uintptr_t address, size_t size)
{
	const struct store_buffer *buffer = buffer_of(task);
	uint64_t value = load(address, size);
	unsigned i, byte;

	for (i = 0; i < buffer->count; i++) {
		const struct waiting_store *one = &buffer->stores[i];

		for (byte = 0; byte < one->size; byte++) {
			uintptr_t at = one->address + byte - address;

			if (at < size)
				((uint8_t *)&value)[at] = (uint8_t)(one->value >> (8 * byte));
		}
	}
	return value;
}

void store_buffer_open(struct task *task, uintptr_t address, size_t size, bool is_store)
{
	struct lens *lens = &buffer_of(task)->lens;

	lens->arrived = load(address, size);
	lens->shown = store_buffer_load(task, address, size);
	if (!is_store && lens->arrived == lens->shown)
		return;
	store(address, size, lens->shown);
	lens->address = address;
	lens->size = (uint8_t)size;
	lens->is_store = is_store;
}

void store_buffer_close(struct task *task)
{
	struct lens *lens = &buffer_of(task)->lens;
	uint64_t now;

	if (!lens->size)
		return;
	now = load(lens->address, lens->size);
	store(lens->address, lens->size, lens->arrived);
	if (lens->is_store)
		(void)store_buffer_store(task, &(struct waiting_store){ .address = lens->address,
									.value = now,
									.size = lens->size });
	lens->size = 0;
}
