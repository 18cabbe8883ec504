/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/fuzz_watch.h"

#include "campaign/coordinates.h"
#include "campaign/guided.h"
#include "os/sys.h"
#include "search/guided_corpus.h"
#include "search/strategies.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_NS = 100000000 };

struct watching {
	struct fuzz_watch *watch;
	struct pool_context *context;
	struct campaign *campaigns[FUZZ_TARGETS_MAX];
	struct coordinate_set seen; /* names of crashes */
};

/* Large, and of the one job. */
static struct {
	struct plan_code code;
	struct plan_code_roots roots;
	struct plan plan;
	uint8_t bytes[PLAN_CODE_BYTES_MAX];
} now;

static void count_findings(struct watching *watching)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; i < watching->watch->target_count; i++)
		if (watching->campaigns[i])
			count += (uint32_t)watching->campaigns[i]->record->finding_count;
	atomic_store(&watching->watch->found, count);
}

/* ---- Before afl-fuzz ----------------------------------------------------------------------- */

static void plant(struct watching *watching, size_t target, const struct guided_entry *entry)
{
	struct fuzz_watch *watch = watching->watch;
	char path[PATH_MAX];
	size_t size;
	FILE *file;

	plan_code_decode(&now.code, entry->bytes, entry->size);
	now.code.scase = (uint32_t)target;
	size = plan_code_encode(&now.code, now.bytes);
	snprintf(path, sizeof(path), "%s/%06u", watch->seeds, atomic_load(&watch->planted));
	file = fopen(path, "we");
	if (!file)
		return;
	if (fwrite(now.bytes, size, 1, file) == 1 && fclose(file) == 0)
		atomic_fetch_add(&watch->planted, 1);
}

static void warm_up(struct watching *watching, size_t target)
{
	struct campaign *campaign = watching->campaigns[target];
	struct guided_corpus *corpus;
	uint32_t i;

	/* The first looks for no races yet; and a seed that crashes would end afl-fuzz. */
	campaign->limit = watching->watch->warm_up > 2 ? watching->watch->warm_up : 2;
	corpus = guided_learn(campaign);
	for (i = 0; corpus && i < corpus->count; i++)
		plant(watching, target, &corpus->entries[i]);
	if (corpus)
		guided_corpus_free(corpus);
	if (campaign->length > watching->watch->length)
		watching->watch->length = campaign->length;
	count_findings(watching);
}

/* ---- Beside it ----------------------------------------------------------------------------- */

static void run_again(struct watching *watching)
{
	struct fuzz_watch *watch = watching->watch;
	size_t target = now.code.scase % watch->target_count;
	struct campaign *campaign = watching->campaigns[target];
	struct execution *execution = &campaign->execution;

	guided_roots(watch->targets[target].scenario, &now.roots);
	plan_code_to_plan(&now.code, &now.roots, &now.plan);
	guided_fit(&now.plan, watch->targets[target].scase);
	execution->strategy = &strategy_guided;
	execution->depth = now.code.base;
	execution->length = now.code.length;
	execution->seed = now.plan.seed;
	execution->plan = &now.plan;
	execution->faults = now.plan.faults;
	execution->fault_count = now.plan.fault_count;
	execution->races = true;
	campaign->ended = false;
	campaign->limit = UINT64_MAX;
	(void)campaign_try(campaign);
	if (control->finding.kind == KIND_NONE)
		atomic_fetch_add(&watch->lost, 1);
}

static void take_crash(struct watching *watching, const char *path)
{
	FILE *file = fopen(path, "re");
	size_t size;

	if (!file)
		return;
	size = fread(now.bytes, 1, sizeof(now.bytes), file);
	fclose(file);
	plan_code_decode(&now.code, now.bytes, size);
	run_again(watching);
	count_findings(watching);
}

/* Files that afl-fuzz is done with: it writes a crash in one go, and names it before. */
static void look_into(struct watching *watching, const char *instance)
{
	char path[PATH_MAX + 300];
	const struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), "%.3000s/%.255s/crashes", watching->watch->outputs, instance);
	directory = opendir(path);
	while (directory && (entry = readdir(directory)) != NULL) {
		snprintf(path, sizeof(path), "%.3000s/%.255s/crashes/%.255s",
			 watching->watch->outputs, instance, entry->d_name);
		if (!strncmp(entry->d_name, "id:", 3) &&
		    coordinate_set_add(&watching->seen, random_text_hash(path)))
			take_crash(watching, path);
	}
	if (directory)
		closedir(directory);
}

static void look(struct watching *watching)
{
	const struct dirent *entry;
	DIR *directory = opendir(watching->watch->outputs);

	while (directory && (entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.')
			look_into(watching, entry->d_name);
	if (directory)
		closedir(directory);
}

struct fuzz_watch *fuzz_watch_run(struct pool_context *context, struct fuzz_watch *watch)
{
	struct watching watching = { .watch = watch, .context = context };
	bool last = false;
	size_t i;

	sys_withhold(watch, sizeof(*watch));
	for (i = 0; i < watch->target_count && !atomic_load(context->stop); i++) {
		watching.campaigns[i] =
			campaign_begin(context, watch->campaign, &watch->targets[i]);
		watch->records[i] = watching.campaigns[i]->record;
		warm_up(&watching, i);
	}
	atomic_store(&watch->ready, true);
	while (!last && i == watch->target_count) {
		last = atomic_load(&watch->last) || atomic_load(context->stop);
		look(&watching);
		atomic_fetch_add(&context->status->alive, 1); /* still alive */
		if (!last)
			sys_nap(LOOK_NS);
	}
	for (i = 0; i < watch->target_count && watching.campaigns[i]; i++)
		campaign_end(watching.campaigns[i]);
	coordinate_set_free(&watching.seen);
	return watch;
}
