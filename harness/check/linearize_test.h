/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of histories share: histories by hand, histories that really happened, and a
 * checker that tries all orders and knows no shortcut.
 */
#ifndef SABOT_CHECK_LINEARIZE_TEST_H
#define SABOT_CHECK_LINEARIZE_TEST_H

#include "check/linearize.h"
#include "core/random.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SCRIPT_MAX = 2048, SCRIPT_KEYS = 4 };

/* A history under construction. */
struct script {
	struct linearize_history history;
	struct history_operation operations[SCRIPT_MAX];
	uint32_t now; /* the next moment */
};

static inline void script_open(struct script *script,
			       const struct sabot_specification *specification, int64_t parameter)
{
	memset(script, 0, sizeof(*script));
	script->history.specification = specification;
	script->history.parameter = parameter;
	script->history.operations = script->operations;
}

static inline uint32_t script_call(struct script *script, unsigned task, int what, int64_t argument,
				   int64_t second)
{
	uint32_t at = script->history.count++;

	assert_true(at < SCRIPT_MAX);
	script->operations[at] = (struct history_operation){
		.told = { .what = what,
			  .caller = task,
			  .unknown = true,
			  .argument = argument,
			  .second = second },
		.called = script->now++,
		.returned = HISTORY_PENDING,
	};
	return at;
}

static inline void script_return(struct script *script, uint32_t at, int64_t result)
{
	script->operations[at].told.unknown = result == SABOT_UNKNOWN;
	script->operations[at].told.result = result == SABOT_UNKNOWN ? 0 : result;
	script->operations[at].returned = script->now++;
}

/* Called, and returned before anything else happens. */
static inline uint32_t script_do(struct script *script, unsigned task, int what, int64_t argument,
				 int64_t result)
{
	uint32_t at = script_call(script, task, what, argument, 0);

	script_return(script, at, result);
	return at;
}

/* ---- All orders ---------------------------------------------------------------------------- */

struct brute {
	const struct script *script;
	bool present[SCRIPT_MAX], taken[SCRIPT_MAX];
	struct sabot_state
		states[SCRIPT_KEYS]; /* of each key; the first one where there are none */
};

static inline struct sabot_state brute_copy(const struct sabot_state *from)
{
	struct sabot_state copy = *from;

	copy.values = malloc((from->count + 1) * sizeof(copy.values[0]));
	copy.room = from->count + 1;
	assert_non_null(copy.values);
	if (from->count)
		memcpy(copy.values, from->values, from->count * sizeof(copy.values[0]));
	return copy;
}

/* One that its caller did before the other, although it may return after the other's call. */
static inline bool brute_is_before(const struct script *script, uint32_t one, uint32_t other)
{
	const struct history_operation *operations = script->operations;

	return one < other && !linearize_is_pending(&script->history, one) &&
	       operations[one].told.caller == operations[other].told.caller;
}

/*
 * Whether some operation that is not taken yet had returned when this one was called, or is the
 * caller's own from before.
 */
static inline bool brute_is_too_early(const struct brute *brute, uint32_t at)
{
	const struct history_operation *operations = brute->script->operations;
	uint32_t i;

	for (i = 0; i < brute->script->history.count; i++)
		if (brute->present[i] && !brute->taken[i] &&
		    (operations[i].returned < operations[at].called ||
		     brute_is_before(brute->script, i, at)))
			return true;
	return false;
}

static inline bool brute_goes_on(struct brute *brute)
{
	const struct linearize_history *history = &brute->script->history;
	bool done = true;
	uint32_t i;

	for (i = 0; i < history->count; i++)
		done &= !brute->present[i] || brute->taken[i] || linearize_is_pending(history, i);
	for (i = 0; i < history->count && !done; i++) {
		const struct sabot_operation *told = &history->operations[i].told;
		bool keyed = history->specification->key && told->what != SABOT_DEATH;
		struct sabot_state *state =
			&brute->states[keyed ? history->specification->key(told) : 0];
		struct sabot_state before;

		if (!brute->present[i] || brute->taken[i] || brute_is_too_early(brute, i))
			continue;
		before = *state;
		*state = brute_copy(&before);
		brute->taken[i] = true;
		done = history->specification->apply(state, told) && brute_goes_on(brute);
		brute->taken[i] = false;
		free(state->values);
		*state = before;
	}
	return done;
}

