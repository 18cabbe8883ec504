/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fuzz.h"

#include "campaign/fuzz_server.h"
#include "campaign/guided.h"
#include "cli/cli.h"
#include "cli/outdir.h"
#include "os/sys.h"
#include "os/tree.h"
#include "reports/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PROGRESS_NS_S = 5, LINE_BYTES = 100 };

/* Leaves what is to be fuzzed: facts judge nothing, and twins only if they alone were asked for. */
static int choose_cases(struct fuzz *fuzz)
{
	struct selection *selection = &fuzz->selection;
	size_t i, kept = 0, correct = 0;

	for (i = 0; i < selection->count; i++)
		correct += !selection->targets[i].scase->caught_by &&
			   !selection->targets[i].scase->characterises;
	for (i = 0; i < selection->count; i++)
		if (!selection->targets[i].scase->characterises &&
		    (!correct || !selection->targets[i].scase->caught_by))
			selection->targets[kept++] = selection->targets[i];
	selection->count = kept;
	if (!kept)
		return cli_fail(EXIT_NOTHING, "what is selected judges nothing");
	if (kept > FUZZ_TARGETS_MAX)
		return cli_fail(EXIT_USAGE, "%zu cases are too many for one search: at most %d",
				kept, FUZZ_TARGETS_MAX);
	return 0;
}

static int select_cases(struct fuzz *fuzz)
{
	struct plan_code_roots roots;
	size_t i;
	int code = 0;

	for (i = 0; i < fuzz->word_count && !code; i++)
		code = select_add(&fuzz->selection, fuzz->words[i], fuzz->case_name);
	if (!code)
		code = choose_cases(fuzz);
	for (i = 0; i < fuzz->selection.count && !code; i++) {
		uint32_t faults = guided_faults(fuzz->selection.targets[i].scase);

		guided_roots(fuzz->selection.targets[i].scenario, &roots);
		if (roots.count > fuzz->roots)
			fuzz->roots = roots.count;
		if (faults > fuzz->faults)
			fuzz->faults = faults;
	}
	return code;
}

/* `sabot fuzz --serve`: what afl-fuzz runs. */
static int serve(struct fuzz *fuzz)
{
	const char *fd = getenv(FUZZ_COUNTER_FD), *place = getenv(FUZZ_COUNTER_PLACE);
	struct fuzz_server_options options = {
		.campaign = &fuzz->campaign,
		.targets = fuzz->selection.targets,
		.target_count = fuzz->selection.count,
		.out_directory = fuzz->out_absolute,
	};
	uint64_t unseen = 0, *counters = MAP_FAILED;
	int error;

	if (fd && place)
		counters = mmap(NULL, FUZZ_INSTANCES_MAX * sizeof(*counters),
				PROT_READ | PROT_WRITE, MAP_SHARED, atoi(fd), 0);
	options.counter = counters == MAP_FAILED
				  ? &unseen
				  : &counters[strtoul(place, NULL, 10) % FUZZ_INSTANCES_MAX];
	error = fuzz_server_run(&options);
	if (error == -ENOTCONN)
		return cli_fail(EXIT_USAGE, "fuzz --serve is started by afl-fuzz only");
	return error ? cli_fail(EXIT_UNDECIDED, "no worker could be started: %s", strerror(-error))
		     : EXIT_PASS;
}

/* ---- While it runs ------------------------------------------------------------------------- */

static void *run_job(struct pool_context *context, uint32_t job, void *user)
{
	struct fuzz *fuzz = user;

	(void)job;
	return fuzz_watch_run(context, fuzz->watch);
}

static void job_done(uint32_t job, void *result, const char *how, void *user)
{
	struct fuzz *fuzz = user;

	(void)job;
	if (!result)
		fuzz->lost = strdup(how);
}

