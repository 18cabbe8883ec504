/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plan_job.h"

#include "campaign/recipe.h"
#include "cli/cli.h"
#include "cli/leaks.h"
#include "cli/outdir.h"
#include "cli/select.h"
#include "intercept/heap.h"
#include "reports/report.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct plan_job *job = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &job->leaks;
		return 0;
	case ARGP_KEY_ARG:
		if (job->path)
			argp_error(state, "one plan at a time");
		job->path = argument;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which plan? `sabot run` names one for each finding");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &leaks_argp, 0, NULL, 0 }, { 0 } };

const struct argp plan_job_argp = { .children = children, .parser = parse };

static int load(struct plan_job *job)
{
	struct plan_error wrong = { 0 };
	FILE *file = fopen(job->path, "r");
	int error;

	if (!file)
		return cli_fail(EXIT_USAGE, "%s: %s", job->path, strerror(errno));
	error = plan_read(file, &job->plan, &job->trace, &wrong);
	fclose(file);
	if (error)
		return cli_fail(EXIT_USAGE, "%s:%u: %s", job->path, wrong.line, wrong.message);
	if (!heap_checker() && !strncmp(job->plan.finding, "memory leak:", 12))
		(void)cli_fail(0,
			       "%s: it shows lost memory: that takes --leaks=valgrind or "
			       "--leaks=lsan",
			       job->path);
	return select_plan(&job->target, &job->plan, job->path);
}

static void *run(struct pool_context *context, uint32_t number, void *user)
{
	struct plan_job *job = user;

	(void)number;
	replay_run(context, &job->request, job->result);
	return job->result;
}

static void done(uint32_t number, void *result, const char *how, void *user)
{
	struct plan_job *job = user;

	(void)number;
	if (!result)
		job->lost = strdup(how);
}

/* What a task is doing, and how to reach it. */
static void tell_tasks(const struct replay_result *result, const char *name)
{
	uint32_t i, count = atomic_load(&result->task_count);

	for (i = 0; i < count; i++) {
		const struct replay_task *task = &result->tasks[i];

		if (name && strcmp(name, task->name) != 0)
			continue;
		printf("  %-16s in %-24s gdb -p %d\n", task->name, task->doing, task->tid);
	}
}

/* Nobody stands still: the name is wrong, or there was nobody to choose. */
static int nobody_held(const struct plan_job *job)
{
	uint32_t i, count = atomic_load(&job->result->task_count);
	char names[512] = "";

	if (!job->held_task)
		return cli_fail(EXIT_USAGE,
				"%s: all tasks have ended at the last step; --gdb=TASK stops one "
				"before its end",
				job->path);
	for (i = 0; i < count; i++) {
		size_t used = strlen(names);

		snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "",
			 job->result->tasks[i].name);
	}
	return cli_fail(EXIT_USAGE, "%s: no task \"%s\" could be stopped; there are %s", job->path,
			job->held_task, names);
}

/* The tasks stand still: says how to reach them, and waits for the user. */
static void tell_held(struct plan_job *job)
{
	const struct replay_result *result = job->result;
	const char *message = result->held_message;

	printf("The tasks stand still at the last step%s%s\n", message ? ": " : ".",
	       message ? message : "");
	tell_tasks(result, job->held_task);
	printf("Press Enter to end them.\n");
	fflush(stdout);
	job->told_held = true;
}

static void tick(const struct pool_status *status, unsigned workers, uint32_t jobs_done, void *user)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	struct plan_job *job = user;
	char line[256];

	(void)status;
	(void)workers;
	(void)jobs_done;
	if (!job->hold || !atomic_load(&job->result->held))
		return;
	if (!job->told_held)
		tell_held(job);
	if (poll(&input, 1, 0) > 0 && read(STDIN_FILENO, line, sizeof(line)) >= 0)
		pool_stop();
}

/* 0, or an exit code after one clear line. */
static int load_and_run(struct plan_job *job)
{
	struct pool_options pool = { .workers = 1, .run = run, .done = done, .tick = tick };
	char directory[] = "/tmp/sabot-replay-XXXXXX";
	int code = load(job), error;

	if (code)
		return code;
	pool.free = recipe_is_free(&job->plan);
	if (pool.free && (job->shrink || job->hold))
		return cli_fail(EXIT_USAGE, "%s: a plan of free mode has no schedule to %s",
				job->path, job->shrink ? "shrink" : "stop at the end of");
	job->result = mmap(NULL, sizeof(*job->result), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (job->result == MAP_FAILED || !mkdtemp(directory))
		return cli_fail(EXIT_BUG, "no memory or no temporary directory: %s",
				strerror(errno));
	job->result->finding.message = "";
	job->options.program = cli_program;
	job->options.out_directory = pool.out_directory = directory;
	job->request = (struct replay_request){
		.options = &job->options,
		.target = &job->target,
		.plan = &job->plan,
		.trace = &job->trace,
		.times = job->times || pool.free ? job->times : 1,
		.shrink = job->shrink,
		.hold = job->hold,
		.held_task = job->held_task,
	};
	pool.out_is_temporary = true;
	pool.no_world = job->hold;
	pool.user = job;
	error = pool_run(&pool, 1);
	(void)rmdir(directory);
	if (job->lost)
		return cli_fail(EXIT_UNDECIDED, "%s: %s", job->path, job->lost);
	if (error && error != -EINTR)
		return cli_fail(EXIT_UNDECIDED, "no worker could be started: %s", strerror(-error));
	if (error == -EINTR && !job->told_held)
		return cli_fail(EXIT_UNDECIDED, "interrupted");
	if (job->result->error)
		return cli_fail(EXIT_UNDECIDED, "%s: %s", job->path, job->result->error);
	if (job->hold && !job->told_held)
		return nobody_held(job);
	return 0;
}

int plan_job_run(struct plan_job *job)
{
	int code = leaks_begin(job->leaks);

	if (code != LEAKS_GO_ON)
		return code;
	code = load_and_run(job);
	return code ? code : PLAN_JOB_DONE;
}

int plan_job_print(const struct plan_job *job)
{
	const struct record_finding *finding = &job->result->finding;
	char *story = report_story(finding);

	printf("%s:%s, %llu steps\n\n%s", job->plan.scenario, job->plan.case_name,
	       (unsigned long long)job->result->steps, story ? story : "");
	free(story);
	if (finding->graph[0])
		printf("\n%s", finding->graph);
	if (finding->history[0])
		printf("\n%s", finding->history);
	if (finding->leaks[0])
		printf("\n%s", finding->leaks);
	if (finding->output[0])
		printf("\nThe tasks wrote:\n%s", finding->output);
	if (finding->kind == KIND_NONE)
		printf("\nNothing was found.\n");
	else
		printf("\n%s: %s\n", kind_name(finding->kind), finding->message);
	return fflush(stdout) == 0 ? 0 : -errno;
}
