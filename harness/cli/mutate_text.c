/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/mutate.h"
#include "reports/json.h"
#include "reports/layout.h"

#include <inttypes.h>
#include <string.h>

enum { NAME_BEGIN = 10, BY_BEGIN = 42, SHOWN = 3 };

static const char *word(const struct mutate_result *result)
{
	if (result->caught)
		return "caught";
	return result->answered || !result->case_count ? "SURVIVED" : "unused";
}

static const char *oracle(const struct record_case *record)
{
	size_t i;

	for (i = 0; i < record->finding_count; i++)
		if (record->findings[i].kind == record->kind)
			return record->findings[i].oracle;
	return kind_name(record->kind);
}

static void show_catch(struct layout *layout, const struct record_case *record)
{
	char text[512];

	snprintf(text, sizeof(text), "%s:%s, %s", record->scenario, record->name, oracle(record));
	if (layout->column + LAYOUT_GAP > BY_BEGIN)
		layout_line_end(layout);
	layout_wrap(layout, BY_BEGIN, text);
}

static void show_catches(struct layout *layout, const struct mutate_result *result, bool verbose)
{
	size_t i, shown = 0;
	char text[80];

	for (i = 0; i < result->case_count; i++) {
		if (result->cases[i].verdict != VERDICT_FAIL)
			continue;
		if (shown++ < SHOWN || verbose)
			show_catch(layout, &result->cases[i]);
	}
	if (shown <= SHOWN || verbose)
		return;
	snprintf(text, sizeof(text), "and %zu more", shown - SHOWN);
	layout_wrap(layout, BY_BEGIN, text);
}

int mutate_write_text(FILE *file, const struct mutate_result *result, bool verbose)
{
	struct sink sink = { file, 0 };
	struct layout layout = { &sink, 0 };
	char text[256];

	layout_text(&layout, word(result));
	layout_left(&layout, NAME_BEGIN, result->mutation->name);
	if (result->caught) {
		show_catches(&layout, result, verbose);
		return sink_finish(&sink);
	}
	layout_line_end(&layout);
	snprintf(text, sizeof(text),
		 "%s; %" PRIu64 " calls answered in %" PRIu64 " executions, %zu cases broken",
		 result->mutation->about, result->answered, result->executions, result->broken);
	layout_wrap(&layout, NAME_BEGIN, text);
	return sink_finish(&sink);
}

int mutate_write_json(FILE *file, const struct mutate_result *result)
{
	struct sink sink = { file, 0 };
	struct json json = { &sink, false };
	size_t i;

	json_object_open(&json, NULL);
	json_text(&json, "mutation", result->mutation->name);
	json_text(&json, "about", result->mutation->about);
	json_bool(&json, "caught", result->caught > 0);
	json_unsigned(&json, "answered", result->answered);
	json_unsigned(&json, "executions", result->executions);
	json_unsigned(&json, "broken", result->broken);
	json_seconds(&json, "seconds", result->seconds);
	json_array_open(&json, "by");
	for (i = 0; i < result->case_count; i++) {
		const struct record_case *record = &result->cases[i];

		if (record->verdict != VERDICT_FAIL)
			continue;
		json_object_open(&json, NULL);
		json_text(&json, "scenario", record->scenario);
		json_text(&json, "case", record->name);
		json_text(&json, "kind", kind_name(record->kind));
		json_text(&json, "oracle", oracle(record));
		json_text(&json, "message", record->message);
		json_text(&json, "plan", record->plan_path);
		json_object_close(&json);
	}
	json_array_close(&json);
	json_object_close(&json);
	json_line_end(&json);
	return sink_finish(&sink);
}
