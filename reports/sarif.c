/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF 2.1.0: a rule for each kind of finding, a result for each finding. What happened is one
 * code flow with a thread flow for each process, the order over all of them in executionOrder;
 * where it crashed is a stack. Paths start at SRCROOT, the directory in which sabot was run. What
 * could not be tested is no result: it is a notification of the tool. What catches a twin is none
 * either.
 */
#include "reports/json.h"
#include "reports/report.h"
#include "reports/rules.h"
#include "reports/source.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMA                                                                                     \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

struct sarif {
	struct json json;
	const struct record_run *run;
};

/*
 * Braces would be placeholders, and "[text](target)" a link; neither is meant, whoever wrote it.
 */
static char *plain_text(const char *text)
{
	char *copy = malloc(2 * strlen(text) + 1), *to = copy;

	for (; copy && *text; text++) {
		*to++ = *text;
		if (*text == '{' || *text == '}')
			*to++ = *text;
		else if (*text == ']' && text[1] == '(')
			*to++ = ' ';
	}
	if (copy)
		*to = '\0';
	return copy;
}

static void message(struct json *json, const char *key, const char *text)
{
	char *plain = plain_text(text);

	json_object_open(json, key);
	json_text(json, "text", plain ? plain : "");
	json_object_close(json);
	free(plain);
}

/* ---- Places -------------------------------------------------------------------------------- */

static char *uri_text(const char *path, bool is_folder)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct sink sink = { file, 0 };

	if (!file)
		return NULL;
	source_uri(&sink, path);
	if (is_folder && path[strlen(path) - 1] != '/')
		sink_text(&sink, "/");
	fclose(file);
	return text;
}

/* "artifactLocation" and where in it. */
static void physical(struct sarif *sarif, const char *file, unsigned line)
{
	struct json *json = &sarif->json;
	char path[SOURCE_BYTES], *uri;
	const bool inside = source_path(sarif->run->directory, file, path, sizeof(path));

	uri = uri_text(path, false);
	json_object_open(json, "physicalLocation");
	json_object_open(json, "artifactLocation");
	json_text(json, "uri", uri ? uri : "");
	if (inside && *sarif->run->directory == '/')
		json_text(json, "uriBaseId", "SRCROOT");
	json_object_close(json);
	if (line) {
		json_object_open(json, "region");
		json_unsigned(json, "startLine", line);
		json_object_close(json);
	}
	json_object_close(json);
	free(uri);
}

/* The members of a location. */
static void step_location(struct sarif *sarif, const struct record_step *step,
			  const struct record_step *place)
{
	if (*place->file)
		physical(sarif, place->file, place->line);
	message(&sarif->json, "message", step->text);
}

/*
 * The task's place; else the last that the story knows; else the plan: GitHub refuses the whole
 * report if a result has none.
 */
static void locations(struct sarif *sarif, const struct record_case *record,
		      const struct record_finding *finding)
{
	struct json *json = &sarif->json;
	const char *file = finding->file;
	unsigned line = finding->line;
	char name[512];

	for (size_t i = finding->step_count; !*file && i-- > 0;) {
		file = finding->steps[i].file;
		line = finding->steps[i].line;
	}
	if (!*file) {
		file = finding->plan_path;
		line = *file ? 1 : 0;
	}
	snprintf(name, sizeof(name), "%s:%s", record->scenario, record->name);
	json_array_open(json, "locations");
	json_object_open(json, NULL);
	if (*file)
		physical(sarif, file, line);
	json_array_open(json, "logicalLocations");
	json_object_open(json, NULL);
	json_text(json, "fullyQualifiedName", name);
	json_text(json, "kind", "test case");
	json_object_close(json);
	json_array_close(json);
	json_object_close(json);
	json_array_close(json);
}

/* ---- What happened ------------------------------------------------------------------------- */

static bool is_in_a_flow(const struct record_step *step)
{
	return (step->kind == RECORD_STEP || step->kind == RECORD_FINDING) && *step->process;
}

static bool is_of(const struct record_step *step, const char *process)
{
	return is_in_a_flow(step) && !strcmp(step->process, process);
}

/* Steps without a place of their own ("is woken", "ends") have that of the process's last one, or
 * else of its next. */
static const struct record_step *place_of(const struct record_finding *finding, size_t at)
{
	const struct record_step *steps = finding->steps;

	for (size_t i = at + 1; i-- > 0;)
		if (is_of(&steps[i], steps[at].process) && *steps[i].file)
			return &steps[i];
	for (size_t i = at + 1; i < finding->step_count; i++)
		if (is_of(&steps[i], steps[at].process) && *steps[i].file)
			return &steps[i];
	return &steps[at];
}

/* Whether the process has no step before this one. */
static bool begins_a_flow(const struct record_finding *finding, size_t at)
{
	if (!is_in_a_flow(&finding->steps[at]))
		return false;
	for (size_t i = 0; i < at; i++)
		if (is_of(&finding->steps[i], finding->steps[at].process))
			return false;
	return true;
}

