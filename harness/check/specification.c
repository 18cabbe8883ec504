/* SPDX-License-Identifier: Apache-2.0 */
/* What the objects do that come along, one operation after the other: sabot/history.h. */
#include <sabot/sabot.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* ---- What they share ----------------------------------------------------------------------- */

static const char *const names[] = {
	[SABOT_READ] = "read",	       [SABOT_WRITE] = "write",
	[SABOT_EXCHANGE] = "exchange", [SABOT_COMPARE_AND_SET] = "compare and set",
	[SABOT_ADD] = "add",	       [SABOT_ENQUEUE] = "enqueue",
	[SABOT_DEQUEUE] = "dequeue",   [SABOT_PUSH] = "push",
	[SABOT_POP] = "pop",	       [SABOT_INSERT] = "insert",
	[SABOT_REMOVE] = "remove",     [SABOT_CONTAINS] = "contains",
	[SABOT_LOCK] = "lock",	       [SABOT_TRYLOCK] = "trylock",
	[SABOT_UNLOCK] = "unlock",     [SABOT_PUT] = "put",
	[SABOT_GET] = "get",
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

static unsigned arguments_of(int what)
{
	switch (what) {
	case SABOT_COMPARE_AND_SET:
	case SABOT_PUT:
		return 2;
	case SABOT_WRITE:
	case SABOT_EXCHANGE:
	case SABOT_ADD:
	case SABOT_ENQUEUE:
	case SABOT_PUSH:
	case SABOT_INSERT:
	case SABOT_REMOVE:
	case SABOT_CONTAINS:
	case SABOT_GET:
		return 1;
	default:
		return 0;
	}
}

/* What can only be 0 says nothing, and neither does an enqueue that had room. */
static bool result_is_told(const struct sabot_operation *operation)
{
	switch (operation->what) {
	case SABOT_WRITE:
	case SABOT_ENQUEUE:
	case SABOT_PUSH:
	case SABOT_PUT:
	case SABOT_LOCK:
	case SABOT_UNLOCK:
		return operation->result != 0;
	default:
		return true;
	}
}

static const char *value_text(const struct sabot_operation *operation, char *text, size_t size)
{
	int64_t value = operation->result;

	if (value == SABOT_EMPTY)
		snprintf(text, size, "%s", operation->what == SABOT_GET ? "none" : "empty");
	else if (value == SABOT_FULL)
		snprintf(text, size, "full");
	else if (value == EOWNERDEAD && operation->what == SABOT_LOCK)
		snprintf(text, size, "EOWNERDEAD");
	else if (operation->what == SABOT_TRYLOCK && value != 0)
		snprintf(text, size, "%s", value == EBUSY ? "EBUSY" : "EOWNERDEAD");
	else
		snprintf(text, size, "%" PRId64, value);
	return text;
}

static void describe(const struct sabot_operation *operation, char *text, size_t size)
{
	int what = operation->what;
	char arguments[48] = "", result[32];

	if (arguments_of(what) == 2)
		snprintf(arguments, sizeof(arguments), "%" PRId64 ", %" PRId64, operation->argument,
			 operation->second);
	else if (arguments_of(what) == 1)
		snprintf(arguments, sizeof(arguments), "%" PRId64, operation->argument);
	if (what <= 0 || what >= NAMES)
		snprintf(text, size, "operation %d, which it does not know", what);
	else if (operation->unknown || !result_is_told(operation))
		snprintf(text, size, "%s(%s)", names[what], arguments);
	else
		snprintf(text, size, "%s(%s) = %s", names[what], arguments,
			 value_text(operation, result, sizeof(result)));
}

/* Whether the operation may have given this result. */
static bool gives(const struct sabot_operation *operation, int64_t result)
{
	return operation->unknown || operation->result == result;
}

static void start_value(struct sabot_state *state, int64_t parameter)
{
	sabot_state_insert(state, 0, parameter);
}

static void start_empty(struct sabot_state *state, int64_t parameter)
{
	(void)state;
	(void)parameter;
}

static int64_t key_of(const struct sabot_operation *operation)
{
	return operation->argument;
}

/* ---- Register, counter: the state is the value --------------------------------------------- */

static bool register_apply(struct sabot_state *state, const struct sabot_operation *operation)
{
	int64_t before = state->values[0];

	switch (operation->what) {
	case SABOT_READ:
		return gives(operation, before);
	case SABOT_WRITE:
		state->values[0] = operation->argument;
		return gives(operation, 0);
	case SABOT_EXCHANGE:
		state->values[0] = operation->argument;
		return gives(operation, before);
	case SABOT_COMPARE_AND_SET:
		if (before == operation->argument)
			state->values[0] = operation->second;
		return gives(operation, before == operation->argument);
	default:
		return false;
	}
}

const struct sabot_specification sabot_register = {
	.name = "a register",
	.start = start_value,
	.apply = register_apply,
	.describe = describe,
};

static bool counter_apply(struct sabot_state *state, const struct sabot_operation *operation)
{
	int64_t before = state->values[0];

	if (operation->what == SABOT_ADD)
		state->values[0] = (int64_t)((uint64_t)before + (uint64_t)operation->argument);
	else if (operation->what != SABOT_READ)
		return false;
	return gives(operation, before);
}

const struct sabot_specification sabot_counter = {
	.name = "a counter",
	.start = start_value,
	.apply = counter_apply,
	.describe = describe,
};

/* ---- Queue, stack: the state is the room (0: any), then the items -------------------------- */

static bool put_last(struct sabot_state *state, const struct sabot_operation *operation)
{
	bool full = state->values[0] > 0 && state->count > (uint64_t)state->values[0];

	if (!full)
		sabot_state_insert(state, state->count, operation->argument);
	return gives(operation, full ? SABOT_FULL : 0);
}

static bool take_at(struct sabot_state *state, const struct sabot_operation *operation, size_t at)
{
	int64_t item;

	if (state->count == 1)
		return gives(operation, SABOT_EMPTY);
	item = state->values[at];
	if (!gives(operation, item))
		return false;
	sabot_state_remove(state, at);
	return true;
}

static bool queue_apply(struct sabot_state *state, const struct sabot_operation *operation)
{
	if (operation->what == SABOT_ENQUEUE)
		return put_last(state, operation);
	return operation->what == SABOT_DEQUEUE && take_at(state, operation, 1);
}

static bool stack_apply(struct sabot_state *state, const struct sabot_operation *operation)
{
	if (operation->what == SABOT_PUSH)
		return put_last(state, operation);
	return operation->what == SABOT_POP && take_at(state, operation, state->count - 1);
}

static enum sabot_items item_of(const struct sabot_operation *operation, int64_t *item)
{
	bool puts = operation->what == SABOT_ENQUEUE || operation->what == SABOT_PUSH;

	*item = puts ? operation->argument : operation->result;
	if (operation->unknown)
		return puts ? SABOT_ONE_ITEM : SABOT_EVERY_ITEM;
	if (operation->result == SABOT_FULL)
		return SABOT_EVERY_ITEM;
	return operation->result == SABOT_EMPTY ? SABOT_NO_ITEM : SABOT_ONE_ITEM;
}

const struct sabot_specification sabot_fifo_queue = {
	.name = "a FIFO queue",
	.start = start_value,
	.apply = queue_apply,
	.describe = describe,
	.item = item_of,
};

const struct sabot_specification sabot_stack = {
	.name = "a stack",
	.start = start_value,
	.apply = stack_apply,
	.describe = describe,
	.item = item_of,
};

/* ---- Set, key-value store: by element and by key, so the state holds at most one ----------- */

static bool set_apply(struct sabot_state *state, const struct sabot_operation *operation)
{
	bool there = state->count > 0;

	switch (operation->what) {
	case SABOT_INSERT:
		if (!there)
			sabot_state_insert(state, 0, operation->argument);
		return gives(operation, !there);
	case SABOT_REMOVE:
		if (there)
			sabot_state_remove(state, 0);
		return gives(operation, there);
	case SABOT_CONTAINS:
		return gives(operation, there);
	default:
		return false;
	}
}

const struct sabot_specification sabot_set = {
	.name = "a set",
	.start = start_empty,
	.apply = set_apply,
	.describe = describe,
	.key = key_of,
};

static bool key_value_apply(struct sabot_state *state, const struct sabot_operation *operation)
{
	bool there = state->count > 0;

	switch (operation->what) {
	case SABOT_PUT:
		if (there)
			state->values[0] = operation->second;
		else
			sabot_state_insert(state, 0, operation->second);
		return gives(operation, 0);
	case SABOT_GET:
		return gives(operation, there ? state->values[0] : SABOT_EMPTY);
	case SABOT_REMOVE:
		if (there)
			sabot_state_remove(state, 0);
		return gives(operation, there);
	default:
		return false;
	}
}

const struct sabot_specification sabot_key_value = {
	.name = "a key-value store",
	.start = start_empty,
	.apply = key_value_apply,
	.describe = describe,
	.key = key_of,
};

/* ---- Lock: the state is the owner ---------------------------------------------------------- */

enum { NOBODY = -1, THE_DEAD = -2 };

static void start_free(struct sabot_state *state, int64_t parameter)
{
	(void)parameter;
	sabot_state_insert(state, 0, NOBODY);
}

static bool lock_take(struct sabot_state *state, const struct sabot_operation *operation)
{
	int64_t owner = state->values[0];

	if (owner >= 0)
		return operation->what == SABOT_TRYLOCK && gives(operation, EBUSY);
	state->values[0] = operation->caller;
	return gives(operation, 0) || (owner == THE_DEAD && gives(operation, EOWNERDEAD));
}

static bool lock_apply(struct sabot_state *state, const struct sabot_operation *operation)
{
	bool owns = state->values[0] == operation->caller;

	switch (operation->what) {
	case SABOT_LOCK:
	case SABOT_TRYLOCK:
		return lock_take(state, operation);
	case SABOT_UNLOCK:
		if (owns)
			state->values[0] = NOBODY;
		return owns && gives(operation, 0);
	case SABOT_DEATH:
		if (owns)
			state->values[0] = THE_DEAD;
		return true;
	default:
		return false;
	}
}

const struct sabot_specification sabot_lock = {
	.name = "a lock",
	.start = start_free,
	.apply = lock_apply,
	.describe = describe,
	.deaths = true,
};
