/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fork server that afl-fuzz talks to: each input is a plan in its binary form, each run an
 * execution. What runs them is a worker like any other, in a world of its own, which lives from
 * one run to the next. AFL++'s map gets the features of the interleaving, then the edges.
 */
#ifndef SABOT_CAMPAIGN_FUZZ_SERVER_H
#define SABOT_CAMPAIGN_FUZZ_SERVER_H

#include "campaign/campaign.h"

struct fuzz_server_options {
	const struct campaign_options *campaign;
	const struct campaign_target *targets; /* a plan's scase says which */
	size_t target_count;
	const char *out_directory; /* absolute */
	uint64_t *counter;	   /* of executions */
};

/*
 * Serves until afl-fuzz closes its end. Returns 0, -ENOTCONN when it was not started by afl-fuzz,
 * or -errno when no worker can be made.
 */
int fuzz_server_run(const struct fuzz_server_options *options);

#endif
