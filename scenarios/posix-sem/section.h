/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a lock, where one at most may be: who is there says so by its mark. */
#ifndef SCENARIOS_POSIX_SEM_SECTION_H
#define SCENARIOS_POSIX_SEM_SECTION_H

#include <sabot/sabot.h>

enum { OUTSIDE, INSIDE }; /* marks */

#define SECTION_POINT "inside"

static inline void section_one_is_inside(struct sabot_check *check)
{
	unsigned inside = sabot_alive(check, INSIDE);

	sabot_require(check, inside <= 1, "%u are inside", inside);
}

static const char *const section_points[] = { SECTION_POINT, NULL };

#endif
