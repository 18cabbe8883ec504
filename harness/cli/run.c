/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run.h"

#include "cli/cli.h"
#include "cli/outdir.h"
#include "core/verdict.h"
#include "os/sys.h"
#include "os/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *run_case(struct pool_context *context, uint32_t job, void *user)
{
	struct run *run = user;

	return campaign_run(context, &run->campaign, &run->selection.targets[job]);
}

/* The worker died with the case: nothing is known of it but that. */
static struct record_case lost_case(const struct run *run, uint32_t job, const char *how)
{
	const struct campaign_target *target = &run->selection.targets[job];
	struct record_case record = { .verdict = VERDICT_BROKEN,
				      .kind = KIND_BROKEN,
				      .seed = run->campaign.seed };
	char *name, *path, plan[64];

	pool_lost_plan(job, plan, sizeof(plan));
	if (asprintf(&name, "%s/%s", target->scenario->group, target->scenario->name) < 0 ||
	    asprintf(&path, "%s/%s", run->out, plan) < 0)
		abort();
	record.scenario = name;
	record.name = target->scase->name;
	record.caught_by = target->scase->caught_by ? target->scase->caught_by : "";
	record.message = strdup(how && how[0] ? how : "not run");
	record.plan_path = access(path, R_OK) == 0 ? path : "";
	if (record.plan_path[0] && asprintf(&name, "%s replay %s", cli_program, path) > 0)
		record.replay_line = name;
	return record;
}

static void note_write(struct run *run, int error, const char *what)
{
	if (error && !run->failed)
		run->failed = cli_fail(EXIT_UNDECIDED, "%s: %s", what, strerror(-error));
}

static void case_done(uint32_t job, void *result, const char *how, void *user)
{
	struct run *run = user;
	struct record_case *record = &run->records[job];

	*record = result ? *(struct record_case *)result : lost_case(run, job, how);
	run->done = job + 1;
	progress_clear(&run->progress);
	if (run->json)
		note_write(run, report_case_json(stdout, record), "standard output");
	else
		note_write(run, report_case_text(stdout, record, &run->report), "standard output");
}

static void tick(const struct pool_status *status, unsigned workers, uint32_t jobs_done, void *user)
{
	struct run *run = user;
	const char *now = "";
	unsigned i;

	for (i = 0; i < workers; i++) {
		uint32_t job = atomic_load(&status[i].job);

		if (job && job <= run->selection.count)
			now = run->selection.targets[job - 1].scenario->name;
	}
	progress_show(&run->progress, status, workers, jobs_done, (uint32_t)run->selection.count,
		      now);
}

static void set_colour(struct run *run)
{
	const char *no = getenv("NO_COLOR");
	bool wanted = isatty(STDOUT_FILENO) && !(no && no[0]);

	if (strcmp(run->colour, "auto"))
		wanted = !strcmp(run->colour, "always");
	run->report.colour = wanted ? REPORT_COLOUR : REPORT_PLAIN;
}

static int select_all(struct run *run)
{
	size_t i;
	int code = 0;

	for (i = 0; i < run->word_count && !code; i++)
		code = select_add(&run->selection, run->words[i], run->case_name);
	if (!run->word_count)
		code = select_add(&run->selection, NULL, run->case_name);
	return code;
}

static void write_reports(struct run *run, const struct record_run *record)
{
	size_t i;

	for (i = 0; i < run->report_count; i++)
		note_write(run,
			   report_write_path(run->reports[i].format, run->reports[i].path, record,
					     &run->report),
			   run->reports[i].path);
}

static int conclude(struct run *run, const char *command_line, double seconds, bool interrupted)
{
	struct record_run record = {
		.version = SABOT_VERSION,
		.command_line = command_line,
		.host_notes = progress_notes(&run->progress),
		.seed = run->campaign.seed,
		.cases = run->records,
		.case_count = run->done,
		.seconds = seconds,
		.interrupted = interrupted,
	};
	uint32_t i;
	int code;

	for (i = 0; i < run->done; i++)
		record.worst = verdict_worse(record.worst, run->records[i].verdict);
	if (interrupted)
		record.worst = verdict_worse(record.worst, VERDICT_INCONCLUSIVE);
	if (!run->json)
		note_write(run, report_summary_text(stdout, &record, &run->report),
			   "standard output");
	write_reports(run, &record);
	code = (int)verdict_exit_code(record.worst);
	return code == EXIT_PASS ? run->failed : code;
}

static char *join(int argc, char **argv)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int i;

	for (i = 0; file && i < argc; i++)
		fprintf(file, "%s%s", i ? " " : "", argv[i]);
	if (file)
		fclose(file);
	return text ? text : strdup("");
}

int cli_run(int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));
	char *command_line = join(argc, argv);
	struct pool_options pool = { .run = run_case, .done = case_done, .tick = tick };
	uint64_t began_ns = sys_now_ns();
	int code, error;

	if (!run)
		return cli_fail(EXIT_BUG, "out of memory");
	run_parse(run, argc, argv);
	set_colour(run);
	code = select_all(run);
	if (code)
		return code;
	code = outdir_make(run->out, &pool.out_directory);
	if (code)
		return code;
	run->records = calloc(run->selection.count, sizeof(*run->records));
	run->campaign.out_directory = run->out;
	run->campaign.program = cli_program;
	pool.user = run;
	pool.budget_ns = run->budget_ns;
	pool.workers = run->workers ? (unsigned)run->workers : world_cpus();
	if (pool.workers > POOL_WORKERS_MAX)
		pool.workers = POOL_WORKERS_MAX;
	progress_begin(&run->progress);
	error = pool_run(&pool, (uint32_t)run->selection.count);
	progress_clear(&run->progress);
	if (error && error != -EINTR && !run->done)
		return cli_fail(EXIT_UNDECIDED, "no worker could be started: %s", strerror(-error));
	return conclude(run, command_line, (double)(sys_now_ns() - began_ns) / 1e9,
			error == -EINTR);
}
