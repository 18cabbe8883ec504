/* SPDX-License-Identifier: Apache-2.0 */
#include "search/guided_features.h"

#include "core/control.h"
#include "core/trace.h"

#include <dlfcn.h>
#include <string.h>

enum { SITES_MAX = 4096, CELLS_MAX = 4096, CELL_BYTES = 8 };

/* What kind of feature it is: keeps those of one kind apart from others of the same places. */
enum feature {
	FEATURE_REACHED = 1,
	FEATURE_FOLLOWS,
	FEATURE_READS,	/* what a load reads was stored there */
	FEATURE_SWITCH, /* one goes on here while the other stands there */
	FEATURE_SLEEPS,
	FEATURE_WAKES,
	FEATURE_FAILS,
	FEATURE_STRUCK,
	FEATURE_RECOVERS, /* the first that each does after a fault or a death */
	FEATURE_MARKS,
	FEATURE_ENDS,
};

/* Who touched an object, or some bytes of shared memory, last. */
struct last {
	uint64_t key;
	uint64_t place, stored; /* 0: nobody; `stored`: by a store */
	int8_t task, storer;
};

static struct {
	uint8_t *map;
	uint64_t place[TASKS_MAX];  /* where each task stands */
	uint64_t struck[TASKS_MAX]; /* the fault that it has done nothing since, or 0 */
	int mark[TASKS_MAX];
	struct last objects[OBJECTS_MAX];
	struct last cells[CELLS_MAX];
} view;

static void bump(enum feature feature, uint64_t a, uint64_t b)
{
	uint64_t hash = random_join(random_join(feature, a), b);
	uint8_t *count = &view.map[hash % FEATURES_MAX];

	if (*count < UINT8_MAX)
		++*count;
}

/* The same in every process that has loaded the scenario's code, wherever that lies. */
static uint64_t site_number(uintptr_t site)
{
	static struct {
		uintptr_t site;
		uint64_t number;
	} known[SITES_MAX];
	uint64_t at = random_mix(site) % SITES_MAX;
	const char *name;
	Dl_info info;

	if (known[at].site == site)
		return known[at].number;
	known[at].site = site;
	known[at].number = 0;
	if (site && dladdr((const void *)site, &info) && info.dli_fbase) {
		name = strrchr(info.dli_fname, '/');
		known[at].number = random_join(random_text_hash(name ? name : info.dli_fname),
					       site - (uintptr_t)info.dli_fbase);
	}
	return known[at].number;
}

static uint64_t place_of(const struct event *event)
{
	uint64_t who = control->tasks[event->task].role;

	return random_join(random_join(who + 1, event->op), site_number(event->site));
}

/* Two of the same role are told apart from one of each. */
static uint64_t pair_of(uint64_t place, int task, int other)
{
	return place ^ (control->tasks[task].role == control->tasks[other].role && task != other);
}

static struct last *cell_of(uint64_t offset)
{
	uint64_t key = offset / CELL_BYTES + 1;
	struct last *cell = &view.cells[random_mix(key) % CELLS_MAX];

	/* Two that share a place: the later one takes it. */
	if (cell->key != key)
		*cell = (struct last){ .key = key };
	return cell;
}

static void touch(struct last *last, const struct event *event, uint64_t place)
{
	bool stores = !(op_flags((enum op)event->op) & OP_PURE);
	int task = event->task;

	if (last->place && last->task != task)
		bump(FEATURE_FOLLOWS, pair_of(last->place, task, last->task), place);
	if (last->stored && last->storer != task && !stores)
		bump(FEATURE_READS, pair_of(last->stored, task, last->storer), place);
	last->place = place;
	last->task = (int8_t)task;
	if (stores) {
		last->stored = place;
		last->storer = (int8_t)task;
	}
}

