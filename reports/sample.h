/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of reports/: a run with a case of each verdict, and one of hostile strings. */
#ifndef SABOT_REPORTS_SAMPLE_H
#define SABOT_REPORTS_SAMPLE_H

#include "reports/report.h"

#include <stdio.h>
#include <stdlib.h>

/* Each kind of what no format may let through as it is, and a line end where one line is meant. */
#define SAMPLE_HOSTILE                                                                             \
	"\x01\x1b[31mred\x1b]0;title\x07 ]]> \"quoted\" 'too' <b>&amp;</b> \\n\n"                  \
	"\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80 \xc2\x9b\x7f \xef\xbf\xbe"                       \
	"\xe2\x80\xae \xc3\xa9 cut\xe2\x82"

static const struct record_step sample_caught_steps[] = {
	{ .number = 1,
	  .task = "holder#0",
	  .process = "holder#0",
	  .text = "holder#0 takes 1 of 1",
	  .place = "",
	  .file = "" },
	{ .number = 2,
	  .task = "holder#0",
	  .process = "holder#0",
	  .text = "holder#0 is killed at \"inside\"",
	  .place = "",
	  .file = "" },
};

/* Two processes, one of which has two threads. */
static const struct record_step sample_steps[] = {
	{ .number = 1,
	  .task = "left#0",
	  .process = "left#0",
	  .text = "left#0 locks a",
	  .place = "two-locks.c:44",
	  .file = "/src/my locks/two-locks.c",
	  .line = 44 },
	{ .number = 2,
	  .task = "right#0",
	  .process = "right#0",
	  .text = "right#0 locks b",
	  .place = "two-locks.c:45",
	  .file = "/src/my locks/two-locks.c",
	  .line = 45 },
	{ .kind = RECORD_GAP,
	  .task = "",
	  .process = "",
	  .text = "... 7 steps of left#0 ...",
	  .place = "",
	  .file = "" },
	{ .number = 10,
	  .task = "left#0/0",
	  .process = "left#0",
	  .text = "left#0/0 sleeps in pthread_mutex_lock: it wants b",
	  .place = "two-locks.c:44",
	  .file = "/src/my locks/two-locks.c",
	  .line = 44 },
	{ .number = 11,
	  .task = "",
	  .process = "",
	  .text = "the clock goes on",
	  .place = "",
	  .file = "" },
	{ .kind = RECORD_FINDING,
	  .number = 12,
	  .task = "left#0/0",
	  .process = "left#0",
	  .text = "deadlock: no task can run",
	  .place = "two-locks.c:44",
	  .file = "/src/my locks/two-locks.c",
	  .line = 44 },
};

static const struct record_finding sample_caught[] = {
	{ .kind = KIND_INVARIANT,
	  .oracle = "the value counts the living",
	  .message = "value 0, the living leave 1",
	  .place = "semundo-crash.c:31",
	  .file = "/src/semundo-crash.c",
	  .line = 31,
	  .steps = sample_caught_steps,
	  .step_count = 2,
	  .graph = "",
	  .history = "",
	  .leaks = "",
	  .output = "",
	  .plan_path = "out/semundo-crash.without-undo.plan",
	  .replay_line = "sabot replay out/semundo-crash.without-undo.plan",
	  .fingerprint = 0x11,
	  .seen = 1,
	  .trace_hash = 0x12 },
};

static const struct record_finding sample_findings[] = {
	{ .kind = KIND_DEADLOCK,
	  .oracle = "deadlock",
	  .message = "no task can run: left#0 and right#0 wait for one another",
	  .place = "two-locks.c:44",
	  .file = "/src/my locks/two-locks.c",
	  .line = 44,
	  .steps = sample_steps,
	  .step_count = sizeof(sample_steps) / sizeof(sample_steps[0]),
	  .graph = "left#0  --b-->  right#0\n"
		   "  ^                |\n"
		   "  +-------a--------+\n",
	  .history = "",
	  .leaks = "",
	  .output = "left: begins\nright: begins",
	  .plan_path = "out/two-locks.plan",
	  .replay_line = "sabot replay out/two-locks.plan",
	  .fingerprint = 0xfeedface,
	  .seen = 3,
	  .trace_hash = 0xabc },
	{ .kind = KIND_LEAK,
	  .oracle = "leak",
	  .message = "1 semaphore set is left behind",
	  .place = "",
	  .file = "",
	  .graph = "",
	  .history = "",
	  .leaks = "",
	  .output = "",
	  .plan_path = "out/two-locks.2.plan",
	  .replay_line = "",
	  .seen = 1 },
};

static struct record_strike sample_strikes[] = {
	{ .fault = "kill",
	  .role = "holder",
	  .where = RECORD_ASLEEP,
	  .site = 0x1000,
	  .known = 412,
	  .struck = 412,
	  .file = "/src/semundo-crash.c",
	  .function = "pass_through",
	  .line = 41,
	  .function_line = 37 },
};

