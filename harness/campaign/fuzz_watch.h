/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes on beside afl-fuzz, in a worker: a search of our own first, whose plans afl-fuzz begins
 * with; then each input that afl-fuzz says is a crash is run again, and becomes a finding with a
 * plan in text.
 */
#ifndef SABOT_CAMPAIGN_FUZZ_WATCH_H
#define SABOT_CAMPAIGN_FUZZ_WATCH_H

#include "campaign/campaign.h"

enum { FUZZ_TARGETS_MAX = 64 };

/* In memory that the command line shares with the worker. */
struct fuzz_watch {
	const struct campaign_options *campaign;
	const struct campaign_target *targets;
	size_t target_count;
	uint64_t warm_up;	  /* executions of the search before, for each case */
	const char *seeds;	  /* directory, absolute, empty: what afl-fuzz begins with */
	const char *outputs;	  /* directory, absolute: holds one of each afl-fuzz */
	uint32_t length;	  /* decisions of the search's longest execution */
	_Atomic uint32_t planted; /* plans in `seeds`; valid when `ready` */
	_Atomic bool ready;	  /* afl-fuzz can begin */
	_Atomic bool last;	  /* it has ended: look once more */
	_Atomic uint32_t found;	  /* findings, all cases together */
	_Atomic uint32_t lost;	  /* crashes that did not come again */
	struct record_case *records[FUZZ_TARGETS_MAX]; /* NULL until its search begins */
};

/* A job of a pool's. Returns the watch, its records filled. */
struct fuzz_watch *fuzz_watch_run(struct pool_context *context, struct fuzz_watch *watch);

#endif
