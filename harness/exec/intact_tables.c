/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/intact_part.h"

#include "os/checker.h"
#include "os/hot.h"
#include "os/sys.h"

#include <errno.h>
#include <unistd.h>

/*
 * NULL, or a text that can be read to its end. Any system call that takes a path tells; of those
 * that were asked about, the latest are remembered.
 */
static bool is_text(const char *text)
{
	static const char *known[64] HOT;
	const char **place = &known[random_mix((uint64_t)(uintptr_t)text) % 64];
	long result;

	if (!text || *place == text)
		return true;
	result = sys_call(SYS_access, (long)text, F_OK, 0, 0, 0, 0);
	if (result == -EFAULT || result == -ENAMETOOLONG || !checker_allows(text))
		return false;
	*place = text;
	return true;
}

static bool are_calls(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (!is_text(control->tasks[i].call.name))
			return false;
	return true;
}

static bool is_event(const struct event *event)
{
	if (event->kind >= EVENT_KIND_COUNT || event->op >= OP_COUNT ||
	    !intact_is_object(event->object) ||
	    (event->task != UINT8_MAX && event->task >= control->task_count) ||
	    !is_text(event->name))
		return false;
	switch (event->kind) {
	case EVENT_FAULT:
		return event->value >= 0 && event->value < control->shot_count;
	case EVENT_SPAWN:
	case EVENT_SWITCH:
		return intact_is_task(event->value);
	default:
		return true;
	}
}

static bool are_events(void)
{
	uint32_t i, count = control->event_count < EVENTS_MAX ? control->event_count : EVENTS_MAX;

	for (i = 0; i < count; i++)
		if (!is_event(&control->events[i]))
			return false;
	return true;
}

static bool are_objects(void)
{
	uint32_t i;

	for (i = 0; i < control->object_count; i++) {
		const struct object *object = &control->objects[i];

		if (object->family >= FAMILY_COUNT || !intact_is_task(object->owner) ||
		    !intact_ends(object->label, sizeof(object->label)))
			return false;
	}
	for (i = 0; i < OBJECTS_MAX * 2; i++)
		if (control->object_index[i] > control->object_count)
			return false;
	return true;
}

bool intact_made(void)
{
	uint32_t i;

	for (i = 0; i < control->made_count && i < MADE_MAX; i++) {
		const struct made *made = &control->made[i];

		if (made->family >= FAMILY_COUNT || !intact_is_task(made->task) ||
		    !intact_ends(made->name, sizeof(made->name)))
			return false;
	}
	return true;
}

static bool are_timers(void)
{
	uint32_t i;

	for (i = 0; i < control->timer_count; i++) {
		const struct timer *timer = &control->timers[i];

		if (timer->kind > TIMER_POSIX || !intact_is_object(timer->object) ||
		    timer->signo > SIGRTMAX || !intact_is_task(timer->process) ||
		    !intact_is_task(timer->thread))
			return false;
	}
	return true;
}

static bool are_recorded(void)
{
	uint32_t i;

	for (i = 0; i < control->recorded_count; i++)
		if (control->recorded[i].op_kind >= OP_COUNT)
			return false;
	return true;
}

/* Of one that its caller did not get to fill, the history is UINT32_MAX. */
static bool are_operations(uint32_t histories)
{
	uint32_t i;

	for (i = 0; i < control->history.count; i++) {
		const struct history_operation *operation = &control->history.operations[i];

		if (!intact_are_bools(&operation->told.unknown, &operation->told.unknown))
			return false;
		if (operation->history == UINT32_MAX)
			continue;
		if (operation->history >= histories ||
		    operation->told.caller >= control->task_count)
			return false;
	}
	return true;
}

static bool are_observed(void)
{
	uint32_t i;

	if (control->observed.count > OBSERVED_MAX)
		return false;
	for (i = 0; i < control->observed.count; i++)
		if (!intact_ends(control->observed.texts[i], OBSERVED_BYTES))
			return false;
	return true;
}