static void tell_findings(struct fuzz *fuzz)
{
	size_t i;

	for (i = 0; i < fuzz->selection.count; i++) {
		const struct record_case *record = fuzz->watch->records[i];

		for (; record && fuzz->told[i] < record->finding_count; fuzz->told[i]++) {
			const struct record_finding *finding = &record->findings[fuzz->told[i]];

			fprintf(stderr, "sabot: found in %s:%s: %s: %s\n", record->scenario,
				record->name, kind_name(finding->kind), finding->message);
		}
	}
}

static void tell_progress(struct fuzz *fuzz)
{
	uint64_t now = sys_now_ns(), seconds = (now - fuzz->began_ns) / 1000000000;
	struct fuzz_figures figures;

	if (fuzz->screen || fuzz->quiet || now - fuzz->told_ns < PROGRESS_NS_S * 1000000000ull)
		return;
	fuzz->told_ns = now;
	fuzz_afl_figures(fuzz, &figures);
	fprintf(stderr, "sabot: fuzz: %llu executions, %llu a second, %llu s, findings %u\n",
		(unsigned long long)figures.executions,
		(unsigned long long)(seconds ? figures.executions / seconds : 0),
		(unsigned long long)seconds, atomic_load(&fuzz->watch->found));
}

static void begin_afl(struct fuzz *fuzz)
{
	size_t i;

	fuzz->begun = true;
	fuzz->began_ns = fuzz->told_ns = sys_now_ns();
	for (i = 0; i < fuzz->selection.count; i++)
		if (fuzz->watch->records[i])
			fuzz->warmed += fuzz->watch->records[i]->executions;
	if (!fuzz->lost && atomic_load(&fuzz->watch->planted) &&
	    !(fuzz->first && atomic_load(&fuzz->watch->found)))
		fuzz->code = fuzz_afl_start(fuzz);
}

static void tick(const struct pool_status *status, unsigned workers, uint32_t jobs_done, void *user)
{
	struct fuzz *fuzz = user;

	(void)status;
	(void)workers;
	(void)jobs_done;
	if (!atomic_load(&fuzz->watch->ready))
		return;
	if (!fuzz->begun)
		begin_afl(fuzz);
	if (fuzz->first && !fuzz->stopped && atomic_load(&fuzz->watch->found))
		fuzz_afl_end(fuzz);
	if (!fuzz->screen && !fuzz->quiet)
		tell_findings(fuzz);
	if (fuzz_afl_run(fuzz) && !fuzz->lost)
		tell_progress(fuzz);
	else
		atomic_store(&fuzz->watch->last, true);
}

/* ---- Before and after ---------------------------------------------------------------------- */

/* Of the words by which the cases were chosen: the next run of the same goes on where this ends. */
static void name_of(const struct fuzz *fuzz, char *text, size_t size)
{
	size_t i, used = 0;
	char *at;

	for (i = 0; i < fuzz->word_count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? "+" : "",
					 fuzz->words[i]);
	if (fuzz->case_name && used < size)
		snprintf(text + used, size - used, ".%s", fuzz->case_name);
	for (at = text; *at; at++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-",
			    *at) ||
		    (at == text && *at == '.'))
			*at = '-';
}

static int make_directories(struct fuzz *fuzz)
{
	char name[LINE_BYTES], *named;
	const char *absolute;
	int code;

	name_of(fuzz, name, sizeof(name));
	snprintf(fuzz->directory, sizeof(fuzz->directory), "%.2000s/fuzz/%s", fuzz->out_absolute,
		 name);
	/* Another `sabot fuzz` may work there too: its plans have the same names. */
	fuzz->plans = fuzz->out;
	if (strcmp(fuzz_afl_own_name(fuzz), FUZZ_ALONE) != 0) {
		if (asprintf(&named, "%s/%s", fuzz->out, fuzz_afl_own_name(fuzz)) < 0)
			return cli_fail(EXIT_BUG, "out of memory");
		fuzz->plans = named;
		code = outdir_make(named, &fuzz->out_absolute);
		if (code)
			return code;
	}
	snprintf(fuzz->outputs, sizeof(fuzz->outputs), "%.3000s/afl", fuzz->directory);
	snprintf(fuzz->seeds, sizeof(fuzz->seeds), "%.3000s/seeds-%d", fuzz->directory,
		 (int)getpid());
	code = outdir_make(fuzz->outputs, &absolute);
	return code ? code : outdir_make(fuzz->seeds, &absolute);
}

