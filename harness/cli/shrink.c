/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/plan_job.h"
#include "os/whole.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const struct argp_option shrink_options[] = {
	{ "output", 'o', "FILE", 0, "Where the shrunk plan goes (default: PLAN itself)", 0 },
	{ 0 },
};

struct shrink_arguments {
	struct plan_job job;
	const char *output;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct shrink_arguments *arguments = state->input;

	switch (key) {
	case 'o':
		arguments->output = argument;
		break;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->job;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child shrink_children[] = { { &plan_job_argp, 0, NULL, 0 }, { 0 } };

static const struct argp shrink_argp = {
	.options = shrink_options,
	.children = shrink_children,
	.parser = parse,
	.args_doc = "PLAN",
	.doc = "Removes faults and switches from a plan until none can go without losing "
	       "the finding. Each try is "
	       "a real execution.",
};

/* The old plan is there until the new one is whole. */
static int write_plan(const char *path, const struct replay_result *result)
{
	struct whole whole;
	FILE *file = whole_begin(&whole, AT_FDCWD, path);

	if (!file)
		return -errno;
	return whole_end(&whole, file, plan_write(file, result->shrunk, &result->shrunk_trace));
}

int cli_shrink(int argc, char **argv)
{
	struct shrink_arguments *arguments = calloc(1, sizeof(*arguments));
	const struct replay_result *result;
	const char *output;
	int code, error;

	if (!arguments)
		return cli_fail(EXIT_BUG, "out of memory");
	arguments->job.shrink = true;
	argp_parse(&shrink_argp, argc, argv, 0, NULL, arguments);
	code = plan_job_run(&arguments->job);
	if (code != PLAN_JOB_DONE)
		return code;
	result = arguments->job.result;
	if (!result->shrunk)
		return cli_fail(EXIT_UNDECIDED, "%s shows no finding: there is nothing to keep",
				arguments->job.path);
	output = arguments->output ? arguments->output : arguments->job.path;
	error = write_plan(output, result);
	if (error)
		return cli_fail(EXIT_UNDECIDED, "%s: %s", output, strerror(-error));
	printf("%u faults and %u switches became %u and %u in %llu executions\n%s\n",
	       arguments->job.plan.fault_count, arguments->job.plan.switch_count,
	       result->shrunk->fault_count, result->shrunk->switch_count,
	       (unsigned long long)result->tries, output);
	return EXIT_PASS;
}