static void thread_flow(struct sarif *sarif, const struct record_finding *finding, size_t first)
{
	struct json *json = &sarif->json;
	const char *process = finding->steps[first].process;
	char text[128];

	json_object_open(json, NULL);
	json_text(json, "id", process);
	snprintf(text, sizeof(text), "process %s", process);
	message(json, "message", text);
	json_array_open(json, "locations");
	for (size_t i = first; i < finding->step_count; i++) {
		const struct record_step *step = &finding->steps[i];

		if (!is_of(step, process))
			continue;
		json_object_open(json, NULL);
		json_object_open(json, "location");
		step_location(sarif, step, place_of(finding, i));
		json_object_close(json);
		json_unsigned(json, "executionOrder", step->number);
		json_text(json, "importance",
			  step->kind == RECORD_FINDING ? "essential" : "important");
		json_object_close(json);
	}
	json_array_close(json);
	json_object_close(json);
}

static void code_flows(struct sarif *sarif, const struct record_finding *finding)
{
	struct json *json = &sarif->json;
	bool any = false;

	for (size_t i = 0; i < finding->step_count; i++)
		any = any || is_in_a_flow(&finding->steps[i]);
	if (!any)
		return;
	json_array_open(json, "codeFlows");
	json_object_open(json, NULL);
	json_array_open(json, "threadFlows");
	for (size_t i = 0; i < finding->step_count; i++)
		if (begins_a_flow(finding, i))
			thread_flow(sarif, finding, i);
	json_array_close(json);
	json_object_close(json);
	json_array_close(json);
}

static bool is_frame(const struct record_step *step)
{
	return step->kind == RECORD_FRAME && *step->task;
}

/* A stack is of one task: of a data race each access has one. */
static bool begins_a_stack(const struct record_finding *finding, size_t at)
{
	const struct record_step *steps = finding->steps;

	return is_frame(&steps[at]) && (at == 0 || !is_frame(&steps[at - 1]) ||
					strcmp(steps[at - 1].task, steps[at].task) != 0);
}

static void stack(struct sarif *sarif, const struct record_finding *finding, size_t first)
{
	struct json *json = &sarif->json;
	char text[128];

	json_object_open(json, NULL);
	snprintf(text, sizeof(text), "%s", finding->steps[first].task);
	message(json, "message", text);
	json_array_open(json, "frames");
	for (size_t i = first; i < finding->step_count; i++) {
		if (i > first && (!is_frame(&finding->steps[i]) || begins_a_stack(finding, i)))
			break;
		json_object_open(json, NULL);
		json_object_open(json, "location");
		step_location(sarif, &finding->steps[i], &finding->steps[i]);
		json_object_close(json);
		json_object_close(json);
	}
	json_array_close(json);
	json_object_close(json);
}

/* Where the other access of a data race is: shown beside the first one's place. */
static void related_locations(struct sarif *sarif, const struct record_finding *finding)
{
	struct json *json = &sarif->json;

	if (finding->kind != KIND_RACE)
		return;
	json_array_open(json, "relatedLocations");
	for (size_t i = 0; i < finding->step_count; i++) {
		if (!begins_a_stack(finding, i) || !*finding->steps[i].file)
			continue;
		json_object_open(json, NULL);
		step_location(sarif, &finding->steps[i], &finding->steps[i]);
		json_object_close(json);
	}
	json_array_close(json);
}

static void stacks(struct sarif *sarif, const struct record_finding *finding)
{
	struct json *json = &sarif->json;
	bool any = false;

	for (size_t i = 0; i < finding->step_count; i++)
		any = any || is_frame(&finding->steps[i]);
	if (!any)
		return;
	json_array_open(json, "stacks");
	for (size_t i = 0; i < finding->step_count; i++)
		if (begins_a_stack(finding, i))
			stack(sarif, finding, i);
	json_array_close(json);
}

/* ---- Results ------------------------------------------------------------------------------- */

static void finding_message(struct json *json, const struct record_finding *finding)
{
	const bool named = finding->kind == KIND_INVARIANT;
	const bool replay = *finding->replay_line != '\0';
	char *text;

	if (asprintf(&text, "%s%s%s%s%s", named ? finding->oracle : "", named ? ": " : "",
		     finding->message, replay ? "\nReplay: " : "", finding->replay_line) < 0)
		text = NULL;
	message(json, "message", text ? text : finding->message);
	free(text);
}

static void property_text(struct json *json, const char *name, const char *value)
{
	if (value && *value)
		json_text(json, name, value);
}

static void properties(struct json *json, const struct record_case *record,
		       const struct record_finding *finding)
{
	json_object_open(json, "properties");
	json_text(json, "scenario", record->scenario);
	json_text(json, "case", record->name);
	json_text(json, "oracle", finding->oracle);
	json_unsigned(json, "seed", record->seed);
	property_text(json, "plan", finding->plan_path);
	property_text(json, "replay", finding->replay_line);
	property_text(json, "waitsFor", finding->graph);
	property_text(json, "history", finding->history);
	property_text(json, "leaks", finding->leaks);
	json_object_close(json);
}