static bool are_looks(void)
{
	uint32_t i;

	for (i = 0; i < control->heap.look_count && i < HEAP_LOOKS_MAX; i++) {
		const struct heap_look *look = &control->heap.looks[i];

		if (look->kind > HEAP_REFUSED || !intact_is_task(look->task) ||
		    look->begin > look->end || !intact_are_bools(&look->crowded, &look->crowded))
			return false;
	}
	return true;
}

static bool is_window(void)
{
	const struct unmapped *found = &control->unmapped.found;
	uint32_t i;

	for (i = 0; i < control->window_count; i++)
		if (!intact_ends(control->window[i].name, sizeof(control->window[i].name)))
			return false;
	for (i = 0; i < UNMAPPED_MAX && i < control->unmapped.count; i++)
		if (!is_text(control->unmapped.entries[i].how) ||
		    !intact_is_task(control->unmapped.entries[i].task) ||
		    !intact_ends(control->unmapped.entries[i].name,
				 sizeof(control->unmapped.entries[i].name)))
			return false;
	return intact_ends(found->name, sizeof(found->name)) && is_text(found->how) &&
	       is_text(control->judged);
}

static bool is_side(const struct race_side *side)
{
	return intact_is_task(side->task) && side->task >= 0 &&
	       side->stack_count <= STACK_FRAMES_MAX &&
	       intact_are_bools(&side->writes, &side->atomic);
}

static bool is_finding(void)
{
	const struct finding *finding = &control->finding;

	if (finding->kind >= KIND_COUNT || !intact_is_task(finding->task) ||
	    !intact_ends(finding->oracle, sizeof(finding->oracle)) ||
	    !intact_ends(finding->message, sizeof(finding->message)))
		return false;
	return finding->kind != KIND_RACE ||
	       (is_side(&control->race.first) && is_side(&control->race.second));
}

/* Of an execution before this one too, which had other tasks. */
static bool is_step(const struct explore_step *step)
{
	return step->task >= -1 && step->task < TASKS_MAX && step->process >= -1 &&
	       step->process < TASKS_MAX && step->op < OP_COUNT &&
	       step->touch_count <= EXPLORE_TOUCHES_MAX &&
	       intact_are_bools(&step->asks, &step->news);
}

static bool is_explored(void)
{
	const struct explore *explore = &control->explore;
	uint32_t i;

	if (explore->count > EXPLORE_STEPS_MAX || explore->loop_count > EXPLORE_LOOPS_MAX ||
	    explore->cut > EXPLORE_ASTRAY)
		return false;
	for (i = 0; i < explore->count; i++)
		if (explore->decisions[i].current < -1 ||
		    explore->decisions[i].current >= TASKS_MAX ||
		    !is_step(&explore->decisions[i].step))
			return false;
	return true;
}

static bool are_images(void)
{
	unsigned i;

	for (i = 0; i < IMAGES_MAX && control->images.images[i].tag; i++)
		if (!image_is_sound(&control->images.images[i]))
			return false;
	return true;
}

const char *intact_tables_lack(uint32_t histories)
{
	static const struct {
		bool (*is_so)(void);
		const char *what;
	} tables[] = {
		{ are_calls, "the tasks' calls" },
		{ are_objects, "the table of objects" },
		{ are_events, "the trace" },
		{ intact_made, "the list of what was made" },
		{ are_timers, "the timers" },
		{ are_recorded, "the decisions" },
		{ are_observed, "what was observed" },
		{ are_looks, "the looks at memory" },
		{ is_window, "the list of mappings" },
		{ is_finding, "the finding" },
		{ is_explored, "the steps that were explored" },
		{ are_images, "the list of programs" },
	};
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (!tables[i].is_so())
			return tables[i].what;
	return are_operations(histories) ? NULL : "the histories";
}
