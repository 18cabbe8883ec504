/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suite.h"

#include "cli/cli.h"
#include "cli/outdir.h"
#include "intercept/heap.h"
#include "os/sys.h"
#include "os/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void suite_defaults(struct suite *suite)
{
	memset(suite, 0, sizeof(*suite));
	suite->campaign.seed = 1;
	suite->campaign.depth = 3;
	suite->campaign.shrink = true;
	suite->out = "sabot-out";
}

static void *run_case(struct pool_context *context, uint32_t job, void *user)
{
	struct suite *suite = user;

	return campaign_run(context, &suite->campaign, &suite->selection.targets[job]);
}

/* The worker died with the case: nothing is known of it but that. */
static struct record_case lost_case(const struct suite *suite, uint32_t job, const char *how)
{
	const struct campaign_target *target = &suite->selection.targets[job];
	struct record_case record = { .verdict = VERDICT_BROKEN,
				      .kind = KIND_BROKEN,
				      .seed = suite->campaign.seed };
	char *name, *path, plan[64];

	pool_lost_plan(job, plan, sizeof(plan));
	if (asprintf(&name, "%s/%s", target->scenario->group, target->scenario->name) < 0 ||
	    asprintf(&path, "%s/%s", suite->out, plan) < 0)
		abort();
	record.scenario = name;
	record.name = target->scase->name;
	record.caught_by = target->scase->caught_by ? target->scase->caught_by : "";
	record.characterises = target->scase->characterises ? target->scase->characterises : "";
	record.message = strdup(how && how[0] ? how : "not run");
	record.plan_path = access(path, R_OK) == 0 ? path : "";
	if (record.plan_path[0] && asprintf(&name, "%s replay %s", cli_program, path) > 0)
		record.replay_line = name;
	return record;
}

static void case_done(uint32_t job, void *result, const char *how, void *user)
{
	struct suite *suite = user;
	struct record_case *record = &suite->records[job];

	*record = result ? *(struct record_case *)result : lost_case(suite, job, how);
	suite->done = job + 1;
	progress_clear(&suite->progress);
	if (suite->case_done)
		suite->case_done(suite, record);
}

static void tick(const struct pool_status *status, unsigned workers, uint32_t jobs_done, void *user)
{
	struct suite *suite = user;
	const char *now = "";
	unsigned i;

	for (i = 0; i < workers; i++) {
		uint32_t job = atomic_load(&status[i].job);

		if (job && job <= suite->selection.count)
			now = suite->selection.targets[job - 1].scenario->name;
	}
	progress_show(&suite->progress, status, workers, jobs_done,
		      (uint32_t)suite->selection.count, now);
}

int suite_run(struct suite *suite)
{
	struct pool_options pool = {
		.run = run_case, .done = case_done, .tick = tick, .user = suite
	};
	uint64_t began_ns = sys_now_ns();
	int code, error;

	code = outdir_make(suite->out, &pool.out_directory);
	if (code)
		return code;
	suite->records = calloc(suite->selection.count, sizeof(*suite->records));
	if (!suite->records)
		return cli_fail(EXIT_BUG, "out of memory");
	suite->done = 0;
	suite->campaign.out_directory = suite->out;
	suite->campaign.program = cli_program;
	pool.budget_ns = suite->budget_ns;
	pool.free = suite->campaign.free;
	if (heap_checker() == HEAP_VALGRIND)
		pool.workers = 1; /* its processes have one report */
	else if (suite->workers)
		pool.workers = (unsigned)suite->workers;
	else
		pool.workers = pool.free ? 1 : world_cpus();
	if (pool.workers > POOL_WORKERS_MAX)
		pool.workers = POOL_WORKERS_MAX;
	progress_begin(&suite->progress);
	error = pool_run(&pool, (uint32_t)suite->selection.count);
	progress_clear(&suite->progress);
	suite->seconds = (double)(sys_now_ns() - began_ns) / 1e9;
	suite->interrupted = error == -EINTR;
	if (error && error != -EINTR && !suite->done)
		return cli_fail(EXIT_UNDECIDED, "no worker could be started: %s", strerror(-error));
	return 0;
}

enum verdict suite_worst(const struct suite *suite)
{
	enum verdict worst = suite->interrupted ? VERDICT_INCONCLUSIVE : VERDICT_PASS;
	bool passed = false;
	uint32_t i;

	for (i = 0; i < suite->done; i++) {
		worst = verdict_worse(worst, suite->records[i].verdict);
		passed |= suite->records[i].verdict == VERDICT_PASS;
	}
	return worst == VERDICT_SKIP && passed ? VERDICT_PASS : worst;
}
