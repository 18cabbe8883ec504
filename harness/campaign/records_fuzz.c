/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz entry: whatever the tasks of an execution have stored over what they share with the harness,
 * exec/intact.h tells, or all that reads it afterwards does no harm: the oracles, the story, the
 * plan, and each report. The bytes are stores: which part of the control block, where in it, how
 * many bytes, and these. Built by ci/fuzz only; else it is empty.
 */
#include "campaign/coordinates.h"

#ifdef SABOT_FUZZ

#include "campaign/exhaustive.h"
#include "campaign/guided.h"
#include "campaign/recipe.h"
#include "check/expect.h"
#include "check/explain.h"
#include "check/graph.h"
#include "check/histories.h"
#include "check/leaks.h"
#include "check/lock_order.h"
#include "check/place.h"
#include "check/stuck.h"
#include "core/left.h"
#include "core/object.h"
#include "core/observe.h"
#include "core/timers.h"
#include "core/trace.h"
#include "exec/audit.h"
#include "exec/intact.h"
#include "exec/unseen.h"
#include "intercept/crash.h"
#include "intercept/heap.h"
#include "intercept/numbered.h"
#include "memory/window.h"
#include "os/symbol.h"
#include "reports/report.h"
#include "search/strategies.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SHARED_BYTES = 4096, STORE_BYTES_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* ---- What is of no interest here, or a library's ------------------------------------------- */

void (*crash_of_supervisor)(void);

enum heap_checker heap_checker(void)
{
	return HEAP_UNCHECKED;
}

const char *heap_checker_name(enum heap_checker checker)
{
	(void)checker;
	return "";
}

const char *heap_path(void)
{
	return "/dev/null";
}

int numbered_find_in(pid_t pid, int object)
{
	(void)pid;
	(void)object;
	return -1;
}

int numbered_object_in(pid_t pid, int fd)
{
	(void)pid;
	(void)fd;
	return -1;
}

void audit_judge(void)
{
}

const struct strategy *strategies_find(const char *name)
{
	(void)name;
	return &strategy_replay;
}

bool guided_is_wanted(const struct campaign_options *options)
{
	(void)options;
	return false;
}

const char *exhaustive_words(const struct campaign_options *options, struct arena *arena)
{
	(void)options;
	(void)arena;
	return "";
}

bool symbol_of_return(uintptr_t address, struct symbol *symbol)
{
	(void)address;
	memset(symbol, 0, sizeof(*symbol));
	return false;
}

const char *symbol_text(uintptr_t return_address, char *text, size_t size)
{
	snprintf(text, size, "0x%lx", (unsigned long)return_address);
	return text;
}

/* ---- An execution in which there is something of everything --------------------------------- */

static const struct sabot_role roles[] = { { "user", 2, NULL }, { "other", 1, NULL }, { 0 } };
static const struct sabot_case cases[] = { { .name = "kill", .fault = { SABOT_KILL } }, { 0 } };
static const struct sabot_history histories[] = {
	{ .name = "the sum", .specification = &sabot_counter },
	{ .name = "the cell", .specification = &sabot_register },
	{ .name = "the queue", .specification = &sabot_fifo_queue },
	{ .name = "the pile", .specification = &sabot_stack },
	{ .name = "the set", .specification = &sabot_set },
	{ .name = "the lock", .specification = &sabot_lock },
	{ .name = "the map", .specification = &sabot_key_value },
	{ 0 },
};
static const struct sabot_scenario scenario = {
	.name = "records",
	.group = "fuzz",
	.roles = roles,
	.cases = cases,
	.histories = histories,
	.shared_size = SHARED_BYTES,
};
static const struct campaign_target target = { .scenario = &scenario,
					       .scase = cases,
					       .module = "" };

static struct task *add_task(const char *name, unsigned role, int process)
{
	struct task *task = &control->tasks[control->task_count++];

