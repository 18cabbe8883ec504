/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/leaks.h"
#include "cli/plan_job.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

struct explain_arguments {
	struct plan_job job;
	const char *leaks;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct explain_arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->leaks;
		break;
	case ARGP_KEY_ARG:
		if (arguments->job.path)
			argp_error(state, "one plan at a time");
		arguments->job.path = argument;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which plan? `sabot run` names one for each finding");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child explain_children[] = { { &leaks_argp, 0, NULL, 0 }, { 0 } };

static const struct argp explain_argp = {
	.children = explain_children,
	.parser = parse,
	.args_doc = "PLAN",
	.doc = "Runs a plan and tells what happened: one line for each step that matters, "
	       "the waits-for graph, "
	       "and the finding.",
};

int cli_explain(int argc, char **argv)
{
	struct explain_arguments *arguments = calloc(1, sizeof(*arguments));
	struct plan_job *job = &arguments->job;
	int code, error;

	if (!arguments)
		return cli_fail(EXIT_BUG, "out of memory");
	argp_parse(&explain_argp, argc, argv, 0, NULL, arguments);
	code = leaks_begin(arguments->leaks);
	if (code != LEAKS_GO_ON)
		return code;
	code = plan_job_run(job);
	if (code)
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
