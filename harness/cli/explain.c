/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/plan_job.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

static const struct argp_child explain_children[] = { { &plan_job_argp, 0, NULL, 0 }, { 0 } };

static const struct argp explain_argp = {
	.children = explain_children,
	.args_doc = "PLAN",
	.doc = "Runs a plan and tells what happened: one line for each step that matters, "
	       "the waits-for graph, "
	       "and the finding.",
};

int cli_explain(int argc, char **argv)
{
	struct plan_job *job = calloc(1, sizeof(*job));
	int code, error;

	if (!job)
		return cli_fail(EXIT_BUG, "out of memory");
	argp_parse(&explain_argp, argc, argv, 0, NULL, job);
	code = plan_job_run(job);
	if (code != PLAN_JOB_DONE)
		return code;
	error = plan_job_print(job);
	if (error)
		return cli_fail(EXIT_UNDECIDED, "standard output: %s", strerror(-error));
	if (job->result->diverged)
		return cli_fail(EXIT_DIVERGED,
				"%s: this is not the execution that the plan was made from "
				"(step %llu differs)",
				job->path, (unsigned long long)job->result->diverged_step);
	return EXIT_PASS;
}
