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

/* Accesses of shared memory as points. */
void bench_access(struct bench *bench, double scale);

#endif
