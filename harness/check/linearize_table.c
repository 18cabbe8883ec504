/* SPDX-License-Identifier: Apache-2.0 */
#include "check/linearize_table.h"

#include "core/history.h"

#include <stdlib.h>
#include <string.h>

enum {
	ROWS_MAX = 40,
	TASK_WIDTH = 20,
	TEXT_WIDTH = 40,
	UNIT_MAX = 4, /* columns between two moments */
	TRIED_MAX = 1 << 16,
};

struct table {
	const struct linearize_history *history;
	const char *(*name)(unsigned task);
	uint32_t *
		rows; /* operations, in the order of their calls; all of them, if more than shown */
	uint32_t count, shown;
	int task_width, text_width;
	unsigned room; /* columns for time */
	unsigned moments;
};

static const struct history_operation *row_of(const struct table *table, uint32_t row)
{
	return &table->history->operations[table->rows[row]];
}

static const char *text_of(const struct table *table, uint32_t row, char *text, size_t size)
{
	const struct history_operation *operation = row_of(table, row);
	size_t used;

	history_text(table->history->specification, &operation->told, text, size);
	used = strlen(text);
	if (operation->returned == HISTORY_PENDING && operation->told.what != SABOT_DEATH)
		snprintf(text + used, size - used, ", pending");
	return text;
}

static int at_most(size_t length, int limit)
{
	return length < (size_t)limit ? (int)length : limit;
}

static void measure(struct table *table)
{
	char text[HISTORY_TEXT + 16];
	uint32_t row;

	for (row = 0; row < table->count; row++) {
		const struct history_operation *operation = row_of(table, row);
		int task = at_most(strlen(table->name(operation->told.caller)), TASK_WIDTH);
		int width = at_most(strlen(text_of(table, row, text, sizeof(text))), TEXT_WIDTH);

		if (task > table->task_width)
			table->task_width = task;
		if (width > table->text_width)
			table->text_width = width;
		table->moments += operation->returned == HISTORY_PENDING ? 1 : 2;
	}
	table->room = LINEARIZE_COLUMNS - (unsigned)(table->task_width + table->text_width) - 12;
}

/* The column of a moment: only calls and returns of the rows that are shown take up room. */
static unsigned column_of(const struct table *table, uint32_t moment)
{
	unsigned unit = table->moments ? table->room / table->moments : 1, before = 0;
	uint32_t row;

	for (row = 0; row < table->count; row++) {
		const struct history_operation *operation = row_of(table, row);

		before += operation->called < moment;
		before += operation->returned != HISTORY_PENDING && operation->returned < moment;
	}
	if (unit == 0)
		return before * table->room / table->moments;
	return before * (unit < UNIT_MAX ? unit : UNIT_MAX);
}

/* "|-----|", and without an end while it is pending. */
static void write_span(FILE *file, const struct table *table,
		       const struct history_operation *operation)
{
	bool pending = operation->returned == HISTORY_PENDING;
	unsigned from = column_of(table, operation->called), column;
	unsigned to = column_of(table, operation->returned);

	fprintf(file, "%*s|", (int)from, "");
	for (column = from + 1; column < to; column++)
		fputc('-', file);
	fputs(pending ? "->\n" : "|\n", file);
}

static void write_row(FILE *file, const struct table *table, uint32_t row)
{
	const struct history_operation *operation = row_of(table, row);
	char text[HISTORY_TEXT + 16];

	fprintf(file, "%3u  %-*.*s  %-*.*s  ", row + 1, table->task_width, TASK_WIDTH,
		table->name(operation->told.caller), table->text_width, TEXT_WIDTH,
		text_of(table, row, text, sizeof(text)));
	write_span(file, table, operation);
}

static uint32_t row_at(const struct table *table, uint32_t at)
{
	uint32_t row = 0;

	while (table->rows[row] != at)
		row++;
	return row;
}

/* "1, 3 and 4", of the rows that are marked. */
static void write_numbers(FILE *file, const unsigned char *marked, uint32_t count)
{
	uint32_t left = 0, row;

	for (row = 0; row < count; row++)
		left += marked[row];
	for (row = 0; row < count; row++)
		if (marked[row]) {
			left--;
			fprintf(file, "%u%s", row + 1, left > 1 ? ", " : left == 1 ? " or " : "");
		}
}

/* How far the longest order gets that was found, and what cannot follow. */
static void write_order(FILE *file, const struct table *table,
			const struct linearize_result *result)
{
	unsigned char left[ROWS_MAX];
	uint32_t i, row;

	memset(left, 0, sizeof(left));
	for (row = 0; row < table->count; row++)
		left[row] = row_of(table, row)->returned != HISTORY_PENDING;
	if (result->count)
		fputs("possible in this order: ", file);
	for (i = 0; i < result->count; i++) {
		row = row_at(table, result->order[i]);
		left[row] = 0;
		fprintf(file, "%s%u", i ? ", " : "", row + 1);
	}
	fputs(result->count ? "; then not " : "not possible as the first: ", file);
	write_numbers(file, left, table->count);
	fputc('\n', file);
}

static void search_order(FILE *file, const struct table *table)
{
	uint32_t count = table->history->count, i;
	struct linearize_result result = { .order = calloc(count, sizeof(uint32_t)) };
	unsigned char *required = calloc(1, count);

	for (i = 0; required && i < table->count; i++)
		required[table->rows[i]] = LINEARIZE_REQUIRED;
	if (required && result.order &&
	    linearize_search(table->history, required, TRIED_MAX, &result) == LINEARIZE_NO_ORDER)
		write_order(file, table, &result);
	free(result.order);
	free(required);
}

void linearize_table(FILE *file, const struct linearize_history *history,
		     const unsigned char *parts, const char *(*name)(unsigned task))
{
	uint32_t *rows = calloc(history->count, sizeof(rows[0])), count = 0, hidden = 0, i;
	struct table table = { .history = history, .name = name };

	if (!rows)
		return;
	for (i = 0; i < history->count; i++)
		if (!parts || parts[i] != LINEARIZE_ABSENT)
			rows[count++] = i;
	if (count > ROWS_MAX)
		hidden = count - ROWS_MAX;
	table.rows = rows + hidden;
	table.count = count - hidden;
	measure(&table);
	if (hidden)
		fprintf(file, "     ... %u before these ...\n", hidden);
	for (i = 0; i < table.count; i++)
		write_row(file, &table, i);
	if (!hidden)
		search_order(file, &table);
	free(rows);
}
