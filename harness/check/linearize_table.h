/* SPDX-License-Identifier: Apache-2.0 */
/* A history as a table: a row for each operation, with the time from its call to its return. */
#ifndef SABOT_CHECK_LINEARIZE_TABLE_H
#define SABOT_CHECK_LINEARIZE_TABLE_H

#include "check/linearize.h"

#include <stdio.h>

enum { LINEARIZE_COLUMNS = 90 }; /* reports indent it by up to ten more */

/*
 * Writes the operations whose part is not LINEARIZE_ABSENT (NULL: all), numbered, and below how far
 * an order of them gets. Time stands still where nobody calls or returns. Of more than 40
 * operations it shows the last. `name` gives the name of a task.
 */
void linearize_table(FILE *file, const struct linearize_history *history,
		     const unsigned char *parts, const char *(*name)(unsigned task));

#endif