static void result(struct sarif *sarif, const struct record_case *record,
		   const struct record_finding *finding)
{
	const struct rule *rule = rules_find(finding->kind);
	struct json *json = &sarif->json;

	json_object_open(json, NULL);
	json_text(json, "ruleId", rule->id);
	json_unsigned(json, "ruleIndex", (uint64_t)(rule - rules));
	json_text(json, "level", rule->level);
	finding_message(json, finding);
	locations(sarif, record, finding);
	related_locations(sarif, finding);
	code_flows(sarif, finding);
	stacks(sarif, finding);
	json_object_open(json, "partialFingerprints");
	json_hash(json, "sabotFinding/v1", finding->fingerprint);
	json_object_close(json);
	json_unsigned(json, "occurrenceCount", finding->seen ? finding->seen : 1);
	properties(json, record, finding);
	json_object_close(json);
	json_line_end(json);
	json->comma = true;
}

static void results(struct sarif *sarif)
{
	const struct record_run *run = sarif->run;

	json_array_open(&sarif->json, "results");
	for (size_t i = 0; i < run->case_count; i++) {
		const struct record_case *record = &run->cases[i];

		for (size_t j = 0; record->verdict != VERDICT_PASS && j < record->finding_count;
		     j++)
			if (rules_find(record->findings[j].kind))
				result(sarif, record, &record->findings[j]);
	}
	json_array_close(&sarif->json);
}

/* ---- The tool and its run ------------------------------------------------------------------ */

static void driver(struct sarif *sarif)
{
	struct json *json = &sarif->json;

	json_object_open(json, "tool");
	json_object_open(json, "driver");
	json_text(json, "name", "Sabot");
	json_text(json, "version", sarif->run->version);
	json_array_open(json, "rules");
	for (const struct rule *rule = rules; rule->id; rule++) {
		json_object_open(json, NULL);
		json_text(json, "id", rule->id);
		json_text(json, "name", rule->name);
		message(json, "shortDescription", rule->is);
		message(json, "fullDescription", rule->means);
		message(json, "help", rule->help);
		json_object_open(json, "defaultConfiguration");
		json_text(json, "level", rule->level);
		json_object_close(json);
		json_object_open(json, "properties");
		json_array_open(json, "tags");
		json_text(json, NULL, "concurrency");
		json_text(json, NULL, "reliability");
		json_array_close(json);
		json_object_close(json);
		json_object_close(json);
	}
	json_array_close(json);
	json_object_close(json);
	json_object_close(json);
}

static void notify(struct json *json, const char *level, const char *who, const char *why)
{
	char *text;

	if (asprintf(&text, "%s%s%s", who, *who ? ": " : "", why) < 0)
		return;
	json_object_open(json, NULL);
	json_text(json, "level", level);
	message(json, "message", text);
	json_object_close(json);
	free(text);
}

static void notifications(struct json *json, const struct record_run *run)
{
	static const char *const levels[VERDICT_COUNT] = {
		[VERDICT_SKIP] = "note",
		[VERDICT_INCONCLUSIVE] = "warning",
		[VERDICT_BROKEN] = "error",
	};
	char who[512];

	json_array_open(json, "toolExecutionNotifications");
	if (run->interrupted)
		notify(json, "error", "", "interrupted: cases that had not finished are missing");
	if (*run->host_notes)
		notify(json, "note", "on this host", run->host_notes);
	for (size_t i = 0; i < run->case_count; i++) {
		const struct record_case *record = &run->cases[i];

		snprintf(who, sizeof(who), "%s:%s: %s", record->scenario, record->name,
			 verdict_name(record->verdict));
		if (levels[record->verdict])
			notify(json, levels[record->verdict], who, record->message);
		else if (record->verdict == VERDICT_FAIL && !record->finding_count)
			notify(json, "error", who, record->message);
	}
	json_array_close(json);
}

static void invocation(struct sarif *sarif)
{
	const struct record_run *run = sarif->run;
	struct json *json = &sarif->json;
	char *uri;

	json_array_open(json, "invocations");
	json_object_open(json, NULL);
	json_text(json, "commandLine", run->command_line);
	json_bool(json, "executionSuccessful", !run->interrupted);
	json_unsigned(json, "exitCode", (uint64_t)verdict_exit_code(run->worst));
	notifications(json, run);
	json_object_close(json);
	json_array_close(json);
	if (*run->directory != '/')
		return;
	uri = uri_text(run->directory, true);
	json_object_open(json, "originalUriBaseIds");
	json_object_open(json, "SRCROOT");
	json_text(json, "uri", uri ? uri : "");
	json_object_close(json);
	json_object_close(json);
	free(uri);
}

int sarif_write(FILE *file, const struct record_run *run, const struct report_options *options)
{
	struct sink sink = { file, 0 };
	struct sarif sarif = { { &sink, false }, run };
	struct json *json = &sarif.json;

	(void)options;
	json_object_open(json, NULL);
	json_text(json, "$schema", SCHEMA);
	json_text(json, "version", "2.1.0");
	json_array_open(json, "runs");
	json_object_open(json, NULL);
	driver(&sarif);
	invocation(&sarif);
	results(&sarif);
	json_object_close(json);
	json_array_close(json);
	json_object_close(json);
	json_line_end(json);
	return sink_finish(&sink);
}
