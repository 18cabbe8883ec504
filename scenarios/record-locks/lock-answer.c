/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which answers of fcntl(2) the model explains: EAGAIN and F_GETLK by a lock that bars, EDEADLK by
 * a cycle of waiters (fcntl(2), "Advisory record locking"; Linux fs/locks.c, posix_test_lock(),
 * posix_locks_deadlock()). Does not judge fairness, nor which of several that bar is told of.
 */
#include "lock-answer.h"

#include <stddef.h>

/* Whether who wants `range` waits, through any number of others, for `target`. */
static bool waits_for(const struct lock_model *model, const struct lock_range *wants,
		      const struct lock_range *range, int target, unsigned left)
{
	const struct lock_range *barrier;
	unsigned at = 0;

	while (left > 0 && (barrier = lock_model_barrier(model, range, &at)) != NULL)
		if (barrier->owner == target ||
		    (wants[barrier->owner].kind != RANGE_NONE &&
		     waits_for(model, wants, &wants[barrier->owner], target, left - 1)))
			return true;
	return false;
}

static bool is_free(const struct lock_model *model, const struct lock_range *asked, uint64_t living)
{
	const struct lock_range *barrier;
	unsigned at = 0;

	while ((barrier = lock_model_barrier(model, asked, &at)) != NULL)
		if (living >> barrier->owner & 1)
			return false;
	return true;
}

bool lock_answer_follows(const struct lock_model *model, const struct lock_range *wants,
			 unsigned owners, const struct lock_answer *said, uint64_t living)
{
	unsigned at = 0;

	switch (said->answer) {
	case REFUSED:
		return lock_model_barrier(model, &said->asked, &at) != NULL;
	case DEADLOCK:
		return waits_for(model, wants, &said->asked, said->asked.owner, owners);
	case FREE:
		return is_free(model, &said->asked, living);
	case HELD:
		return lock_model_has(model, &said->told) && said->told.first <= said->asked.last &&
		       said->asked.first <= said->told.last;
	case ANSWER_NONE:
	case GRANTED: /* then nobody bars anybody, which lock_model_valid() tells */
		break;
	}
	return true;
}