	snprintf(task->name, sizeof(task->name), "%s", name);
	task->name_hash = random_text_hash(task->name);
	task->role = (uint8_t)role;
	task->parent = process < 0 ? -1 : (int8_t)process;
	task->process = (int8_t)(process < 0 ? task_number(task) : process);
	/* No process has such a number. */
	task->pid = 0x3fffff00 + task->process;
	task->tid = 0x3fffff00 + task_number(task);
	task->state = TASK_PARKED;
	task->call = (struct call){ .op = OP_START, .object = -1 };
	return task;
}

static void call(struct task *task, enum op op, int object, bool returns)
{
	task->op++;
	task->call = (struct call){ .op = op, .object = object, .amount = 1, .site = 0x1000 };
	trace_arrival(task);
	if (returns)
		trace_return(task, &task->call, 0, 0);
}

static void add_operation(struct task *task, bool returns)
{
	struct history_operation *operation = &control->history.operations[control->history.count];

	*operation = (struct history_operation){ .told = { .what = 1, .unknown = true },
						 .returned = HISTORY_PENDING };
	operation->told.caller = (unsigned)task_number(task);
	operation->called = trace_operation(EVENT_OPERATION, task, control->history.count, 0x1000);
	if (returns)
		operation->returned =
			trace_operation(EVENT_RESULT, task, control->history.count, 0x1000);
	control->history.count++;
}

static void kill_task(struct task *task)
{
	struct shot *shot = &control->shots[0];

	control->shot_count = 1;
	*shot = (struct shot){ .state = SHOT_CONFIRMED, .task = task_number(task) };
	snprintf(shot->plan.victim, sizeof(shot->plan.victim), "%s", task->name);
	snprintf(shot->plan.call, sizeof(shot->plan.call), "sem_post");
	trace_event(EVENT_FAULT, task, 0);
	task->injured = true;
	task->expected = task_bit(SIGKILL);
	task->state = TASK_DEAD;
	task->status = SIGKILL;
	trace_event(EVENT_DEATH, task, SIGKILL);
}

static void fill(void)
{
	struct task *a = add_task("user#0", 0, -1), *b = add_task("user#1", 0, -1);
	struct task *c = add_task("other#0", 1, -1), *d = add_task("other#0/1", 1, 2);
	int mutex = object_at(FAMILY_MUTEX, control->shared);
	int sem = object_find(FAMILY_SYSV_SEM, 7, 0);
	int pipe = object_find(FAMILY_PIPE, 8, 9);

	trace_event(EVENT_SPAWN, c, task_number(d));
	call(a, OP_MUTEX_LOCK, mutex, true);
	object_own(mutex, a);
	object_take(mutex, a, 1, true);
	add_operation(a, true);
	trace_event(EVENT_SWITCH, b, 0);
	add_operation(b, false);
	b->operation = 2;
	call(b, OP_MUTEX_LOCK, mutex, false);
	trace_event(EVENT_ASLEEP, b, 0);
	trace_event(EVENT_MARK, a, 1);
	call(d, OP_SEMOP, sem, true);
	object_take(sem, d, 1, true);
	call(c, OP_READ, pipe, false);
	c->call.name = scenario.name;
	trace_event(EVENT_TIMEOUT, c, 5);
	kill_task(d);
	control->recorded[0] = (struct recorded_switch){ .task = 0, .target = 1, .op = 1 };
	control->recorded_count = 1;
	control->made[0] = (struct made){ .family = FAMILY_SYSV_SEM, .id = 7, .task = 3 };
	control->made_count = 1;
	control->window[0] = (struct window_part){ 5, 0, 4096, WINDOW_BEGIN + 8192, "log" };
	control->window_count = 1;
	(void)timers_add(TIMER_POSIX, -1, CLOCK_MONOTONIC);
	observe_add("it does");
	left_note("file \"%s\" is left behind", "x");
	left_note("  made by %s", a->name);
}

