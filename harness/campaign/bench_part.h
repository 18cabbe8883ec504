/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the benchmark share. */
#ifndef SABOT_CAMPAIGN_BENCH_PART_H
#define SABOT_CAMPAIGN_BENCH_PART_H

#include "campaign/bench.h"
#include "exec/execution.h"

/* An execution of the scenario's first case, with the oracles that a campaign has. */
void bench_fill(struct execution *execution, const struct sabot_scenario *scenario);

/* Adds a row, and judges it against its bar. */
void bench_add(struct bench *bench, struct bench_row row);

/*
 * Costs of some nanoseconds depend on what else the machine does, for seconds on end: on two tasks
 * that share a core, or a memory bus with others. So they are looked at now and then in a run of
 * the benchmark, and the least counts: what else the machine does only ever adds.
 */
void bench_cost_look(void);
/* Adds the rows of what was seen, and executions of accesses. */
void bench_cost(struct bench *bench, double scale);

#endif