static int prepare(struct fuzz *fuzz)
{
	int code = make_directories(fuzz);

	if (code)
		return code;
	fuzz->watch = mmap(NULL, sizeof(*fuzz->watch), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fuzz->watch == MAP_FAILED)
		return cli_fail(EXIT_BUG, "out of memory");
	fuzz->watch->campaign = &fuzz->campaign;
	fuzz->watch->targets = fuzz->selection.targets;
	fuzz->watch->target_count = fuzz->selection.count;
	fuzz->watch->warm_up = fuzz->warm_up;
	fuzz->watch->seeds = fuzz->seeds;
	fuzz->watch->outputs = fuzz->outputs;
	fuzz->campaign.out_directory = fuzz->plans;
	fuzz->campaign.program = cli_program;
	fuzz->screen = !fuzz->json && isatty(STDOUT_FILENO) && !getenv("AFL_NO_UI");
	return 0;
}

static enum verdict print_cases(const struct fuzz *fuzz)
{
	const struct report_options options = { 0 };
	enum verdict worst = VERDICT_PASS;
	size_t i;

	for (i = 0; i < fuzz->selection.count; i++) {
		const struct record_case *record = fuzz->watch->records[i];

		if (!record)
			continue;
		worst = verdict_worse(worst, record->verdict);
		if (fuzz->json)
			(void)report_case_json(stdout, record);
		else if (record->verdict != VERDICT_PASS)
			(void)report_case_text(stdout, record, &options);
	}
	return worst;
}

static int conclude(const struct fuzz *fuzz, bool interrupted)
{
	enum verdict worst = print_cases(fuzz);
	uint32_t lost = atomic_load(&fuzz->watch->lost);
	const char *complaint = fuzz_afl_complaint(fuzz);
	struct fuzz_figures figures;

	fuzz_afl_figures(fuzz, &figures);
	if (complaint)
		(void)cli_fail(EXIT_UNDECIDED, "afl-fuzz: %s", complaint);
	if (lost)
		(void)cli_fail(EXIT_UNDECIDED,
			       "%u crash%s of afl-fuzz showed nothing when run again "
			       "(in %s)",
			       lost, lost == 1 ? "" : "es", fuzz->outputs);
	if (complaint || lost || interrupted)
		worst = verdict_worse(worst, VERDICT_INCONCLUSIVE);
	if (!fuzz->json) {
		printf("%-7s %zu case%s fuzzed: %llu executions, %llu plans kept",
		       verdict_name(worst), fuzz->selection.count,
		       fuzz->selection.count == 1 ? "" : "s",
		       (unsigned long long)figures.executions, (unsigned long long)figures.kept);
		if (figures.stability >= 0)
			printf(", stability %.2f %%", figures.stability);
		printf(", findings %u\n", atomic_load(&fuzz->watch->found));
	}
	if (fflush(stdout) != 0)
		return cli_fail(EXIT_UNDECIDED, "standard output: %s", strerror(errno));
	return (int)verdict_exit_code(worst);
}

/* Sets *interrupted if the user has ended it; what it has found is in fuzz->watch. */
static int search(struct fuzz *fuzz, bool *interrupted)
{
	struct pool_options pool = {
		.workers = 1,
		.run = run_job,
		.done = job_done,
		.tick = tick,
		.user = fuzz,
	};
	int error, code = prepare(fuzz);

	if (code)
		return code;
	pool.out_directory = fuzz->out_absolute;
	error = pool_run(&pool, 1);
	fuzz_afl_end(fuzz);
	tree_remove(AT_FDCWD, fuzz->seeds);
	if (fuzz->code)
		return fuzz->code;
	if (fuzz->lost)
		return cli_fail(EXIT_UNDECIDED, "%s", fuzz->lost);
	if (error && error != -EINTR)
		return cli_fail(EXIT_UNDECIDED, "no worker could be started: %s", strerror(-error));
	*interrupted = error == -EINTR;
	return 0;
}

