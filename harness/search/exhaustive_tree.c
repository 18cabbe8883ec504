/* SPDX-License-Identifier: Apache-2.0 */
#include "search/exhaustive_tree.h"

#include "search/exhaustive_race.h"
#include "search/exhaustive_step.h"

#include <stdlib.h>
#include <string.h>

/* A decision of the schedule that was explored last. */
struct node {
	uint64_t all, options;
	uint64_t sleeps;      /* explored before it came to this place */
	uint64_t explored;    /* ... and from here */
	uint32_t preemptions; /* before it */
	uint64_t effect;      /* of its step */
	int8_t current, chosen;
	bool yields;
	struct explore_step *steps; /* of those explored from here, by task */
};

struct exhaustive {
	struct exhaustive_options options;
	struct exhaustive_race race;
	uint32_t depth;	 /* nodes */
	uint32_t prefix; /* of these, how many the next execution is to follow */
	uint32_t looks;	 /* what checks look at, as far as it was known */
	bool begun, ended;
	uint64_t schedules;
	const char *gap;
	uint32_t last_count;
	uint8_t last[EXPLORE_STEPS_MAX]; /* the decisions of the last execution */
	struct node nodes[EXPLORE_STEPS_MAX];
	uint64_t backtrack[EXPLORE_STEPS_MAX]; /* whom to explore from each */
};

struct exhaustive *exhaustive_create(const struct exhaustive_options *options)
{
	struct exhaustive *search = calloc(1, sizeof(*search));

	if (!search || exhaustive_race_create(&search->race)) {
		free(search);
		return NULL;
	}
	search->options = *options;
	control->notes.looks = control->explore.loop_count = 0;
	return search;
}

static void drop(struct exhaustive *search, uint32_t depth)
{
	while (search->depth > depth)
		free(search->nodes[--search->depth].steps);
}

void exhaustive_free(struct exhaustive *search)
{
	drop(search, 0);
	exhaustive_race_free(&search->race);
	free(search);
}

uint64_t exhaustive_schedules(const struct exhaustive *search)
{
	return search->schedules;
}

const char *exhaustive_gap(const struct exhaustive *search)
{
	return search->gap ? search->gap : search->ended ? NULL : "it was ended before";
}

/* ---- Handing over -------------------------------------------------------------------------- */

static const struct explore_step *step_of(const struct exhaustive *search, uint32_t at, int task)
{
	for (;; at--) {
		const struct node *node = &search->nodes[at];

		if (node->explored & task_bit(task))
			return node->steps ? &node->steps[task] : NULL;
		if (at == 0)
			return NULL;
	}
}

static void hand_over_sleepers(const struct exhaustive *search)
{
	struct explore *explore = &control->explore;
	uint32_t at = search->prefix - 1;
	uint64_t left = search->nodes[at].sleeps | search->nodes[at].explored;

	for (; left; left &= left - 1) {
		const struct explore_step *step = step_of(search, at, __builtin_ctzll(left));

		if (step)
			explore->sleepers[explore->sleeper_count++] = *step;
	}
}

bool exhaustive_prepare(struct exhaustive *search)
{
	bool sleeps = !search->options.brute && !search->options.bounded;
	struct explore *explore = &control->explore;
	uint32_t i;

	if (search->ended)
		return false;
	explore->memory_points = search->begun && (explore->memory_points || control->accesses);
	search->begun = true;
	explore->follows_only = explore->walks = false;
	explore->prefix_count = search->prefix;
	explore->sleeper_count = 0;
	for (i = 0; i < search->prefix; i++)
		explore->prefix[i] = (uint8_t)search->nodes[i].chosen;
	if (sleeps && search->prefix)
		hand_over_sleepers(search);
	return true;
}

void exhaustive_follow(const struct exhaustive *search)
{
	struct explore *explore = &control->explore;

	explore->follows_only = true;
	explore->prefix_count = search->last_count;
	memcpy(explore->prefix, search->last, search->last_count);
}

