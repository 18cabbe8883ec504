/* SPDX-License-Identifier: Apache-2.0 */
#include "check/explain.h"

#include "check/graph.h"
#include "check/place.h"
#include "check/sentence.h"
#include "core/trace.h"
#include "memory/unmapped.h"
#include "memory/window.h"
#include "os/symbol.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>

enum { KEPT = 40 /* lines at either end of a long story */ };

_Static_assert(2 * KEPT + 1 + 1 + 1 + STACK_FRAMES_MAX <= EXPLAIN_STEPS_MAX,
	       "there is room for the longest story");

/* A line of the story: an event that is told, and how often in a row. */
struct line {
	uint32_t event;
	uint32_t call; /* EVENT_RETURN, EVENT_ASLEEP: where it began, or UINT32_MAX */
	uint32_t times;
	bool marked;
	int64_t mark;
};

struct story {
	struct line *lines;
	uint32_t count;
	uint32_t last_call[TASKS_MAX];
	uint32_t gone; /* events of the trace that were not kept */
};

static const char *name_of(const struct event *event)
{
	return event->task < TASKS_MAX ? control->tasks[event->task].name : "the clock";
}

/* ---- What is told -------------------------------------------------------------------------- */

/* The call that an event belongs to: handlers make calls of their own in between. */
static uint32_t begun(const struct story *story, const struct event *event)
{
	uint32_t at = event->task < TASKS_MAX ? story->last_call[event->task] : UINT32_MAX;

	return at != UINT32_MAX && control->events[at].op == event->op ? at : UINT32_MAX;
}

static bool return_is_told(const struct event *event, uint32_t call)
{
	if (event->error)
		return true;
	if (op_flags((enum op)event->op) & OP_PURE)
		return false;
	if (event->op == OP_EXEC)
		return true;
	/* Told by the new task's birth. */
	if (event->op == OP_FORK || event->op == OP_SPAWN || event->op == OP_THREAD_CREATE)
		return false;
	/* What was no point only asked for something. */
	return call != UINT32_MAX;
}

/* The next event of the task is its return, and nobody did anything before. */
static bool runs_at_once(uint32_t at)
{
	uint32_t i;

	for (i = at + 1; i < trace_count(); i++) {
		const struct event *event = &control->events[i];

		if (event->kind == EVENT_SWITCH || event->kind == EVENT_WOKEN)
			continue;
		return event->task == control->events[at].task && event->kind == EVENT_RETURN;
	}
	return false;
}

/* A named point matters where the schedule turned to somebody else. */
static bool call_is_told(uint32_t at)
{
	const struct event *event = &control->events[at];
	const struct event *next = at + 1 < trace_count() ? event + 1 : NULL;

	return event->op == OP_POINT && event->name && next && next->kind == EVENT_SWITCH &&
	       next->task != event->task;
}

/* A kill was told when it struck. */
static bool death_is_told(uint32_t at)
{
	const struct event *event = &control->events[at];
	uint32_t i;

	for (i = at; i-- > 0;) {
		const struct event *before = &control->events[i];

		if (before->task != event->task)
			continue;
		return before->kind != EVENT_FAULT || before->value < 0 ||
		       before->value >= control->shot_count ||
		       (control->shots[before->value].plan.kind != PLAN_KILL &&
			control->shots[before->value].plan.kind != PLAN_RESTART);
	}
	return true;
}

static bool is_told(uint32_t at, uint32_t call)
{
	const struct event *event = &control->events[at];

	switch (event->kind) {
	case EVENT_CALL:
		return call_is_told(at);
	case EVENT_RETURN:
		return return_is_told(event, call);
	case EVENT_WOKEN:
		return !runs_at_once(at);
	case EVENT_DEATH:
		return death_is_told(at);
	case EVENT_SWITCH:
	case EVENT_STOPPED:
	case EVENT_FINDING:
		return false;
	case EVENT_ACCESS:
		return event->op != OP_FENCE;
	default:
		return true;
	}
}

/* Whether two calls asked for the same. */
static bool is_alike(uint32_t one, uint32_t other)
{
	const struct event *a, *b;

	if (one == UINT32_MAX || other == UINT32_MAX)
		return one == other;
	a = &control->events[one];
	b = &control->events[other];
	return a->value == b->value && a->detail[0] == b->detail[0] && a->detail[1] == b->detail[1];
}

static bool is_repeated(const struct line *line, const struct event *event, uint32_t call)
{
	const struct event *before = &control->events[line->event];

	return !line->marked && before->kind == event->kind && before->task == event->task &&
	       before->op == event->op && before->object == event->object &&
	       before->value == event->value && before->error == event->error &&
	       before->site == event->site && is_alike(line->call, call);
}

static void tell(struct story *story, uint32_t at, uint32_t call)
{
	const struct event *event = &control->events[at];
	struct line *last = story->count ? &story->lines[story->count - 1] : NULL;

	if (last && control->events[last->event].task == event->task) {
		/* An operation in which nothing happened that is told. */
		if (event->kind == EVENT_RESULT &&
		    control->events[last->event].kind == EVENT_OPERATION) {
			last->event = at;
			return;
		}
		if (event->kind == EVENT_MARK && !last->marked && last->times == 1) {
			last->marked = true;
			last->mark = event->value;
			return;
		}
		if (is_repeated(last, event, call)) {
			last->times++;
			return;
		}
	}
	story->lines[story->count++] = (struct line){ .event = at, .call = call, .times = 1 };
}

