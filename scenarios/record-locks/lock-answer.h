/* SPDX-License-Identifier: Apache-2.0 */
/* What fcntl(2) answered to a request for a record lock, and whether the model explains it. */
#ifndef SCENARIOS_RECORD_LOCKS_LOCK_ANSWER_H
#define SCENARIOS_RECORD_LOCKS_LOCK_ANSWER_H

#include "lock-model.h"

enum answer { ANSWER_NONE, GRANTED, REFUSED, DEADLOCK, FREE, HELD };

struct lock_answer {
	enum answer answer;
	struct lock_range asked, told; /* the second is F_GETLK's, of HELD */
};

/*
 * `model` is as the answer left it; wants[i] is what owner i of `owners` waits for, or RANGE_NONE.
 * The living (bit n: owner n) are those of after the answer: somebody may have died since, so what
 * barred may be of one dead, and what did not must be of none living.
 */
bool lock_answer_follows(const struct lock_model *model, const struct lock_range *wants,
			 unsigned owners, const struct lock_answer *said, uint64_t living);

#endif