static int run(struct fuzz *fuzz)
{
	bool interrupted = false;
	int code = search(fuzz, &interrupted);

	if (code)
		return code;
	tell_findings(fuzz);
	/* Without a budget, to be interrupted is how it ends. */
	return conclude(fuzz, interrupted && fuzz->budget_ns);
}

/* ---- For a benchmark ------------------------------------------------------------------------- */

static bool is_caught(const struct fuzz *fuzz)
{
	const struct record_case *record = fuzz->watch->records[0];
	const char *caught_by = fuzz->selection.targets[0].scase->caught_by;
	size_t i;

	for (i = 0; record && i < record->finding_count; i++)
		if (campaign_is_caught_by(caught_by, record->findings[i].kind,
					  record->findings[i].oracle))
			return true;
	return false;
}

int fuzz_check(void)
{
	struct fuzz fuzz = { 0 };

	return fuzz_afl_find(&fuzz);
}

/* The words by which its server finds the case. */
static void name_target(struct fuzz *fuzz, const struct campaign_target *target)
{
	static char word[2 * NAME_MAX];

	snprintf(word, sizeof(word), "%s/%s", target->scenario->group, target->scenario->name);
	fuzz->words[0] = target->module[0] ? target->module : word;
	fuzz->word_count = 1;
	fuzz->case_name = target->scase->name;
}

int fuzz_detect(const struct campaign_target *target, const struct campaign_options *campaign,
		uint64_t limit, const char *out, uint64_t *executions)
{
	struct fuzz *fuzz = calloc(1, sizeof(*fuzz));
	char most[32], *options[] = { "-E", most };
	bool interrupted = false;
	int code;

	*executions = 0;
	if (!fuzz)
		return cli_fail(EXIT_BUG, "out of memory");
	snprintf(most, sizeof(most), "%llu", (unsigned long long)limit);
	fuzz_defaults(fuzz);
	fuzz->campaign.seed = campaign->seed;
	fuzz->campaign.memory = campaign->memory;
	fuzz->campaign.shrink = false;
	fuzz->warm_up = 1;
	fuzz->first = fuzz->quiet = true;
	fuzz->out = out;
	fuzz->afl_options = options;
	fuzz->afl_option_count = 2;
	name_target(fuzz, target);
	code = select_cases(fuzz);
	if (!code)
		code = fuzz_afl_find(fuzz);
	if (!code)
		code = outdir_make(out, &fuzz->out_absolute);
	if (!code)
		code = search(fuzz, &interrupted);
	if (!code && interrupted)
		code = cli_fail(EXIT_UNDECIDED, "interrupted at fuzz, %s", fuzz->words[0]);
	if (!code && is_caught(fuzz))
		*executions = fuzz->warmed + fuzz_afl_first_crash(fuzz);
	if (*executions > limit)
		*executions = 0;
	select_free(&fuzz->selection);
	free(fuzz);
	return code;
}

int cli_fuzz(int argc, char **argv)
{
	struct fuzz *fuzz = calloc(1, sizeof(*fuzz));
	int code;

	if (!fuzz)
		return cli_fail(EXIT_BUG, "out of memory");
	fuzz_parse(fuzz, argc, argv);
	code = select_cases(fuzz);
	if (!code && !fuzz->serves)
		code = fuzz_afl_find(fuzz);
	if (!code)
		code = outdir_make(fuzz->out, &fuzz->out_absolute);
	if (code)
		return code;
	return fuzz->serves ? serve(fuzz) : run(fuzz);
}
