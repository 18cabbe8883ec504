/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/detection.h"

#include "cli/cli.h"
#include "cli/fuzz.h"
#include "os/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Without a strategy: what `sabot run` does, the mix or the sweep. */
static const struct column {
	const char *title, *strategy;
	bool sampled;
} columns[] = {
	{ "random", "random", true }, { "pct", "pct", true },	     { "pos", "pos", true },
	{ "sweep", NULL, false },     { "guided", "guided", false }, { "fuzz", NULL, false },
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), FUZZ = COLUMNS - 1 };

/* The last is there only if it was asked for: it takes afl-fuzz, and a second or two a search. */
static unsigned columns_of(const struct detection *detection)
{
	return detection->fuzzes ? COLUMNS : FUZZ;
}

/* Of one twin: executions until it was caught, or 0 if it was not. */
struct row {
	uint64_t executions[COLUMNS][DETECTION_SEEDS_MAX];
	bool skipped; /* this machine cannot show it */
};

static int keep_twins(struct selection *selection)
{
	size_t i, kept = 0;

	for (i = 0; i < selection->count; i++)
		if (selection->targets[i].scase->caught_by)
			selection->targets[kept++] = selection->targets[i];
	selection->count = kept;
	return kept ? 0 : cli_fail(EXIT_NOTHING, "no case that is selected is a twin");
}

static int run_all(struct detection *detection, unsigned column, uint32_t seed, struct row *rows)
{
	struct suite suite = detection->suite;
	uint32_t i;
	int code;

	suite.campaign.strategy = columns[column].strategy;
	suite.campaign.sampled = columns[column].sampled;
	suite.campaign.executions = detection->limit;
	suite.campaign.seed = seed + 1;
	suite.campaign.shrink = false;
	code = suite_run(&suite);
	for (i = 0; !code && i < suite.done; i++) {
		const struct record_case *record = &suite.records[i];

		rows[i].skipped |= record->verdict == VERDICT_SKIP;
		if (record->verdict == VERDICT_PASS)
			rows[i].executions[column][seed] = record->executions;
	}
	free(suite.records);
	if (!code && suite.interrupted)
		code = cli_fail(EXIT_UNDECIDED, "interrupted at %s, seed %u", columns[column].title,
				seed + 1);
	return code;
}

/* Each search has a directory of its own: afl-fuzz would go on from what lies there. */
static int fuzz_all(struct detection *detection, uint32_t seed, struct row *rows)
{
	const struct selection *selection = &detection->suite.selection;
	struct campaign_options options = detection->suite.campaign;
	char directory[256];
	size_t i;
	int code = 0;

	options.seed = seed + 1;
	snprintf(directory, sizeof(directory), "%s/fuzz", detection->suite.out);
	for (i = 0; i < selection->count && !code; i++) {
		if (rows[i].skipped)
			continue;
		code = fuzz_detect(&selection->targets[i], &options, detection->limit, directory,
				   &rows[i].executions[FUZZ][seed]);
		tree_remove(AT_FDCWD, directory);
	}
	return code;
}

/* What was not caught counts as more than all others. */
static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a - 1, y = *(const uint64_t *)b - 1;

	return x < y ? -1 : x > y;
}

/* 0: not caught, with most seeds. Of an even number, the better one of the two in the middle. */
static uint64_t median(const struct detection *detection, const struct row *row, unsigned column)
{
	uint64_t sorted[DETECTION_SEEDS_MAX];

	memcpy(sorted, row->executions[column], sizeof(sorted));
	qsort(sorted, detection->seeds, sizeof(sorted[0]), compare);
	return sorted[(detection->seeds - 1) / 2];
}

static void print_name(const struct campaign_target *target, int width)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/%s:%s", target->scenario->group, target->scenario->name,
		 target->scase->name);
	printf("%-*s", width, name);
}

static void print_json(const struct detection *detection, const struct row *row,
		       const struct campaign_target *target)
{
	unsigned i;

	printf("{\"twin\": \"");
	print_name(target, 0);
	printf("\", \"skipped\": %s, \"seeds\": %u, \"limit\": %llu",
	       row->skipped ? "true" : "false", detection->seeds,
	       (unsigned long long)detection->limit);
	for (i = 0; i < columns_of(detection); i++) {
		uint64_t executions = median(detection, row, i);

		if (executions)
			printf(", \"%s\": %llu", columns[i].title, (unsigned long long)executions);
		else
			printf(", \"%s\": null", columns[i].title);
	}
	printf("}\n");
}

static void print_row(const struct detection *detection, const struct row *row,
		      const struct campaign_target *target)
{
	char text[24];
	unsigned i;

	print_name(target, 56);
	for (i = 0; i < columns_of(detection); i++) {
		uint64_t executions = median(detection, row, i);

		snprintf(text, sizeof(text), executions ? "%llu" : ">%llu",
			 (unsigned long long)(executions ? executions : detection->limit));
		printf(" %7s", row->skipped ? "-" : text);
	}
	printf("\n");
}

static void print_head(const struct detection *detection, const char *name)
{
	unsigned i;

	printf("%-56s", name);
	for (i = 0; i < columns_of(detection); i++)
		printf(" %7s", columns[i].title);
	printf("\n");
}

/* Over all twins; one that was missed counts as the limit. */
static void print_sums(const struct detection *detection, const struct row *rows)
{
	uint64_t sums[COLUMNS] = { 0 };
	unsigned missed[COLUMNS] = { 0 }, i;
	size_t j;

	for (j = 0; j < detection->suite.selection.count; j++)
		for (i = 0; i < columns_of(detection) && !rows[j].skipped; i++) {
			uint64_t executions = median(detection, &rows[j], i);

			missed[i] += !executions;
			sums[i] += executions ? executions : detection->limit;
		}
	printf("\n%-56s", "together");
	for (i = 0; i < columns_of(detection); i++)
		printf(" %7llu", (unsigned long long)sums[i]);
	printf("\n%-56s", "missed");
	for (i = 0; i < columns_of(detection); i++)
		printf(" %7u", missed[i]);
	printf("\n");
}

static void print_all(const struct detection *detection, const struct row *rows)
{
	const struct selection *selection = &detection->suite.selection;
	size_t i;

	if (!detection->json)
		print_head(detection, "executions until it is caught");
	for (i = 0; i < selection->count; i++)
		if (detection->json)
			print_json(detection, &rows[i], &selection->targets[i]);
		else
			print_row(detection, &rows[i], &selection->targets[i]);
	if (!detection->json)
		print_sums(detection, rows);
}

int detection_run(struct detection *detection)
{
	int code = keep_twins(&detection->suite.selection);
	struct row *rows;
	unsigned column;
	uint32_t seed;

	if (code)
		return code;
	if (detection->fuzzes) {
		code = fuzz_check();
		if (code)
			return code;
	}
	rows = calloc(detection->suite.selection.count, sizeof(*rows));
	if (!rows)
		return cli_fail(EXIT_BUG, "out of memory");
	for (column = 0; column < columns_of(detection) && !code; column++)
		for (seed = 0; seed < detection->seeds && !code; seed++)
			code = column == FUZZ ? fuzz_all(detection, seed, rows)
					      : run_all(detection, column, seed, rows);
	if (!code)
		print_all(detection, rows);
	free(rows);
	if (!code && fflush(stdout) != 0)
		code = cli_fail(EXIT_UNDECIDED, "standard output: %s", strerror(errno));
	return code;
}
