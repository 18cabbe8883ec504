/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in the source faults struck, and where they could, as lcov's trace format (geninfo(1)), for
 * genhtml and whatever else reads it. A test of lcov's is a kind of fault, a role and what the
 * victim was doing: "kill_holder_asleep". Of a line, the count is how often a fault struck there; a
 * line with the count 0 could be struck, and was not. Of each test it has one branch, taken as
 * often; and one that was not taken if there are places left that nobody tried. Lines at which
 * nothing can strike are not told of, as comments are not in a report of lines.
 */
#include "reports/report.h"
#include "reports/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct table {
	struct record_strike *rows;
	size_t count;
};

static const char *const wheres[RECORD_WHERE_COUNT] = { "at_point", "asleep", "woken",
							"in_transfer" };

static int compare_tests(const struct record_strike *a, const struct record_strike *b)
{
	int order = strcmp(a->fault, b->fault);

	if (!order)
		order = strcmp(a->role, b->role);
	return order ? order : (int)a->where - (int)b->where;
}

static int compare_sections(const struct record_strike *a, const struct record_strike *b)
{
	int order = compare_tests(a, b);

	return order ? order : strcmp(a->file, b->file);
}

static int compare_rows(const void *first, const void *second)
{
	const struct record_strike *a = first, *b = second;
	int order = compare_sections(a, b);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int compare_functions(const void *first, const void *second)
{
	return strcmp((*(const struct record_strike *const *)first)->function,
		      (*(const struct record_strike *const *)second)->function);
}

/* What has a line, in order, each line of a section once. */
static int collect(struct table *table, const struct record_run *run)
{
	size_t room = 0, kept = 0, i, j;

	for (i = 0; i < run->case_count; i++)
		room += run->cases[i].strike_count;
	table->rows = calloc(room + 1, sizeof(*table->rows));
	if (!table->rows)
		return -ENOMEM;
	for (i = 0; i < run->case_count; i++)
		for (j = 0; j < run->cases[i].strike_count; j++)
			if (run->cases[i].strikes[j].line && run->cases[i].strikes[j].known)
				table->rows[table->count++] = run->cases[i].strikes[j];
	qsort(table->rows, table->count, sizeof(*table->rows), compare_rows);
	for (i = 0; i < table->count; i++) {
		struct record_strike *last = kept ? &table->rows[kept - 1] : NULL;

		if (last && !compare_rows(last, &table->rows[i])) {
			last->known += table->rows[i].known;
			last->struck += table->rows[i].struck;
		} else {
			table->rows[kept++] = table->rows[i];
		}
	}
	table->count = kept;
	return 0;
}

/* lcov takes letters, digits and '_' in a test's name, and no line end anywhere. */
static void words(struct sink *sink, const char *text, bool name)
{
	for (; *text; text++) {
		bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
			     (*text >= '0' && *text <= '9');

		sink_format(sink, "%c", (name ? !plain : (unsigned char)*text < ' ') ? '_' : *text);
	}
}

/* Functions with a place in this section; the count is of strikes in them. */
static int functions(struct sink *sink, const struct record_strike *rows, size_t count)
{
	const struct record_strike **sorted = calloc(count, sizeof(*sorted));
	size_t found = 0, hit = 0, i, j;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		sorted[i] = &rows[i];
	qsort(sorted, count, sizeof(*sorted), compare_functions);
	for (i = 0; i < count; i = j) {
		uint64_t struck = 0;

		for (j = i; j < count && !compare_functions(&sorted[i], &sorted[j]); j++)
			struck += sorted[j]->struck;
		if (!sorted[i]->function[0] || !sorted[i]->function_line)
			continue;
		sink_format(sink, "FN:%u,", sorted[i]->function_line);
		words(sink, sorted[i]->function, false);
		sink_format(sink, "\nFNDA:%" PRIu64 ",", struck);
		words(sink, sorted[i]->function, false);
		sink_text(sink, "\n");
		found++;
		hit += struck > 0;
	}
	free(sorted);
	sink_format(sink, "FNF:%zu\nFNH:%zu\n", found, hit);
	return 0;
}

/* The block tells the tests of a line apart where lcov adds them up. */
static void branches(struct sink *sink, const struct record_strike *rows, size_t count, size_t test)
{
	size_t found = 0, hit = 0, i;

	for (i = 0; i < count; i++) {
		sink_format(sink, "BRDA:%u,%zu,0,%" PRIu64 "\n", rows[i].line, test,
			    rows[i].struck);
		found++;
		hit += rows[i].struck > 0;
		if (rows[i].struck && rows[i].struck < rows[i].known) {
			sink_format(sink, "BRDA:%u,%zu,1,0\n", rows[i].line, test);
			found++;
		}
	}
	sink_format(sink, "BRF:%zu\nBRH:%zu\n", found, hit);
}

static int section(struct sink *sink, const struct record_strike *rows, size_t count, size_t test)
{
	size_t hit = 0, i;
	int error;

	sink_text(sink, "TN:");
	words(sink, rows->fault, true);
	sink_text(sink, "_");
	words(sink, rows->role, true);
	sink_format(sink, "_%s\nSF:", wheres[rows->where]);
	words(sink, rows->file, false);
	sink_text(sink, "\n");
	error = functions(sink, rows, count);
	branches(sink, rows, count, test);
	for (i = 0; i < count; i++) {
		sink_format(sink, "DA:%u,%" PRIu64 "\n", rows[i].line, rows[i].struck);
		hit += rows[i].struck > 0;
	}
	sink_format(sink, "LF:%zu\nLH:%zu\nend_of_record\n", count, hit);
	return error;
}

int kills_write(FILE *file, const struct record_run *run, const struct report_options *options)
{
	struct sink sink = { file, 0 };
	struct table table = { 0 };
	int error = collect(&table, run);
	size_t i, j, test = 0;

	(void)options;
	for (i = 0; i < table.count && !error; i = j) {
		if (i && compare_tests(&table.rows[i - 1], &table.rows[i]))
			test++;
		for (j = i; j < table.count && !compare_sections(&table.rows[i], &table.rows[j]);
		     j++)
			continue;
		error = section(&sink, &table.rows[i], j - i, test);
	}
	free(table.rows);
	return error ? error : sink_finish(&sink);
}
