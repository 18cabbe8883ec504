/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a lock, where one at most may be: who is there says so by its mark, which is
 * forgotten when it dies. For scenarios of all groups.
 */
#ifndef SCENARIOS_SECTION_H
#define SCENARIOS_SECTION_H

#include <sabot/sabot.h>

enum { OUTSIDE, INSIDE }; /* marks */

#define SECTION_POINT "inside"

/* With the lock: for so many points, at each of which others may come, and find it taken. */
static inline void section_stay(struct sabot_task *task, int points)
{
	int i;

	sabot_mark(task, INSIDE);
	for (i = 0; i < points; i++)
		sabot_point(task, SECTION_POINT);
	sabot_mark(task, OUTSIDE);
}

static inline void section_one_is_inside(struct sabot_check *check)
{
	unsigned inside = sabot_alive(check, INSIDE);

	sabot_require(check, inside <= 1, "%u are inside", inside);
}

static const char *const section_points[] = { SECTION_POINT, NULL };

#endif