static const struct record_case sample_cases[] = {
	{ .scenario = "sysv-sem/semundo-crash",
	  .name = "no-fault",
	  .caught_by = "",
	  .characterises = "",
	  .message = "",
	  .seed = 42,
	  .executions = 1,
	  .points = 14,
	  .checks = 9,
	  .seconds = 0.004,
	  .plan_path = "" },
	{ .scenario = "mutex/two-locks",
	  .name = "opposite-order",
	  .caught_by = "",
	  .characterises = "",
	  .verdict = VERDICT_FAIL,
	  .kind = KIND_DEADLOCK,
	  .message = "no task can run: left#0 and right#0 wait for one another",
	  .seed = UINT64_MAX,
	  .executions = 17,
	  .points = 190,
	  .checks = 60,
	  .faults_fired = 4,
	  .kill_points_covered = 5,
	  .kill_points_known = 31,
	  .trace_hash = 0x0123456789abcdef,
	  .seconds = 100.25,
	  .plan_path = "out/two-locks.plan",
	  .findings = sample_findings,
	  .finding_count = 2 },
	{ .scenario = "sysv-sem/semundo-crash",
	  .name = "kill-anywhere",
	  .caught_by = "",
	  .characterises = "",
	  .message = "",
	  .seed = 42,
	  .executions = 123456,
	  .points = 9000,
	  .checks = 5000,
	  .faults_fired = 412,
	  .kill_points_covered = 412,
	  .kill_points_known = 412,
	  .strikes = sample_strikes,
	  .strike_count = 1,
	  .trace_hash = 0xff,
	  .seconds = 12.345,
	  .plan_path = "" },
	{ .scenario = "sysv-sem/semundo-crash",
	  .name = "without-undo",
	  .caught_by = "the value counts the living",
	  .characterises = "",
	  .kind = KIND_INVARIANT,
	  .message = "caught by the value counts the living",
	  .seed = 42,
	  .executions = 3,
	  .points = 20,
	  .checks = 7,
	  .faults_fired = 1,
	  .kill_points_covered = 1,
	  .kill_points_known = 8,
	  .seconds = 0.01,
	  .plan_path = "out/semundo-crash.without-undo.plan",
	  .findings = sample_caught,
	  .finding_count = 1 },
	{ .scenario = "net/abstract-socket",
	  .name = "no-fault",
	  .caught_by = "",
	  .characterises = "",
	  .verdict = VERDICT_SKIP,
	  .message = "needs a network namespace, which this kernel refuses",
	  .seed = 42,
	  .plan_path = "" },
	{ .scenario = "pipe/short-write",
	  .name = "a-case-with-a-name-that-is-longer-than-its-column",
	  .caught_by = "",
	  .characterises = "",
	  .verdict = VERDICT_INCONCLUSIVE,
	  .message = "no fault fired in any of the executions, so nothing was shown about the "
		     "survivors that the case is about",
	  .seed = 7,
	  .executions = 1000000,
	  .kill_points_known = 2,
	  .kill_points_left = 2,
	  .seconds = 1234.5,
	  .plan_path = "" },
	{ .scenario = "pipe/short-write",
	  .name = "setup",
	  .caught_by = "",
	  .characterises = "",
	  .verdict = VERDICT_BROKEN,
	  .kind = KIND_BROKEN,
	  .message = "setup: pipe: EMFILE at short-write.c:12",
	  .seed = 7,
	  .plan_path = "" },
};

static const struct record_run sample_run = {
	.version = "0.1.0",
	.command_line = "sabot run --seed 42",
	.directory = "/src/my locks",
	.host_notes = "no real-time priorities: \"woken\" is not held\n",
	.seed = 42,
	.cases = sample_cases,
	.case_count = sizeof(sample_cases) / sizeof(sample_cases[0]),
	.seconds = 31.2,
	.worst = VERDICT_FAIL,
};

static const struct record_step sample_hostile_step = {
	.number = 1,
	.task = SAMPLE_HOSTILE,
	.process = SAMPLE_HOSTILE,
	.text = SAMPLE_HOSTILE,
	.place = SAMPLE_HOSTILE,
	.file = SAMPLE_HOSTILE,
	.line = 7,
};

static const struct record_finding sample_hostile_finding = {
	.kind = KIND_CRASH,
	.oracle = SAMPLE_HOSTILE,
	.message = SAMPLE_HOSTILE,
	.place = SAMPLE_HOSTILE,
	.file = SAMPLE_HOSTILE,
	.line = 8,
	.steps = &sample_hostile_step,
	.step_count = 1,
	.graph = SAMPLE_HOSTILE,
	.history = SAMPLE_HOSTILE,
	.leaks = SAMPLE_HOSTILE,
	.output = SAMPLE_HOSTILE,
	.plan_path = SAMPLE_HOSTILE,
	.replay_line = SAMPLE_HOSTILE,
};

static const struct record_case sample_hostile_case = {
	.scenario = SAMPLE_HOSTILE,
	.name = SAMPLE_HOSTILE,
	.caught_by = SAMPLE_HOSTILE,
	.characterises = "",
	.verdict = VERDICT_FAIL,
	.kind = KIND_CRASH,
	.message = SAMPLE_HOSTILE,
	.plan_path = SAMPLE_HOSTILE,
	.findings = &sample_hostile_finding,
	.finding_count = 1,
};

static const struct record_run sample_hostile_run = {
	.version = SAMPLE_HOSTILE,
	.command_line = SAMPLE_HOSTILE,
	.directory = SAMPLE_HOSTILE,
	.host_notes = SAMPLE_HOSTILE,
	.cases = &sample_hostile_case,
	.case_count = 1,
	.worst = VERDICT_FAIL,
	.interrupted = true,
};

/* The report of a run, to be freed; NULL if it could not be written. */
static inline char *sample_report(const char *format, const struct record_run *run,
				  const struct report_options *options)
{
	char *text = NULL;
	size_t length = 0;
	int error;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		return NULL;
	error = report_find(format)->write(file, run, options);
	if (fclose(file) || error) {
		free(text);
		return NULL;
	}
	return text;
}

#endif
