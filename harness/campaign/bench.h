/* SPDX-License-Identifier: Apache-2.0 */
/* Measurements of the engine, each beside a floor that is measured in the same run. Worker only. */
#ifndef SABOT_CAMPAIGN_BENCH_H
#define SABOT_CAMPAIGN_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench_row {
	const char *name;
	const char *unit;
	double value, floor; /* floor 0: the bar is absolute */
	double ratio;	     /* value / floor, or value / bar without a floor */
	double bar;
	bool at_least; /* ratio (or value) must be at least the bar; else at most */
	bool pass;
	const char *floor_name;
};

enum { BENCH_ROWS_MAX = 16 };

struct bench {
	struct bench_row rows[BENCH_ROWS_MAX];
	char memory_name[64];
	size_t count;
};

/*
 * Fills the rows one after the other. `scale` multiplies the iterations; 1 takes some seconds.
 * `alive` counts up all the while: who watches knows that it goes on.
 */
void bench_run(struct bench *bench, double scale, _Atomic uint64_t *alive);

#endif
