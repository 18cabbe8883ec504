/* SPDX-License-Identifier: Apache-2.0 */
#include "search/strategies.h"

#include <string.h>

const struct strategy *const strategies[] = {
	&strategy_replay, &strategy_random,	&strategy_pct,	 &strategy_pos,
	&strategy_guided, &strategy_exhaustive, &strategy_brute, NULL,
};

const struct strategy *strategies_find(const char *name)
{
	const struct strategy *const *at;

	for (at = strategies; *at; at++)
		if (!strcmp((*at)->name, name))
			return *at;
	return NULL;
}