/* ---- What is left -------------------------------------------------------------------------- */

static bool preempts(const struct node *node, int task)
{
	return node->current >= 0 && node->current != task && !node->yields &&
	       (node->options & task_bit(node->current));
}

static bool is_within_bound(const struct exhaustive *search, const struct node *node, int task)
{
	return !search->options.bounded ||
	       node->preemptions + preempts(node, task) <= search->options.preemptions;
}

/* The lowest task that is to be explored from the node and was not; -1: none. */
static int next_of(const struct exhaustive *search, uint32_t at)
{
	const struct node *node = &search->nodes[at];
	uint64_t left = search->backtrack[at] & node->options & ~node->explored & ~node->sleeps;

	for (; left; left &= left - 1)
		if (is_within_bound(search, node, __builtin_ctzll(left)))
			return __builtin_ctzll(left);
	return -1;
}

/* For the siblings that come after it, the step is asleep. */
static void keep_step(struct node *node, const struct explore_step *step)
{
	if (!node->steps)
		node->steps = calloc(EXPLORE_TASKS_MAX, sizeof(*node->steps));
	if (node->steps)
		node->steps[step->task] = *step;
}

/* To the last decision that could have been another one. */
static void go_back(struct exhaustive *search)
{
	while (search->depth) {
		uint32_t at = search->depth - 1;
		struct node *node = &search->nodes[at];
		int task;

		node->explored |= task_bit(node->chosen);
		task = next_of(search, at);
		if (task >= 0) {
			if (at < control->explore.count)
				keep_step(node, &control->explore.decisions[at].step);
			node->chosen = (int8_t)task;
			search->prefix = search->depth;
			return;
		}
		drop(search, at);
	}
	search->ended = true;
}

/* ---- Learning ------------------------------------------------------------------------------ */

static bool followed_prefix(const struct exhaustive *search)
{
	const struct explore *explore = &control->explore;
	uint32_t i;

	if (explore->cut == EXPLORE_ASTRAY ||
	    (explore->count < search->prefix && control->finding.kind == KIND_NONE))
		return false;
	for (i = 0; i < search->prefix && i < explore->count; i++)
		if (explore->decisions[i].all != search->nodes[i].all ||
		    (i + 1 < search->prefix &&
		     explore->decisions[i].step.effect != search->nodes[i].effect))
			return false;
	return true;
}

static void add_node(struct exhaustive *search)
{
	uint32_t at = search->depth++;
	const struct explore_decision *from = &control->explore.decisions[at];
	struct node *node = &search->nodes[at];

	*node = (struct node){ .all = from->all,
			       .options = from->options,
			       .sleeps = from->sleeps,
			       .effect = from->step.effect,
			       .current = from->current,
			       .yields = from->yields,
			       .chosen = from->step.task };
	if (at)
		node->preemptions = search->nodes[at - 1].preemptions +
				    preempts(&search->nodes[at - 1], search->nodes[at - 1].chosen);
	search->backtrack[at] = search->options.brute ? node->options : task_bit(node->chosen);
}

/* The reversal of a race: some task of `first` is to be explored from the decision. */
static void add_reversal(struct exhaustive *search, const struct exhaustive_reversal *reversal)
{
	struct node *node = &search->nodes[reversal->at];
	uint64_t *backtrack = &search->backtrack[reversal->at];
	uint64_t first = reversal->first & node->options;

	if (reversal->first & (*backtrack | node->sleeps))
		return;
	*backtrack |= first ? first & -first : node->options;
}

/* Within a bound, another task may be too expensive: the one itself, or all. */
static void add_bounded(struct exhaustive *search, uint32_t at, int task)
{
	const struct node *node = &search->nodes[at];

	search->backtrack[at] |= node->options & task_bit(task) ? task_bit(task) : node->options;
}

static void add_collision(struct exhaustive *search, uint32_t at, int task)
{
	const struct node *nodes = search->nodes;

	add_bounded(search, at, task);
	while (at && nodes[at - 1].chosen == nodes[at].chosen)
		at--;
	add_bounded(search, at, task);
}

