/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a selection of cases in workers: what `run`, `semantics` and `mutate` have in common. */
#ifndef SABOT_CLI_SUITE_H
#define SABOT_CLI_SUITE_H

#include "cli/progress.h"
#include "cli/select.h"

#include <stdbool.h>

struct suite {
	struct campaign_options campaign;
	struct selection selection;
	const char *out; /* the output directory, as the user named it */
	unsigned long long budget_ns, workers;
	/* Told of each case as it completes, in order; may be NULL. */
	void (*case_done)(struct suite *suite, const struct record_case *record);

	/* What came of it. */
	struct record_case *records;
	uint32_t done;
	struct progress progress;
	double seconds;
	bool interrupted;
};

/* The options that are the same wherever cases are run. */
void suite_defaults(struct suite *suite);

/*
 * Runs them all. Returns 0, or an exit code after one clear line if it could not begin. An
 * interrupt is no error: suite->interrupted.
 */
int suite_run(struct suite *suite);

/* The worst verdict of those that are done; what was skipped counts if nothing else was run. */
enum verdict suite_worst(const struct suite *suite);

#endif
