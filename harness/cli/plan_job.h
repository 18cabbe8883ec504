/* SPDX-License-Identifier: Apache-2.0 */
/* What replay, shrink and explain share: a plan's file, and one worker that runs it. */
#ifndef SABOT_CLI_PLAN_JOB_H
#define SABOT_CLI_PLAN_JOB_H

#include "campaign/replay.h"

#include <argp.h>
#include <stdbool.h>

struct plan_job {
	const char *path;
	uint64_t times;
	bool shrink, hold;
	const char *leaks;     /* the checker of memory, or NULL */
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

/*
 * A child parser for verbs that take one plan: its input is the struct plan_job. Reads the path and
 * --leaks, and ends the process with EXIT_USAGE if there is not exactly one plan.
 */
extern const struct argp plan_job_argp;

enum { PLAN_JOB_DONE = -1 };

/*
 * Reads the plan and runs it, in a program that its checker works in. Returns PLAN_JOB_DONE, else
 * the exit code to end with: after one clear line, or of the program that ran it.
 */
int plan_job_run(struct plan_job *job);

/* Prints the story, the finding and its graph. 0 or -errno. */
int plan_job_print(const struct plan_job *job);

#endif