/* Whether the operations that are present (NULL: all) have an order. */
static inline bool brute_has_order(const struct script *script, const bool *present)
{
	struct brute brute = { .script = script };
	bool found;
	uint32_t i;

	for (i = 0; i < script->history.count; i++)
		brute.present[i] = !present || present[i];
	for (i = 0; i < SCRIPT_KEYS; i++)
		script->history.specification->start(&brute.states[i], script->history.parameter);
	found = brute_goes_on(&brute);
	for (i = 0; i < SCRIPT_KEYS; i++)
		free(brute.states[i].values);
	return found;
}

/* ---- Histories that happened --------------------------------------------------------------- */

/* A real object, and nothing of the specification that it is to agree with. */
struct model {
	const struct sabot_specification *specification;
	int64_t capacity, value, values[SCRIPT_MAX];
	uint32_t count;
	int64_t of_key[SCRIPT_KEYS];
	bool has_key[SCRIPT_KEYS];
	int owner; /* -1: nobody, -2: somebody dead */
};

static inline int64_t model_put(struct model *model, int64_t item)
{
	if (model->capacity && model->count == (uint64_t)model->capacity)
		return SABOT_FULL;
	model->values[model->count++] = item;
	return 0;
}

static inline int64_t model_take(struct model *model, uint32_t at)
{
	int64_t item = model->count ? model->values[at] : SABOT_EMPTY;

	if (model->count) {
		model->count--;
		memmove(model->values + at, model->values + at + 1,
			(model->count - at) * sizeof(model->values[0]));
	}
	return item;
}

static inline int64_t model_key(struct model *model, const struct sabot_operation *told)
{
	bool had = model->has_key[told->argument];
	int64_t value = model->of_key[told->argument];

	switch (told->what) {
	case SABOT_PUT:
		model->of_key[told->argument] = told->second;
		model->has_key[told->argument] = true;
		return 0;
	case SABOT_GET:
		return had ? value : SABOT_EMPTY;
	case SABOT_CONTAINS:
		return had;
	case SABOT_INSERT:
		model->has_key[told->argument] = true;
		return !had;
	default:
		model->has_key[told->argument] = false;
		return had;
	}
}

static inline int64_t model_lock(struct model *model, const struct sabot_operation *told)
{
	int before = model->owner;

	if (told->what == SABOT_UNLOCK) {
		model->owner = -1;
		return 0;
	}
	if (before >= 0)
		return EBUSY;
	model->owner = (int)told->caller;
	return before == -2 ? EOWNERDEAD : 0;
}

/* The operation takes effect. Returns its result. */
static inline int64_t model_do(struct model *model, const struct sabot_operation *told)
{
	int64_t before = model->value;

	switch (told->what) {
	case SABOT_READ:
		return before;
	case SABOT_WRITE:
		model->value = told->argument;
		return 0;
	case SABOT_EXCHANGE:
		model->value = told->argument;
		return before;
	case SABOT_COMPARE_AND_SET:
		model->value = before == told->argument ? told->second : before;
		return before == told->argument;
	case SABOT_ADD:
		model->value += told->argument;
		return before;
	case SABOT_ENQUEUE:
	case SABOT_PUSH:
		return model_put(model, told->argument);
	case SABOT_DEQUEUE:
		return model_take(model, 0);
	case SABOT_POP:
		return model_take(model, model->count ? model->count - 1 : 0);
	case SABOT_LOCK:
	case SABOT_TRYLOCK:
	case SABOT_UNLOCK:
		return model_lock(model, told);
	default:
		return model_key(model, told);
	}
}

#endif
