/* SPDX-License-Identifier: Apache-2.0 */
/* A plan run again: replayed and compared, explained, or shrunk. Worker only. */
#ifndef SABOT_CAMPAIGN_REPLAY_H
#define SABOT_CAMPAIGN_REPLAY_H

#include "campaign/campaign.h"

struct replay_request {
	const struct campaign_options *options;
	const struct campaign_target *target;
	const struct plan *plan;
	const struct plan_trace *trace; /* what the plan's file lists; may be empty */
	uint64_t times;
	bool shrink;
	bool hold; /* at the end, keep the tasks as they are until the pool is stopped */
	const char *held_task; /* with this one among them; NULL: with whom the finding is about */
};

struct replay_task {
	const char *name;
	pid_t pid, tid;
	const char *doing;
};

struct replay_result {
	const char *error;	       /* it could not be run: why; else NULL */
	struct record_finding finding; /* kind KIND_NONE: nothing was found */
	uint64_t steps;		       /* lines of the trace */
	uint64_t runs;
	uint64_t seen; /* free mode: runs that showed a finding; `finding` is the first of them */
	bool compared; /* the plan's file had something to compare with */
	bool diverged;
	uint64_t diverged_run;	/* from 1 */
	uint64_t diverged_step; /* from 1; 0: only the hash is known */
	const char *expected, *got;
	/* Shrinking. */
	const struct plan *shrunk;
	struct plan_trace shrunk_trace;
	uint64_t tries;
	/* Holding: written before the result is complete. */
	struct replay_task tasks[TASKS_MAX];
	_Atomic uint32_t task_count;
	bool held_finding;	  /* they stand at a finding, or right before it */
	const char *held_message; /* it; may be NULL */
	_Atomic bool held;
};

/* `result` is in memory that the command line shares. */
void replay_run(struct pool_context *context, const struct replay_request *request,
		struct replay_result *result);

#endif