static int choose(struct story *story)
{
	uint32_t i, count = trace_count();

	memset(story, 0, sizeof(*story));
	memset(story->last_call, 0xff, sizeof(story->last_call));
	story->gone = control->event_count - count;
	story->lines = malloc((count + 1) * sizeof(story->lines[0]));
	if (!story->lines)
		return -1;
	for (i = 0; i < count; i++) {
		const struct event *event = &control->events[i];
		uint32_t call;

		if (event->kind == EVENT_CALL && event->task < TASKS_MAX)
			story->last_call[event->task] = i;
		call = begun(story, event);
		if (is_told(i, call))
			tell(story, i, call);
	}
	return 0;
}

/* ---- How it is written --------------------------------------------------------------------- */

/* Who is told, and where it was: strings of a step as long as it is being told. */
struct teller {
	explain_listener *listener;
	void *user;
	char place[PLACE_BYTES];
	struct symbol symbol;
};

/* `site`: the place, or 0; `task`: who, or any other number. */
static void pass_on(struct teller *teller, enum record_step_kind kind, uint32_t number,
		    uintptr_t site, unsigned task, const char *text)
{
	struct record_step step = {
		.kind = kind, .number = number, .task = "", .process = "", .text = text, .file = ""
	};

	step.place = place_find(site, &teller->symbol, teller->place, sizeof(teller->place));
	if (site && teller->symbol.line) {
		step.file = teller->symbol.file;
		step.line = teller->symbol.line;
	}
	if (task < control->task_count) {
		int process = control->tasks[task].process;

		step.task = control->tasks[task].name;
		if (process >= 0) /* of one whose birth has failed: none */
			step.process = control->tasks[process].name;
	}
	teller->listener(teller->user, &step);
}

static void tell_line(struct teller *teller, const struct line *line, uint32_t number)
{
	const struct event *event = &control->events[line->event];
	const struct event *call = line->call != UINT32_MAX ? &control->events[line->call] : NULL;
	char words[200], text[320], more[40] = "";

	switch (event->kind) {
	case EVENT_RETURN:
		sentence_of_return(call, event, words, sizeof(words));
		break;
	case EVENT_ASLEEP:
		sentence_of_sleep(call, event, words, sizeof(words));
		break;
	case EVENT_FAULT:
		sentence_of_fault(event, words, sizeof(words));
		break;
	default:
		sentence_of_event(event, words, sizeof(words));
		break;
	}
	if (line->times > 1)
		snprintf(more, sizeof(more), " (%u times)", line->times);
	else if (line->marked)
		snprintf(more, sizeof(more), " (mark %lld)", (long long)line->mark);
	snprintf(text, sizeof(text), "%s%s%s%s", name_of(event), words[0] == '\'' ? "" : " ", words,
		 more);
	/* Of these the last call's place would tell nothing. */
	pass_on(teller, RECORD_STEP, number,
		event->kind == EVENT_MARK || event->kind == EVENT_WOKEN ? 0 : event->site,
		event->task, text);
}

static void tell_gap(struct teller *teller, const struct story *story, uint32_t from, uint32_t to)
{
	char names[200], text[256];
	uint64_t tasks = 0;
	uint32_t i;

	for (i = from; i < to; i++)
		if (control->events[story->lines[i].event].task < TASKS_MAX)
			tasks |= task_bit(control->events[story->lines[i].event].task);
	snprintf(text, sizeof(text), "... %u steps of %s ...", to - from,
		 graph_names(tasks, names, sizeof(names)));
	pass_on(teller, RECORD_GAP, 0, 0, UINT32_MAX, text);
}

/*
 * What crashes outside of a call does so in code of its own, or in what that called. In a call, in
 * libc or in ours, the call is the place. The first address is the instruction itself.
 */
uintptr_t explain_site(void)
{
	const struct finding *finding = &control->finding;
	const struct task *task;
	struct symbol symbol;
	uint32_t i;

	if (finding->kind != KIND_CRASH || finding->task < 0)
		return finding->site;
	task = &control->tasks[finding->task];
	for (i = 0; i < task->stack_count && !task->in_call; i++) {
		uintptr_t site = task->stack[i] + (i == 0);

		if (symbol_of_return(site, &symbol) && symbol.line)
			return strcmp(symbol.function, "run_body") ? site : finding->site;
	}
	return finding->site;
}

static void tell_finding(struct teller *teller, uint32_t number)
{
	const struct finding *finding = &control->finding;
	char text[PLAN_MESSAGE_MAX + sizeof(finding->oracle) + 64];

	if (finding->kind == KIND_NONE)
		return;
	if (finding->kind == KIND_INVARIANT)
		snprintf(text, sizeof(text), "invariant broken: \"%s\": %s", finding->oracle,
			 finding->message);
	else
		snprintf(text, sizeof(text), "%s: %s", kind_name(finding->kind), finding->message);
	pass_on(teller, RECORD_FINDING, number, explain_site(), (unsigned)finding->task, text);
}

