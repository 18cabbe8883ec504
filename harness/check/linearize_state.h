/* SPDX-License-Identifier: Apache-2.0 */
/* The states on a search's way: the one now, a trial, and those to go back to. Of linearize.c only.
 */
#ifndef SABOT_CHECK_LINEARIZE_STATE_H
#define SABOT_CHECK_LINEARIZE_STATE_H

#include "check/linearize.h"

struct linearize_states {
	struct sabot_state now, trial;
	struct sabot_state
		saved; /* one state's values after the other's, each with its count behind */
};

/* Begins with the specification's first state. False: no memory. */
bool linearize_states_start(struct linearize_states *states,
			    const struct linearize_history *history);
void linearize_states_free(struct linearize_states *states);

/* The trial, made equal to the state now; `failed` if there is no memory. */
struct sabot_state *linearize_states_try(struct linearize_states *states);
bool linearize_states_equal(const struct linearize_states *states);
/* The trial becomes the state now. False: no memory, nothing has changed. */
bool linearize_states_push(struct linearize_states *states);
/* Back to the state before the last push. */
void linearize_states_pop(struct linearize_states *states);

#endif