static void find_collisions(struct exhaustive *search, uint32_t at)
{
	static uint32_t collisions[EXPLORE_STEPS_MAX];
	uint32_t count = exhaustive_race_collisions(at, collisions), i;

	for (i = 0; i < count; i++)
		add_collision(search, collisions[i], control->explore.decisions[at].step.task);
}

static void find_races_of(struct exhaustive *search, uint32_t at)
{
	struct exhaustive_reversal reversals[EXHAUSTIVE_REVERSALS_MAX];
	uint32_t count, i;

	if (search->options.bounded) {
		find_collisions(search, at);
		return;
	}
	count = exhaustive_race_find(&search->race, at, reversals);
	for (i = 0; i < count; i++)
		add_reversal(search, &reversals[i]);
}

static bool could_go_on(const struct task *task)
{
	return task->state == TASK_PARKED || task->state == TASK_WOKEN ||
	       task->state == TASK_TIMED || (task->state == TASK_ASLEEP && task->call.deadline_ns);
}

/* A finding has ended it: of what would have followed nothing is known. */
static void find_pending_races(struct exhaustive *search)
{
	struct explore_step *step = &control->explore.decisions[search->depth].step;
	uint32_t i;

	for (i = 0; search->depth < EXPLORE_STEPS_MAX && i < control->task_count; i++) {
		if (!could_go_on(&control->tasks[i]))
			continue;
		exhaustive_step_open(step, &control->tasks[i]);
		step->flags |= EXPLORE_ALL;
		find_races_of(search, search->depth);
	}
}

static void find_races(struct exhaustive *search)
{
	uint32_t at;

	for (at = search->prefix ? search->prefix - 1 : 0; at < search->depth; at++)
		find_races_of(search, at);
	if (control->finding.kind != KIND_NONE)
		find_pending_races(search);
}

/* Steps that were taken to be independent are not: what was left out for it has to be explored. */
static bool begin_anew(struct exhaustive *search)
{
	if (control->notes.looks == search->looks)
		return false;
	search->looks = control->notes.looks;
	drop(search, 0);
	search->prefix = 0;
	search->schedules = 0;
	return true;
}

static void note_gap(struct exhaustive *search)
{
	const struct explore *explore = &control->explore;

	if (explore->cut == EXPLORE_LONG)
		search->gap = "an execution has too many steps";
	else if (explore->cut == EXPLORE_UNFAIR)
		search->gap = "a loop could go on for ever";
	else if (control->finding.kind != KIND_NONE)
		search->gap = "a finding ended an execution";
	else if (control->memory != SABOT_SC)
		search->gap = "of stores that wait, not every arrival is tried";
}

enum exhaustive_lesson exhaustive_learn(struct exhaustive *search)
{
	struct explore *explore = &control->explore;
	uint32_t i;

	if (explore->cut == EXPLORE_WHOLE && explore->count)
		exhaustive_step_close(&explore->decisions[explore->count - 1].step);
	if (begin_anew(search) || explore->cut == EXPLORE_PROBED)
		return EXHAUSTIVE_PART;
	if (!followed_prefix(search))
		return EXHAUSTIVE_ASTRAY;
	note_gap(search);
	if (search->prefix && search->prefix <= explore->count)
		search->nodes[search->prefix - 1].effect =
			explore->decisions[search->prefix - 1].step.effect;
	while (search->depth < explore->count)
		add_node(search);
	if (!search->options.brute && search->depth == explore->count)
		find_races(search);
	search->last_count = search->depth;
	for (i = 0; i < search->depth; i++)
		search->last[i] = (uint8_t)search->nodes[i].chosen;
	go_back(search);
	if (explore->cut == EXPLORE_ASLEEP)
		return EXHAUSTIVE_PART;
	search->schedules++;
	return EXHAUSTIVE_WHOLE;
}