/* What called a body (exec/start.c) or a program's main() (intercept/program.c), is the harness's.
 */
static bool is_outermost(uintptr_t address)
{
	struct symbol symbol;

	return symbol_of_return(address, &symbol) &&
	       (!strcmp(symbol.function, "run_body") || !strcmp(symbol.function, "run_main"));
}

/* Where it crashed, the innermost call first. The first address is the instruction itself. */
static void tell_stack(struct teller *teller)
{
	const struct finding *finding = &control->finding;
	const struct task *task;
	char name[160], text[176];
	uint32_t i;

	if ((finding->kind != KIND_CRASH && finding->kind != KIND_UNMAPPED) || finding->task < 0)
		return;
	task = &control->tasks[finding->task];
	for (i = 0; i < task->stack_count; i++) {
		if (is_outermost(task->stack[i]))
			break;
		snprintf(text, sizeof(text), "%s %s", i ? "called by" : "in",
			 symbol_text(task->stack[i] + (i == 0), name, sizeof(name)));
		pass_on(teller, RECORD_FRAME, 0, task->stack[i] + (i == 0), (unsigned)finding->task,
			text);
	}
}

static void tell_frames(struct teller *teller, const struct race_side *side)
{
	char name[160], text[176];
	uint32_t i;

	for (i = 1; i < side->stack_count; i++) {
		if (is_outermost(side->stack[i]))
			return;
		snprintf(text, sizeof(text), "called by %s",
			 symbol_text(side->stack[i], name, sizeof(name)));
		pass_on(teller, RECORD_FRAME, 0, side->stack[i], (unsigned)side->task, text);
	}
}

static void tell_side(struct teller *teller, const struct race_side *side, const char *what)
{
	char name[160], text[320];

	snprintf(text, sizeof(text), "%s %s%s %s in %s", control->tasks[side->task].name,
		 side->atomic ? "atomically " : "", side->writes ? "writes" : "reads", what,
		 symbol_text(side->site, name, sizeof(name)));
	pass_on(teller, RECORD_FRAME, 0, side->site, (unsigned)side->task, text);
	tell_frames(teller, side);
}

/* Both accesses of a data race, the later one first, and what would order them. */
static void tell_race(struct teller *teller)
{
	const struct race *race = &control->race;
	const char *first, *second;
	char name[64], text[320];

	if (control->finding.kind != KIND_RACE)
		return;
	first = control->tasks[race->first.task].name;
	second = control->tasks[race->second.task].name;
	snprintf(text, sizeof(text), "%zu byte%s at %s", race->size, race->size == 1 ? "" : "s",
		 window_name(race->address, name, sizeof(name)));
	tell_side(teller, &race->second, text);
	tell_side(teller, &race->first, "there before");
	snprintf(text, sizeof(text),
		 "what is missing: something that %s gives after its access (it unlocks, posts, "
		 "sends, stores with release order) and %s takes before its own",
		 first, second);
	pass_on(teller, RECORD_FRAME, 0, 0, UINT32_MAX, text);
}

/* Who took away what was used, and where. */
static void tell_unmapped(struct teller *teller)
{
	const struct unmapped *gone = &control->unmapped.found;
	char name[160], text[320], range[64];

	if (control->finding.kind != KIND_UNMAPPED)
		return;
	if (gone->size)
		snprintf(range, sizeof(range), "+%#llx to +%#llx were taken away",
			 (unsigned long long)gone->offset,
			 (unsigned long long)(gone->offset + gone->size));
	else
		snprintf(range, sizeof(range), " was cut off at +%#llx",
			 (unsigned long long)gone->offset);
	snprintf(text, sizeof(text), "%s%s by %s", gone->name, range, unmapped_by(gone));
	if (gone->site) {
		size_t length = strlen(text);

		snprintf(text + length, sizeof(text) - length, ", %s in %s", gone->how,
			 symbol_text(gone->site, name, sizeof(name)));
	}
	pass_on(teller, RECORD_FRAME, 0, gone->site, (unsigned)gone->task, text);
}

void explain_tell(explain_listener *listener, void *user)
{
	struct teller teller = { .listener = listener, .user = user };
	struct story story;
	char text[64];
	uint32_t i;

	if (choose(&story) != 0)
		return;
	for (i = 0; i < story.count; i++) {
		if (i == KEPT && story.count > 2 * KEPT + 1) {
			tell_gap(&teller, &story, i, story.count - KEPT);
			i = story.count - KEPT;
		}
		tell_line(&teller, &story.lines[i], i + 1);
	}
	if (story.gone) {
		snprintf(text, sizeof(text), "... %u later events were not kept ...", story.gone);
		pass_on(&teller, RECORD_GAP, 0, 0, UINT32_MAX, text);
	}
	tell_finding(&teller, story.count + 1);
	tell_stack(&teller);
	tell_unmapped(&teller);
	tell_race(&teller);
	free(story.lines);
}