/* The processes come to rest in the way that the input wants. */
static void end(unsigned how)
{
	static const enum task_state states[] = { TASK_ASLEEP, TASK_ENDED, TASK_SPINNING,
						  TASK_PARKED };
	uint32_t i;

	for (i = 0; i < 3; i++) {
		struct task *task = &control->tasks[i];

		task->state = states[how >> (2 * i) & 3];
		task->in_call = task->state == TASK_ASLEEP;
	}
}

static void find(unsigned kind)
{
	struct finding *finding = &control->finding;

	finding->kind = (enum kind)(kind % KIND_COUNT);
	finding->task = (int)(kind / KIND_COUNT % 3) - 1;
	snprintf(finding->oracle, sizeof(finding->oracle), "%s", kind_name(finding->kind));
	snprintf(finding->message, sizeof(finding->message), "user#0 did it");
	control->race.second.task = 1;
	control->race.first.stack_count = control->race.second.stack_count = 2;
	control->unmapped.found = (struct unmapped){ .how = "munmap", .size = 1, .task = 0 };
}

static struct arena *arena;

/* Built once; whatever a run changes, the next one does not see. */
static void prepare(void)
{
	int fd = control_memory();
	void *at;

	arena = arena_create(1 << 20);
	require(arena && fd >= 0 && control_create(fd) == 0);
	control_reset(control, false);
	control->shared = mmap((void *)SHARED_ADDRESS, SHARED_BYTES, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	require(control->shared == (void *)SHARED_ADDRESS);
	control->shared_size = SHARED_BYTES;
	control->scenario = &scenario;
	control->scase = cases;
	control->decider.strategy = &strategy_replay;
	fill();
	at = mmap(control, sizeof(*control), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd,
		  0);
	require(at == control);
}

/* ---- The stores ---------------------------------------------------------------------------- */

#define PART(member, bytes)                                                                        \
	{                                                                                          \
		offsetof(struct control, member), bytes                                            \
	}

static const struct {
	size_t at, size;
} parts[] = {
	PART(magic, offsetof(struct control, shots)),
	PART(finding, sizeof(struct finding)),
	PART(shots, 2 * sizeof(struct shot)),
	PART(tasks, 4 * sizeof(struct task)),
	PART(recorded, 2 * sizeof(struct recorded_switch)),
	PART(events, 24 * sizeof(struct event)),
	PART(observed, 2 * OBSERVED_BYTES),
	PART(history, 4 * sizeof(struct history_operation)),
	PART(buffers, 2 * sizeof(struct store_buffer)),
	PART(window_again, 2 * sizeof(struct window_part)),
	PART(unmapped, sizeof(struct unmapped_log)),
	PART(made, 2 * sizeof(struct made)),
	PART(timers, 2 * sizeof(struct timer)),
	PART(object_index, OBJECTS_MAX * 2 * sizeof(uint16_t)),
	PART(objects, 4 * sizeof(struct object)),
	PART(heap, sizeof(struct heap)),
	PART(left, sizeof(struct left)),
	PART(explore, offsetof(struct explore, sleepers)),
	PART(race, sizeof(struct race)),
	PART(scenario, 64),
};

/* Returns how many of the bytes it has taken. */
static size_t store(const uint8_t *data, size_t size)
{
	size_t part, at, length;

	if (size < 5)
		return size;
	part = data[0] % (sizeof(parts) / sizeof(parts[0]));
	at = (size_t)(data[1] | data[2] << 8) % parts[part].size;
	length = data[3] % STORE_BYTES_MAX + 1;
	if (length > size - 4)
		length = size - 4;
	memcpy((char *)control + parts[part].at + at, data + 4, length);
	return 4 + length;
}

/* ---- The readers --------------------------------------------------------------------------- */

struct told {
	size_t count;
	struct record_step steps[EXPLAIN_STEPS_MAX];
};

static void listen(void *user, const struct record_step *step)
{
	struct told *told = user;
	struct record_step *copy = &told->steps[told->count];

	require(told->count++ < EXPLAIN_STEPS_MAX && step->text && step->place && step->file);
	*copy = *step;
	copy->task = arena_copy(arena, step->task);
	copy->process = arena_copy(arena, step->process);
	copy->text = arena_copy(arena, step->text);
	copy->place = arena_copy(arena, step->place);
	copy->file = arena_copy(arena, step->file);
}

static void write_reports(const struct record_finding *finding)
{
	const struct record_case record = {
		.scenario = "fuzz/records",
		.name = "kill",
		.caught_by = "",
		.characterises = "",
		.verdict = VERDICT_FAIL,
		.kind = finding->kind,
		.message = finding->message,
		.plan_path = "",
		.findings = finding,
		.finding_count = 1,
	};
	const struct record_run run = { .version = "fuzz",
					.command_line = "",
					.directory = "/",
					.host_notes = "",
					.cases = &record,
					.case_count = 1,
					.worst = VERDICT_FAIL };
	const struct report_format *format;

	for (format = report_formats; format->name; format++) {
		char *text = NULL;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		require(file && format->write(file, &run, &(struct report_options){ 0 }) == 0 &&
			fclose(file) == 0);
		free(text);
	}
}

static void tell_all(void)
{
	static struct told told;
	struct record_finding finding = {
		.oracle = control->finding.oracle,
		.message = control->finding.message,
		.place = "",
		.file = "",
		.output = "",
		.plan_path = "",
		.replay_line = "",
	};
	bool potential = control->finding.kind == KIND_POTENTIAL;
	char *graph = potential ? lock_order_text() : graph_last_text();
	char *history = histories_text(), *leaks = leaks_text();

	finding.kind = control->finding.kind;
	finding.fingerprint = explain_fingerprint();
	require(graph && history && leaks);
	told.count = 0;
	arena->used = sizeof(*arena);
	explain_tell(listen, &told);
	finding.steps = told.steps;
	finding.step_count = told.count;
	finding.graph = graph;
	finding.history = history;
	finding.leaks = leaks;
	write_reports(&finding);
	free(graph);
	free(history);
	free(leaks);
}

static void make_plan(void)
{
	static struct plan plan;
	struct execution execution = { .scenario = &scenario,
				       .scase = cases,
				       .strategy = &strategy_replay };
	struct plan_trace trace = { 0 };
	char *text = NULL;
	size_t size;
	FILE *file;

	recipe_after(&plan, &execution, &target);
	require(recipe_trace(&trace) == 0);
	file = open_memstream(&text, &size);
	require(file);
	/* Refused, if a task is called what no task can be. */
	(void)plan_write(file, &plan, &trace);
	require(fclose(file) == 0);
	plan_trace_free(&trace);
	free(text);
}

static void read_all(unsigned how)
{
	static struct coordinates coordinates;
	const char *left;
	uint32_t i, length;

	if (control->finding.kind == KIND_NONE && how % 2)
		stuck_judge();
	else if (control->finding.kind == KIND_NONE)
		expect_judge();
	(void)left_lines(&left, &length);
	for (i = 0; i < control->task_count; i++)
		(void)unseen_sight(&control->tasks[i]);
	coordinates_collect(&coordinates, &cases[0].fault, how & 4);
	coordinates_collect_free(&coordinates, &cases[0].fault);
	tell_all();
	make_plan();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *what;
	size_t at = 2;

	if (!control)
		prepare();
	require(madvise(control, sizeof(*control), MADV_DONTNEED) == 0);
	if (size < 2)
		return 0;
	end(data[0]);
	find(data[1]);
	intact_begin(NULL);
	require(!intact_lacks(true));
	while (at < size)
		at += store(data + at, size - at);
	what = intact_lacks(true);
	require(!what || what[0]);
	if (!what)
		read_all(data[0]);
	(void)control_valid(control);
	intact_end();
	return 0;
}

#endif
