/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One JSON object a line, told apart by "type": a run, its cases with their findings, a summary. A
 * file that does not end with a summary is cut off. Seeds are numbers of 64 bits: read them with a
 * reader that keeps these. Hashes are strings.
 */
#include "reports/json.h"
#include "reports/report.h"

#include <stdlib.h>

static void observed(struct json *json, const struct record_case *record)
{
	json_text(json, "characterises", record->characterises);
	json_array_open(json, "observed");
	for (size_t i = 0; i < record->observation_count; i++)
		json_text(json, NULL, record->observations[i].text);
	json_array_close(json);
	json_bool(json, "differs", report_differs(record));
}

static void looked_at(struct json *json, const uint64_t sights[HEAP_SIGHTS])
{
	static const char *const names[HEAP_SIGHTS] = {
		[HEAP_SEEN] = "looked_at",
		[HEAP_HAD_THREADS] = "had_threads",
		[HEAP_OTHER_PROGRAM] = "other_program",
		[HEAP_UNSEEN] = "could_not_be",
	};
	uint64_t all = 0;

	for (size_t i = 0; i < HEAP_SIGHTS; i++)
		all += sights[i];
	if (!all)
		return;
	json_object_open(json, "memory_of_processes");
	for (size_t i = 0; i < HEAP_SIGHTS; i++)
		json_unsigned(json, names[i], sights[i]);
	json_object_close(json);
}

static void case_members(struct json *json, const struct record_case *record)
{
	json_text(json, "scenario", record->scenario);
	json_text(json, "case", record->name);
	json_text(json, "verdict", verdict_name(record->verdict));
	json_text(json, "kind", kind_name(record->kind));
	json_unsigned(json, "executions", record->executions);
	json_unsigned(json, "points", record->points);
	json_unsigned(json, "faults_fired", record->faults_fired);
	json_unsigned(json, "kill_points_covered", record->kill_points_covered);
	json_unsigned(json, "kill_points_known", record->kill_points_known);
	json_seconds(json, "seconds", record->seconds);
	json_unsigned(json, "seed", record->seed);
	json_text(json, "plan", record->plan_path);
	json_hash(json, "trace_hash", record->trace_hash);
	json_unsigned(json, "checks", record->checks);
	json_text(json, "caught_by", record->caught_by);
	json_text(json, "message", record->message);
	json_unsigned(json, "finding_count", record->finding_count);
	if (record->free) {
		json_bool(json, "free", true);
		json_unsigned(json, "late", record->late);
	}
	if (record->exhaustive) {
		json_unsigned(json, "schedules", record->schedules);
		json_bool(json, "complete", record->complete);
		json_text(json, "explored", record->explored);
	}
	looked_at(json, record->sights);
	if (*record->characterises)
		observed(json, record);
}

static const char *const step_kinds[] = {
	[RECORD_STEP] = "step",
	[RECORD_GAP] = "gap",
	[RECORD_FINDING] = "finding",
	[RECORD_FRAME] = "frame",
};

static void steps(struct json *json, const struct record_finding *record)
{
	json_array_open(json, "steps");
	for (size_t i = 0; i < record->step_count; i++) {
		const struct record_step *step = &record->steps[i];

		json_object_open(json, NULL);
		json_text(json, "kind", step_kinds[step->kind]);
		json_unsigned(json, "number", step->number);
		json_text(json, "task", step->task);
		json_text(json, "process", step->process);
		json_text(json, "text", step->text);
		json_text(json, "place", step->place);
		json_text(json, "file", step->file);
		json_unsigned(json, "line", step->line);
		json_object_close(json);
	}
	json_array_close(json);
}

static void finding(struct json *json, const struct record_finding *record)
{
	char *story = report_story(record);

	json_object_open(json, NULL);
	json_text(json, "kind", kind_name(record->kind));
	json_text(json, "oracle", record->oracle);
	json_text(json, "message", record->message);
	json_text(json, "place", record->place);
	json_text(json, "file", record->file);
	json_unsigned(json, "line", record->line);
	json_text(json, "story", story ? story : "");
	steps(json, record);
	json_text(json, "graph", record->graph);
	json_text(json, "history", record->history);
	json_text(json, "leaks", record->leaks);
	json_text(json, "output", record->output);
	json_text(json, "plan", record->plan_path);
	json_text(json, "replay", record->replay_line);
	json_hash(json, "fingerprint", record->fingerprint);
	json_unsigned(json, "seen", record->seen);
	if (record->out_of)
		json_unsigned(json, "out_of", record->out_of);
	json_hash(json, "trace_hash", record->trace_hash);
	json_object_close(json);
	free(story);
}

static void header_line(struct json *json, const struct record_run *run)
{
	json_object_open(json, NULL);
	json_text(json, "type", "run");
	json_unsigned(json, "record", RECORD_VERSION);
	json_text(json, "version", run->version);
	json_text(json, "command_line", run->command_line);
	json_text(json, "directory", run->directory);
	json_text(json, "host_notes", run->host_notes);
	json_unsigned(json, "seed", run->seed);
	json_object_close(json);
	json_line_end(json);
}

static void case_line(struct json *json, const struct record_case *record)
{
	json_object_open(json, NULL);
	json_text(json, "type", "case");
	case_members(json, record);
	json_array_open(json, "findings");
	for (size_t i = 0; i < record->finding_count; i++)
		finding(json, &record->findings[i]);
	json_array_close(json);
	json_object_close(json);
	json_line_end(json);
}

static void summary_line(struct json *json, const struct record_run *run)
{
	const struct report_totals totals = report_total(run);

	json_object_open(json, NULL);
	json_text(json, "type", "summary");
	json_unsigned(json, "cases", run->case_count);
	json_object_open(json, "verdicts");
	for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
		json_unsigned(json, verdict_name(verdict), totals.verdicts[verdict]);
	json_object_close(json);
	json_text(json, "worst", verdict_name(run->worst));
	json_bool(json, "interrupted", run->interrupted);
	json_unsigned(json, "findings", totals.findings);
	json_unsigned(json, "executions", totals.executions);
	json_unsigned(json, "points", totals.points);
	json_unsigned(json, "checks", totals.checks);
	json_unsigned(json, "faults_fired", totals.faults_fired);
	json_unsigned(json, "kill_points_covered", totals.kill_points_covered);
	json_unsigned(json, "kill_points_known", totals.kill_points_known);
	looked_at(json, totals.sights);
	json_seconds(json, "seconds", run->seconds);
	json_object_close(json);
	json_line_end(json);
}

int report_case_json(FILE *file, const struct record_case *record)
{
	struct sink sink = { file, 0 };
	struct json json = { &sink, false };

	json_object_open(&json, NULL);
	case_members(&json, record);
	json_object_close(&json);
	json_line_end(&json);
	return sink_finish(&sink);
}

int jsonl_write(FILE *file, const struct record_run *run, const struct report_options *options)
{
	struct sink sink = { file, 0 };
	struct json json = { &sink, false };

	(void)options;
	header_line(&json, run);
	for (size_t i = 0; i < run->case_count; i++)
		case_line(&json, &run->cases[i]);
	summary_line(&json, run);
	return sink_finish(&sink);
}
