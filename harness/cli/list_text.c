/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/describe.h"
#include "cli/list.h"
#include "reports/layout.h"

#include <string.h>

enum { INDENT = 2, KIND_WIDTH = 5, FIRST_COLUMN_MAX = 40 };

/* Where the columns behind the names begin. */
struct columns {
	size_t about, kind, what;
};

static void full_name(const struct sabot_scenario *scenario, char *text, size_t size)
{
	snprintf(text, size, "%s/%s", scenario->group, scenario->name);
}

static size_t at_most(size_t width)
{
	return width < FIRST_COLUMN_MAX ? width : FIRST_COLUMN_MAX;
}

static struct columns columns_of(const struct campaign_target *targets, size_t count)
{
	struct columns columns = { 0 };
	char name[2 * PLAN_NAME_MAX];
	size_t i;

	for (i = 0; i < count; i++) {
		size_t scenario, scase = strlen(targets[i].scase->name) + INDENT;

		full_name(targets[i].scenario, name, sizeof(name));
		scenario = strlen(name);
		if (scenario > columns.about)
			columns.about = scenario;
		if (scase > columns.kind)
			columns.kind = scase;
	}
	columns.about = at_most(columns.about) + LAYOUT_GAP;
	columns.kind = at_most(columns.kind) + LAYOUT_GAP;
	columns.what = columns.kind + KIND_WIDTH + LAYOUT_GAP;
	return columns;
}

/* The rest of the line, and more lines below it if need be. */
static void cell(struct layout *layout, size_t column, const char *text)
{
	if (layout->column && layout->column + LAYOUT_GAP > column)
		layout_line_end(layout);
	if (text && text[0])
		layout_wrap(layout, column, text);
	else if (layout->column)
		layout_line_end(layout);
}

static void indented(struct layout *layout, const char *text)
{
	sink_format(layout->sink, "%*s", INDENT, "");
	layout->column = INDENT;
	layout_text(layout, text);
}

static void show_roles(struct layout *layout, const struct columns *columns,
		       const struct sabot_role *roles)
{
	char text[32 * (PLAN_TASK_MAX + 8)];
	size_t used = 0;

	for (; roles->name && used < sizeof(text); roles++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s x%u",
					 used ? ", " : "", roles->name,
					 roles->count ? roles->count : 1);
	indented(layout, "roles");
	cell(layout, columns->kind, text);
}

static void show_tables(struct layout *layout, const struct columns *columns,
			const struct campaign_target *target)
{
	const struct sabot_scenario *scenario = target->scenario;
	const struct sabot_invariant *invariant = scenario->invariants;
	const struct sabot_history *history = scenario->histories;
	const char *const *point = scenario->points;
	char text[256];

	for (; invariant && invariant->name; invariant++) {
		snprintf(text, sizeof(text), "%s (%s)", invariant->name,
			 describe_when(invariant->when));
		indented(layout, "invariant");
		cell(layout, columns->kind, text);
	}
	for (; history && history->name; history++) {
		snprintf(text, sizeof(text), "%s (%s)", history->name,
			 history->specification->name);
		indented(layout, "history");
		cell(layout, columns->kind, text);
	}
	for (; point && *point; point++) {
		indented(layout, "point");
		cell(layout, columns->kind, *point);
	}
}

static void show_case(struct layout *layout, const struct columns *columns,
		      const struct sabot_case *scase, bool verbose)
{
	char first[192], second[192], text[600];

	describe_fault(&scase->fault, first, sizeof(first));
	describe_fault(&scase->second, second, sizeof(second));
	snprintf(text, sizeof(text), "%s%s%s%s%s%s", first, second[0] ? ", then " : "", second,
		 first[0] && (scase->caught_by || scase->characterises) ? "; " : "",
		 scase->caught_by ? "caught by " : "",
		 scase->caught_by	? scase->caught_by
		 : scase->characterises ? scase->characterises
					: "");
	indented(layout, scase->name);
	if (layout->column + LAYOUT_GAP > columns->kind)
		layout_line_end(layout);
	layout_left(layout, columns->kind, describe_kind(scase));
	cell(layout, columns->what, text);
	if (verbose)
		cell(layout, columns->what, scase->about);
}

int list_text(FILE *file, const struct campaign_target *targets, size_t count, bool verbose)
{
	const struct columns columns = columns_of(targets, count);
	const struct sabot_scenario *last = NULL;
	struct sink sink = { file, 0 };
	struct layout layout = { &sink, 0 };
	char name[2 * PLAN_NAME_MAX];
	size_t i;

	for (i = 0; i < count; i++) {
		const struct sabot_scenario *scenario = targets[i].scenario;

		if (scenario != last) {
			if (last && (verbose || strcmp(last->group, scenario->group) != 0))
				layout_line_end(&layout);
			full_name(scenario, name, sizeof(name));
			layout_text(&layout, name);
			cell(&layout, columns.about, scenario->about);
			if (verbose && targets[i].module[0]) {
				indented(&layout, "module");
				cell(&layout, columns.kind, targets[i].module);
			}
			show_roles(&layout, &columns, scenario->roles);
			if (scenario->tags) {
				indented(&layout, "tags");
				cell(&layout, columns.kind, scenario->tags);
			}
			if (verbose)
				show_tables(&layout, &columns, &targets[i]);
		}
		last = scenario;
		show_case(&layout, &columns, targets[i].scase, verbose);
	}
	return sink_finish(&sink);
}
