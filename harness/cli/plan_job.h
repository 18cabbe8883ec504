/* SPDX-License-Identifier: Apache-2.0 */
/* What replay, shrink and explain share: a plan's file, and one worker that runs it. */
#ifndef SABOT_CLI_PLAN_JOB_H
#define SABOT_CLI_PLAN_JOB_H

#include "campaign/replay.h"

#include <stdbool.h>

struct plan_job {
	const char *path;
	uint64_t times;
	bool shrink, hold;
	const char *held_task; /* whom the user wants to look at; NULL: all */
	/* Filled by plan_job_run(). */
	struct plan plan;
	struct plan_trace trace;
	struct campaign_target target;
	struct campaign_options options;
	struct replay_request request;
	struct replay_result *result;
	const char *lost; /* the worker died: how */
	bool told_held;
};

/* Reads the plan and runs it. Returns 0, or an exit code after one clear line. */
int plan_job_run(struct plan_job *job);

/* Prints the story, the finding and its graph. 0 or -errno. */
int plan_job_print(const struct plan_job *job);

#endif
