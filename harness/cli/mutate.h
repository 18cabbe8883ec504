/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot mutate`: what the suite noticed of each broken primitive. */
#ifndef SABOT_CLI_MUTATE_H
#define SABOT_CLI_MUTATE_H

#include "core/record.h"
#include "mutate/mutate.h"

#include <stdbool.h>
#include <stdio.h>

struct mutate_result {
	const struct mutation *mutation;
	const struct record_case *cases; /* those that were run with it */
	size_t case_count;
	uint64_t executions;
	uint64_t answered; /* calls that the mutation answered */
	size_t caught;	   /* cases that failed by an oracle */
	size_t broken;	   /* cases that could not test: noticed, but by no oracle */
	double seconds;
};

/* For a person; and for programs, one object on one line. Return 0 or -errno. */
int mutate_write_text(FILE *file, const struct mutate_result *result, bool verbose);
int mutate_write_json(FILE *file, const struct mutate_result *result);

#endif