static void call(const struct event *event)
{
	uint64_t place = place_of(event);

	view.place[event->task] = place;
	bump(FEATURE_REACHED, place, 0);
	if (view.struck[event->task]) {
		bump(FEATURE_RECOVERS, view.struck[event->task], place);
		view.struck[event->task] = 0;
	}
	if (op_family((enum op)event->op) == FAMILY_MEMORY && event->op != OP_FENCE)
		touch(cell_of(event->detail[0]), event, place);
	else if (event->object >= 0 && event->object < OBJECTS_MAX)
		touch(&view.objects[event->object], event, place);
}

static void strike(const struct event *event)
{
	uint64_t what = random_join((uint64_t)event->kind, view.place[event->task]);
	uint32_t i;

	if (event->kind == EVENT_FAULT && event->value >= 0 &&
	    event->value < (int64_t)control->shot_count) {
		const struct plan_fault *plan = &control->shots[event->value].plan;

		what = random_join(random_join(what, plan->kind),
				   (uint64_t)plan->where << 32 | (uint32_t)plan->value);
	}
	bump(FEATURE_STRUCK, what, 0);
	for (i = 0; i < control->task_count; i++)
		view.struck[i] = what;
}

/* The marks of all, whoever has them: the state of the scenario as its author sees it. */
static void mark(const struct event *event)
{
	uint64_t sum = 0;
	uint32_t i;

	view.mark[event->task] = (int)event->value;
	for (i = 0; i < control->task_count; i++)
		if (view.mark[i])
			sum += random_join(control->tasks[i].role + 1u, (uint64_t)view.mark[i]);
	bump(FEATURE_MARKS, sum, 0);
}

static void visit(const struct event *event)
{
	uint64_t place = view.place[event->task];

	switch (event->kind) {
	case EVENT_CALL:
		call(event);
		break;
	case EVENT_SWITCH:
		if (event->value >= 0 && event->value < TASKS_MAX)
			bump(FEATURE_SWITCH,
			     pair_of(view.place[event->value], event->task, (int)event->value),
			     place);
		break;
	case EVENT_ASLEEP:
		bump(FEATURE_SLEEPS, place, 0);
		break;
	case EVENT_WOKEN:
	case EVENT_TIMEOUT:
	case EVENT_HANDLER:
		bump(FEATURE_WAKES, place, event->kind);
		break;
	case EVENT_RETURN:
		if (event->error)
			bump(FEATURE_FAILS, place, (uint64_t)event->error);
		break;
	case EVENT_FAULT:
	case EVENT_DEATH:
		strike(event);
		view.mark[event->task] = 0;
		break;
	case EVENT_EXIT:
		bump(FEATURE_ENDS, place, (uint64_t)event->value);
		view.mark[event->task] = 0;
		break;
	case EVENT_MARK:
		mark(event);
		break;
	default:
		break;
	}
}

void guided_features_collect(uint8_t map[GUIDED_MAP_BYTES])
{
	uint32_t i;

	memset(&view, 0, sizeof(view));
	view.map = map;
	for (i = 0; i < trace_count(); i++)
		if (control->events[i].task < TASKS_MAX)
			visit(&control->events[i]);
	memcpy(map + FEATURES_MAX, edges_counts(), edges_count());
}

/* As AFL++ has it: one bit for each of eight ranges of counts. */
static uint8_t range_of(uint8_t count)
{
	if (count <= 3)
		return (uint8_t)(count ? 1 << (count - 1) : 0);
	if (count <= 7)
		return 8;
	if (count <= 15)
		return 16;
	if (count <= 31)
		return 32;
	return count <= 127 ? 64 : 128;
}

uint32_t guided_features_add(uint8_t seen[GUIDED_MAP_BYTES], const uint8_t map[GUIDED_MAP_BYTES])
{
	uint32_t fresh = 0, i;

	for (i = 0; i < FEATURES_MAX + edges_count(); i += sizeof(uint64_t)) {
		uint64_t word;
		uint32_t j;

		memcpy(&word, map + i, sizeof(word));
		for (j = i; word && j < i + sizeof(uint64_t); j++) {
			uint8_t range = range_of(map[j]);

			fresh += (range & ~seen[j]) != 0;
			seen[j] |= range;
		}
	}
	return fresh;
}
