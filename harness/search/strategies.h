/* SPDX-License-Identifier: Apache-2.0 */
/* The strategies, one file each. A new one is a file, a line here and a line in strategies.c. */
#ifndef SABOT_SEARCH_STRATEGIES_H
#define SABOT_SEARCH_STRATEGIES_H

#include "core/strategy.h"

extern const struct strategy strategy_replay;
extern const struct strategy strategy_random;
extern const struct strategy strategy_pct;
extern const struct strategy strategy_pos;
extern const struct strategy strategy_guided;
extern const struct strategy strategy_exhaustive;
extern const struct strategy strategy_brute;

/* When waiting stores arrive, in every strategy that walks at random. */
int random_store(struct decider *decider, int at);

/* The task that the plan lists for this decision and that can run, or -1. */
int replay_listed(struct decider *decider, const struct choice *choice);
/* As strategy->store and ->quiet, of what the plan lists. */
int replay_listed_store(struct decider *decider, int at);
uint32_t replay_quiet(struct decider *decider, const struct task *task);

/* NULL-terminated. */
extern const struct strategy *const strategies[];

/* NULL if there is none of that name. */
const struct strategy *strategies_find(const char *name);

#endif
