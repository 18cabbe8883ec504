/* SPDX-License-Identifier: Apache-2.0 */
#include "check/linearize_state.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64 };

static bool make_room(struct sabot_state *state, size_t room)
{
	size_t larger = state->room ? state->room : ROOM_FIRST;
	int64_t *values;

	if (room <= state->room)
		return true;
	while (larger < room)
		larger *= 2;
	values = realloc(state->values, larger * sizeof(values[0]));
	if (!values)
		return false;
	state->values = values;
	state->room = larger;
	return true;
}

void sabot_state_insert(struct sabot_state *state, size_t at, int64_t value)
{
	if (at > state->count || !make_room(state, state->count + 1)) {
		state->failed = true;
		return;
	}
	memmove(state->values + at + 1, state->values + at,
		(state->count - at) * sizeof(state->values[0]));
	state->values[at] = value;
	state->count++;
}

void sabot_state_remove(struct sabot_state *state, size_t at)
{
	if (at >= state->count) {
		state->failed = true;
		return;
	}
	state->count--;
	memmove(state->values + at, state->values + at + 1,
		(state->count - at) * sizeof(state->values[0]));
}

bool linearize_states_start(struct linearize_states *states,
			    const struct linearize_history *history)
{
	/* Never NULL, so that an empty state can be copied and hashed as any other. */
	if (!make_room(&states->now, 1) || !make_room(&states->trial, 1) ||
	    !make_room(&states->saved, 1))
		return false;
	history->specification->start(&states->now, history->parameter);
	return !states->now.failed;
}

void linearize_states_free(struct linearize_states *states)
{
	free(states->now.values);
	free(states->trial.values);
	free(states->saved.values);
}

struct sabot_state *linearize_states_try(struct linearize_states *states)
{
	struct sabot_state *trial = &states->trial;

	trial->failed = !make_room(trial, states->now.count);
	if (trial->failed)
		return trial;
	trial->count = states->now.count;
	memcpy(trial->values, states->now.values, trial->count * sizeof(trial->values[0]));
	return trial;
}

bool linearize_states_equal(const struct linearize_states *states)
{
	return states->now.count == states->trial.count &&
	       !memcmp(states->now.values, states->trial.values,
		       states->now.count * sizeof(states->now.values[0]));
}

bool linearize_states_push(struct linearize_states *states)
{
	struct sabot_state *saved = &states->saved, last;

	/* Both of the same room, so that to go back needs none. */
	if (!make_room(saved, saved->count + states->now.count + 1) ||
	    !make_room(&states->now, states->trial.room))
		return false;
	last = states->now;
	memcpy(saved->values + saved->count, last.values, last.count * sizeof(last.values[0]));
	saved->count += last.count;
	saved->values[saved->count++] = (int64_t)last.count;
	states->now = states->trial;
	states->trial = last;
	return true;
}

void linearize_states_pop(struct linearize_states *states)
{
	struct sabot_state *saved = &states->saved, *now = &states->now;

	now->count = (size_t)saved->values[--saved->count];
	saved->count -= now->count;
	memcpy(now->values, saved->values + saved->count, now->count * sizeof(now->values[0]));
}
