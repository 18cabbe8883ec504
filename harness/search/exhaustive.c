/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the exhaustive search that decides, within one execution: follows the prefix that
 * was handed over, then goes on by the default, past what was explored elsewhere already, and
 * records what each step did. Which prefixes there are is search/exhaustive_tree.c's to say.
 */
#include "search/exhaustive_loop.h"
#include "search/exhaustive_step.h"
#include "search/strategies.h"

static struct explore *explore(void)
{
	return &control->explore;
}

static void begin(struct decider *decider)
{
	(void)decider;
	explore()->count = 0;
	explore()->cut = EXPLORE_WHOLE;
	explore()->asleep = 0;
	exhaustive_loop_begin();
}

static int after(int task, uint64_t set)
{
	uint64_t higher = task < 0 ? set : set & ~((task_bit(task) << 1) - 1);

	return __builtin_ctzll(higher ? higher : set);
}

static bool goes_on_and_on(void)
{
	return control->idle_steps > control->limit_steps / 4 * 3;
}

/* Nothing is to be learnt from the rest: to its end, and fair, so that it comes to one. */
static int to_the_end(const struct choice *choice)
{
	uint64_t all = choice->ready ? choice->ready : choice->timed;

	return goes_on_and_on() ? after(choice->at, all) : choice->standard;
}

static int cut(enum explore_cut why, const struct choice *choice)
{
	explore()->cut = why;
	return to_the_end(choice);
}

/* The step before has come to its end. */
static void close_last(uint64_t all, uint64_t *options, bool *probed)
{
	struct explore_decision *last;
	uint64_t left;

	if (explore()->count == 0) {
		exhaustive_step_begin();
		*options = all;
		return;
	}
	last = &explore()->decisions[explore()->count - 1];
	exhaustive_step_close(&last->step);
	exhaustive_loop_note(&last->step);
	*options = exhaustive_loop_options(all, probed);
	last->step.wakes |= *options & ~last->options & ~task_bit(last->step.task);
	for (left = explore()->asleep; left; left &= left - 1) {
		int task = __builtin_ctzll(left);

		if (exhaustive_step_depends(&explore()->slept[task], &last->step))
			explore()->asleep &= ~task_bit(task);
	}
}

/* Whose step from here was explored already, and led to all that would follow it. */
static void put_to_sleep(uint64_t all)
{
	uint32_t i;

	for (i = 0; i < explore()->sleeper_count; i++) {
		const struct explore_step *taken = &explore()->sleepers[i];

		if (!(all & task_bit(taken->task)))
			continue;
		exhaustive_step_reopen(&explore()->slept[taken->task], &control->tasks[taken->task],
				       taken);
		explore()->asleep |= task_bit(taken->task);
	}
}

/* The default: go on; else as it is everywhere, so that plans are short. */
static int pick(const struct choice *choice, uint64_t set)
{
	if (choice->current >= 0 && !choice->yields && (set & task_bit(choice->current)))
		return choice->current;
	if (set & task_bit(choice->standard))
		return choice->standard;
	return __builtin_ctzll(set & choice->ready ? set & choice->ready : set);
}

static int at_random(uint64_t set)
{
	uint64_t skip = random_below(&control->decider.random, (uint64_t)__builtin_popcountll(set));

	while (skip--)
		set &= set - 1;
	return __builtin_ctzll(set);
}

static int choose(const struct choice *choice, struct explore_decision *decision)
{
	uint64_t awake;

	if (explore()->count + 1 == explore()->prefix_count)
		put_to_sleep(decision->all);
	decision->sleeps = explore()->asleep & decision->options;
	if (explore()->count < explore()->prefix_count) {
		int task = explore()->prefix[explore()->count];

		return decision->all & task_bit(task) ? task : -1;
	}
	if (explore()->walks)
		return at_random(decision->options);
	awake = decision->options & ~explore()->asleep;
	return awake ? pick(choice, awake) : -1;
}

/* With a fault, a schedule is only followed: it is known as far as the fault strikes. */
static int follow(const struct choice *choice)
{
	uint64_t all = choice->ready | choice->timed;
	uint32_t at = explore()->count++;

	if (explore()->cut == EXPLORE_WHOLE && at < explore()->prefix_count &&
	    (all & task_bit(explore()->prefix[at])))
		return explore()->prefix[at];
	explore()->cut = EXPLORE_ASTRAY;
	return to_the_end(choice);
}

static int next(struct decider *decider, const struct choice *choice)
{
	struct explore_decision *decision = &explore()->decisions[explore()->count];
	uint64_t all = choice->ready | choice->timed, options = all;
	bool probed = false;
	int chosen;

	(void)decider;
	if (explore()->follows_only)
		return follow(choice);
	if (explore()->cut != EXPLORE_WHOLE)
		return to_the_end(choice);
	close_last(all, &options, &probed);
	if (probed)
		return cut(EXPLORE_PROBED, choice);
	if (explore()->count == EXPLORE_STEPS_MAX)
		return cut(EXPLORE_LONG, choice);
	if (goes_on_and_on() && (options & (options - 1)))
		return cut(EXPLORE_UNFAIR, choice);
	/* All of them wait for each other: one has to go on, and the engine finds it out. */
	if (!options)
		options = task_bit(choice->standard);
	*decision = (struct explore_decision){ .all = all,
					       .options = options,
					       .current = (int8_t)choice->current,
					       .yields = choice->yields };
	chosen = choose(choice, decision);
	if (chosen < 0)
		return cut(explore()->count < explore()->prefix_count ? EXPLORE_ASTRAY
								      : EXPLORE_ASLEEP,
			   choice);
	exhaustive_step_open(&decision->step, &control->tasks[chosen]);
	explore()->count++;
	return chosen;
}

const struct strategy strategy_exhaustive = {
	.name = "exhaustive",
	.about = "all schedules, but of those that differ only in what does not matter, one",
	.begin = begin,
	.next = next,
	.always = true,
};

const struct strategy strategy_brute = {
	.name = "brute",
	.about = "all schedules, one by one: for the smallest cases",
	.begin = begin,
	.next = next,
	.always = true,
};
