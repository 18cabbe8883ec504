/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan_code.h"

#include <string.h>

enum {
	FLAG_FAULT = 0x01,
	FLAG_PASS = 0x02,  /* or again */
	FLAG_STORE = 0x04, /* or after */
	FLAG_VALUE = 0x08,
	FLAG_LASTING = 0x10,
	WHERE_SHIFT = 5,
	WHERE_MASK = 3,
	STORE_MASK = 0xff,
	VARINT_BYTES_MAX = 10,
	GENERATIONS_MAX = 4,
};

struct reader {
	const uint8_t *at, *end;
	bool cut; /* an entry was not whole */
};

static uint8_t byte(struct reader *reader)
{
	if (reader->at == reader->end) {
		reader->cut = true;
		return 0;
	}
	return *reader->at++;
}

static uint64_t varint(struct reader *reader)
{
	uint64_t value = 0;
	unsigned i;

	for (i = 0; i < VARINT_BYTES_MAX; i++) {
		uint8_t part = byte(reader);

		value |= (uint64_t)(part & 0x7f) << (7 * i);
		if (!(part & 0x80))
			break;
	}
	return value;
}

/* Nobody has no children, and no generation is left out. */
static uint32_t whole_task(uint64_t value)
{
	uint32_t task = 0, shift;

	for (shift = 0; shift < GENERATIONS_MAX * PLAN_CODE_TASK_BITS;
	     shift += PLAN_CODE_TASK_BITS) {
		uint32_t part = (uint32_t)(value >> shift) & PLAN_CODE_TASK_MASK;

		if (!part)
			break;
		task |= part << shift;
	}
	return task;
}

static void read_switch(struct reader *reader, uint8_t flags, struct plan_code_switch *to)
{
	to->task = whole_task(varint(reader));
	to->op = (uint32_t)varint(reader);
	to->target = whole_task(varint(reader));
	to->pass = flags & FLAG_PASS ? (uint32_t)varint(reader) : 0;
	to->store = flags & FLAG_STORE ? (uint32_t)varint(reader) & STORE_MASK : 0;
}

static void read_fault(struct reader *reader, uint8_t flags, struct plan_code_fault *to)
{
	unsigned where = flags >> WHERE_SHIFT & WHERE_MASK;
	uint32_t value;

	to->kind = (enum plan_fault_kind)(byte(reader) % PLAN_FAULT_KIND_COUNT);
	to->where = (enum plan_where)(where % PLAN_WHERE_COUNT);
	to->lasting = flags & FLAG_LASTING;
	to->victim = whole_task(varint(reader));
	to->op = (uint32_t)varint(reader);
	to->again = flags & FLAG_PASS ? (uint32_t)varint(reader) : 0;
	to->after = flags & FLAG_STORE ? (uint32_t)varint(reader) : 0;
	value = flags & FLAG_VALUE ? (uint32_t)varint(reader) : 0;
	to->value = (int32_t)(value >> 1) ^ -(int32_t)(value & 1);
}

static void read_entry(struct reader *reader, struct plan_code *code)
{
	struct plan_code_switch entry;
	struct plan_code_fault fault;
	uint8_t flags = byte(reader);

	if (flags & FLAG_FAULT) {
		read_fault(reader, flags, &fault);
		if (!reader->cut && code->fault_count < PLAN_FAULTS_MAX)
			code->faults[code->fault_count++] = fault;
	} else {
		read_switch(reader, flags, &entry);
		if (!reader->cut && code->switch_count < PLAN_SWITCHES_MAX)
			code->switches[code->switch_count++] = entry;
	}
}

void plan_code_decode(struct plan_code *code, const uint8_t *bytes, size_t size)
{
	struct reader reader = { bytes, bytes + size, false };

	code->base = code->length = code->scase = 0;
	code->seed = 0;
	code->fault_count = code->switch_count = 0;
	if (byte(&reader) != PLAN_CODE_VERSION)
		return;
	code->base = (uint32_t)(varint(&reader) % PLAN_CODE_BASES);
	code->length = (uint32_t)varint(&reader);
	code->seed = varint(&reader);
	code->scase = (uint32_t)varint(&reader);
	while (reader.at < reader.end)
		read_entry(&reader, code);
}

static uint8_t *put(uint8_t *at, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		*at++ = (uint8_t)(value | 0x80);
	*at++ = (uint8_t)value;
	return at;
}

static uint8_t *write_switch(uint8_t *at, const struct plan_code_switch *from)
{
	*at++ = (uint8_t)((from->pass ? FLAG_PASS : 0) | (from->store ? FLAG_STORE : 0));
	at = put(put(put(at, from->task), from->op), from->target);
	if (from->pass)
		at = put(at, from->pass);
	return from->store ? put(at, from->store) : at;
}

static uint8_t *write_fault(uint8_t *at, const struct plan_code_fault *from)
{
	*at++ = (uint8_t)(FLAG_FAULT | (from->again ? FLAG_PASS : 0) |
			  (from->after ? FLAG_STORE : 0) | (from->value ? FLAG_VALUE : 0) |
			  (from->lasting ? FLAG_LASTING : 0) | from->where << WHERE_SHIFT);
	*at++ = (uint8_t)from->kind;
	at = put(put(at, from->victim), from->op);
	if (from->again)
		at = put(at, from->again);
	if (from->after)
		at = put(at, from->after);
	if (from->value)
		at = put(at, (uint32_t)from->value << 1 ^ (uint32_t)(from->value >> 31));
	return at;
}

_Static_assert(64 + PLAN_FAULTS_MAX * 32 + PLAN_SWITCHES_MAX * 24 <= PLAN_CODE_BYTES_MAX,
	       "every plan has room: a fault takes up to 26 bytes, a switch up to 21");

size_t plan_code_encode(const struct plan_code *code, uint8_t *bytes)
{
	uint8_t *at = bytes;
	uint32_t i;

	*at++ = PLAN_CODE_VERSION;
	at = put(put(put(put(at, code->base), code->length), code->seed), code->scase);
	for (i = 0; i < code->fault_count; i++)
		at = write_fault(at, &code->faults[i]);
	for (i = 0; i < code->switch_count; i++)
		at = write_switch(at, &code->switches[i]);
	return (size_t)(at - bytes);
}

void plan_code_copy(struct plan_code *to, const struct plan_code *from)
{
	memcpy(to, from,
	       offsetof(struct plan_code, switches) +
		       from->switch_count * sizeof(from->switches[0]));
}
