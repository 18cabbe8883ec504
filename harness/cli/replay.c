/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/recipe.h"
#include "cli/cli.h"
#include "cli/plan_job.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_TIMES = 256, KEY_GDB };

static const struct argp_option replay_options[] = {
	{ "times", KEY_TIMES, "N", 0, "Run it so often; all traces must be equal", 0 },
	{ "gdb", KEY_GDB, "TASK", OPTION_ARG_OPTIONAL,
	  "Stop at the last step, and before this task (or whom the finding is about) has "
	  "ended, and say how to attach a debugger",
	  0 },
	{ "quiet", 'q', NULL, 0, "Only the last line", 0 },
	{ 0 },
};

struct replay_arguments {
	struct plan_job job;
	bool quiet;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct replay_arguments *arguments = state->input;
	unsigned long long number;

	switch (key) {
	case KEY_TIMES:
		if (cli_number(argument, &number) || !number)
			argp_error(state, "--times takes a number above 0, not \"%s\"", argument);
		arguments->job.times = number;
		break;
	case KEY_GDB:
		arguments->job.hold = true;
		arguments->job.held_task = argument;
		break;
	case 'q':
		arguments->quiet = true;
		break;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->job;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child replay_children[] = { { &plan_job_argp, 0, NULL, 0 }, { 0 } };

static const struct argp replay_argp = {
	.options = replay_options,
	.children = replay_children,
	.parser = parse,
	.args_doc = "PLAN",
	.doc = "Runs a plan again and compares each step with the trace in its file. Exit "
	       "code 1 if it shows a "
	       "finding, 0 if not, 3 if a step differs. A plan of free mode is run as often as it "
	       "says: exit code 1 if the finding came back, 5 if not.",
};

static int diverged(const struct plan_job *job)
{
	const struct replay_result *result = job->result;

	if (!result->diverged_step)
		return cli_fail(EXIT_DIVERGED, "%s: run %llu diverged: the trace has another hash",
				job->path, (unsigned long long)result->diverged_run);
	return cli_fail(EXIT_DIVERGED,
			"%s: run %llu diverged at step %llu:\n  expected: %s\n  got:      %s",
			job->path, (unsigned long long)result->diverged_run,
			(unsigned long long)result->diverged_step, result->expected, result->got);
}

/* How often it came back; what did not is undecided, since nothing was replayed exactly. */
static int free_result(const struct plan_job *job)
{
	const struct replay_result *result = job->result;

	printf("%s: seen in %llu of %llu executions in free mode, where nothing comes back "
	       "exactly\n",
	       job->path, (unsigned long long)result->seen, (unsigned long long)result->runs);
	return result->seen ? EXIT_FINDING : EXIT_UNDECIDED;
}

int cli_replay(int argc, char **argv)
{
	struct replay_arguments *arguments = calloc(1, sizeof(*arguments));
	const struct replay_result *result;
	int code;

	if (!arguments)
		return cli_fail(EXIT_BUG, "out of memory");
	argp_parse(&replay_argp, argc, argv, 0, NULL, arguments);
	code = plan_job_run(&arguments->job);
	if (code != PLAN_JOB_DONE)
		return code;
	result = arguments->job.result;
	if (arguments->job.told_held)
		return result->held_finding ? EXIT_FINDING : EXIT_PASS;
	if (!arguments->quiet && plan_job_print(&arguments->job) != 0)
		return cli_fail(EXIT_UNDECIDED, "standard output: %s", strerror(errno));
	if (recipe_is_free(&arguments->job.plan))
		return free_result(&arguments->job);
	if (result->diverged)
		return diverged(&arguments->job);
	printf("%s: %llu of %llu runs %s; trace 0x%016llx\n", arguments->job.path,
	       (unsigned long long)result->runs, (unsigned long long)result->runs,
	       result->compared ? "took the same steps" : "done (the plan has no trace to compare)",
	       (unsigned long long)result->finding.trace_hash);
	return result->finding.kind == KIND_NONE ? EXIT_PASS : EXIT_FINDING;
}
