/* SPDX-License-Identifier: Apache-2.0 */
/* What the two parts of exec/intact.h share: whether values are what they can be. */
#ifndef SABOT_EXEC_INTACT_PART_H
#define SABOT_EXEC_INTACT_PART_H

#include "core/control.h"

#include <string.h>

/* A task's number, or -1. */
static inline bool intact_is_task(int64_t number)
{
	return number >= -1 && number < (int64_t)control->task_count;
}

/* An object's number, or -1; an event that was not filled has 0. */
static inline bool intact_is_object(int64_t number)
{
	return number == 0 || (number >= -1 && number < (int64_t)control->object_count);
}

static inline bool intact_ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* Tables of structures have these in a row: no compiler's own type for what any byte may be. */
static inline bool intact_are_bools(const bool *first, const bool *last)
{
	const unsigned char *at = (const unsigned char *)first;

	for (; at <= (const unsigned char *)last; at++)
		if (*at > 1)
			return false;
	return true;
}

/* What of the tables that are read when the tasks have ended is not sound; NULL: nothing. */
const char *intact_tables_lack(uint32_t histories);
/* Of these, the list of what is to be removed. */
bool intact_made(void);

#endif
