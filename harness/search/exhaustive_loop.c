/* SPDX-License-Identifier: Apache-2.0 */
#include "search/exhaustive_loop.h"

#include "search/exhaustive_reach.h"
#include "search/exhaustive_step.h"

#include <string.h>

enum { REPEATS_ARE_A_LOOP = 1, ROUNDS_ARE_ENDLESS = 512 };

static struct explore *explore(void)
{
	return &control->explore;
}

/* So that its limit of steps makes no livelock of it meanwhile. */
static uint32_t rounds(void)
{
	uint32_t half = control->limit_steps / 2;

	return half < ROUNDS_ARE_ENDLESS ? half : ROUNDS_ARE_ENDLESS;
}

void exhaustive_loop_begin(void)
{
	explore()->probed = -1;
	memset(explore()->looked, 0, sizeof(explore()->looked));
}

/* Equal when the task holds the same: a lock that it took and gave back has changed nothing. */
static uint64_t holding(int task)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < control->object_count; i++)
		if (control->objects[i].held[task])
			sum += random_mix(random_join(i, (uint16_t)control->objects[i].held[task]));
	return sum;
}

/* Whether the task was there already, and others held what they hold now. */
static bool knows(const struct explore_looks *looks, uint64_t key, uint64_t others, bool own)
{
	uint32_t i;

	for (i = 0; i < looks->count; i++) {
		const struct explore_look *look = &looks->list[i];

		if (look->step.key == key && look->step.others == others &&
		    (!own || look->holding == looks->holding))
			return true;
	}
	return false;
}

static void forget(struct explore_looks *looks)
{
	looks->count = looks->repeats = 0;
}

static void look(struct explore_looks *looks, const struct explore_step *step)
{
	if (knows(looks, step->key, step->others, true)) {
		looks->repeats++;
		return;
	}
	if (looks->count == EXPLORE_LOOKS_MAX)
		forget(looks);
	looks->repeats = 0;
	looks->list[looks->count++] = (struct explore_look){ looks->holding, *step };
}

/* Whether it is news to who has looked at all that. */
static bool is_news(const struct explore_looks *looks, const struct explore_step *step)
{
	uint32_t i;

	for (i = 0; step->news && i < looks->count; i++)
		if (exhaustive_step_depends(&looks->list[i].step, step))
			return true;
	return false;
}

void exhaustive_loop_note(const struct explore_step *step)
{
	struct explore_looks *own = &explore()->looked[step->task];
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if ((int)i != step->task && is_news(&explore()->looked[i], step))
			forget(&explore()->looked[i]);
	if (step->news)
		forget(own);
	else
		look(own, step);
	if (exhaustive_reach_is_lock(step->op) || step->news)
		own->holding = holding(step->task);
}

/* ---- Whether a loop ends ------------------------------------------------------------------- */

static struct explore_loop *loop_of(uint64_t key)
{
	uint32_t i;

	for (i = 0; i < explore()->loop_count; i++)
		if (explore()->loops[i].key == key)
			return &explore()->loops[i];
	if (i == EXPLORE_LOOPS_MAX)
		return NULL;
	explore()->loops[i] = (struct explore_loop){ key, EXPLORE_LOOP_UNKNOWN };
	explore()->loop_count++;
	return &explore()->loops[i];
}

/* Whether others hold something that they did not when the task came by its places. */
static bool others_moved(const struct explore_looks *looks)
{
	uint32_t i;

	for (i = 0; i < looks->count; i++) {
		const struct explore_step *step = &looks->list[i].step;

		if (step->state == TASK_PARKED &&
		    !knows(looks, step->key, exhaustive_step_others(step), false))
			return true;
	}
	return false;
}

/* The loop that the task's next step would be another round of, or NULL. */
static struct explore_loop *loop_at(int task)
{
	const struct explore_looks *looks = &explore()->looked[task];
	struct explore_step next;

	if (looks->repeats < REPEATS_ARE_A_LOOP)
		return NULL;
	exhaustive_step_open(&next, &control->tasks[task]);
	if (!knows(looks, next.key, next.others, true) || others_moved(looks))
		return NULL;
	return loop_of(random_join(next.key, control->tasks[task].name_hash));
}

static uint64_t probe(uint64_t all, bool *probed)
{
	const struct explore_looks *looks = &explore()->looked[explore()->probed];
	struct explore_loop *loop = loop_of(explore()->probed_key);

	if ((all & task_bit(explore()->probed)) && looks->repeats && --explore()->probes_left)
		return task_bit(explore()->probed);
	loop->kind = explore()->probes_left ? EXPLORE_LOOP_ENDS : EXPLORE_LOOP_ENDLESS;
	explore()->probed = -1;
	*probed = true;
	return all;
}

static void begin_probe(int task, const struct explore_loop *loop)
{
	explore()->probed = task;
	explore()->probed_key = loop->key;
	explore()->probes_left = rounds();
}

uint64_t exhaustive_loop_options(uint64_t all, bool *probed)
{
	uint64_t options = all, left;

	if (explore()->probed >= 0)
		return probe(all, probed);
	for (left = all; left; left &= left - 1) {
		int task = __builtin_ctzll(left);
		struct explore_loop *loop = loop_at(task);

		if (!loop)
			continue;
		if (loop->kind == EXPLORE_LOOP_UNKNOWN) {
			begin_probe(task, loop);
			return task_bit(task);
		}
		/* It was left by itself when somebody was alone in it, and now goes on and on. */
		if (explore()->looked[task].repeats >= rounds()) {
			*probed |= loop->kind != EXPLORE_LOOP_ENDLESS;
			loop->kind = EXPLORE_LOOP_ENDLESS;
		}
		if (loop->kind == EXPLORE_LOOP_ENDLESS)
			options &= ~task_bit(task);
	}
	return options;
}
