/* SPDX-License-Identifier: Apache-2.0 */
#include "search/exhaustive_race.h"

#include "search/exhaustive_step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int exhaustive_race_create(struct exhaustive_race *race)
{
	race->clocks = calloc(EXPLORE_STEPS_MAX, sizeof(*race->clocks));
	race->ordinals = calloc(EXPLORE_STEPS_MAX, sizeof(*race->ordinals));
	if (race->clocks && race->ordinals)
		return 0;
	exhaustive_race_free(race);
	return -ENOMEM;
}

void exhaustive_race_free(struct exhaustive_race *race)
{
	free(race->clocks);
	free(race->ordinals);
}

static const struct explore_decision *decision_at(uint32_t at)
{
	return &control->explore.decisions[at];
}

static int task_at(uint32_t at)
{
	return decision_at(at)->step.task;
}

static bool is_before(const struct exhaustive_race *race, uint32_t first, uint32_t second)
{
	return race->clocks[second][task_at(first)] >= race->ordinals[first];
}

/* The step before it of the same task, or UINT32_MAX. */
static uint32_t previous(uint32_t at)
{
	uint32_t i;

	for (i = at; i-- > 0;)
		if (task_at(i) == task_at(at))
			return i;
	return UINT32_MAX;
}

static bool is_related(uint32_t first, uint32_t second)
{
	const struct explore_step *a = &decision_at(first)->step, *b = &decision_at(second)->step;

	return (a->wakes & task_bit(b->task)) || exhaustive_step_depends(a, b);
}

/* Only by what the earlier step did could the later task run at all. */
static bool is_enabled_by(uint32_t first, uint32_t second)
{
	uint64_t task = task_bit(task_at(second));

	return (decision_at(first)->step.wakes & task) && !(decision_at(first)->options & task);
}

/* Of what comes after `first` and does not need it, up to `second`: who could begin. */
static uint64_t initials(const struct exhaustive_race *race, uint32_t first, uint32_t second)
{
	uint32_t firsts[TASKS_MAX], i;
	uint64_t seen = 0, initial = 0, left, other;

	for (i = first + 1; i <= second; i++) {
		uint64_t task = task_bit(task_at(i));

		if ((seen & task) || (i != second && is_before(race, first, i)))
			continue;
		seen |= task;
		firsts[task_at(i)] = i;
	}
	for (left = seen; left; left &= left - 1) {
		int task = __builtin_ctzll(left);
		bool free = true;

		for (other = seen & ~task_bit(task); other && free; other &= other - 1) {
			uint32_t at = firsts[__builtin_ctzll(other)];

			free = at > firsts[task] || !is_before(race, at, firsts[task]);
		}
		if (free)
			initial |= task_bit(task);
	}
	return initial;
}

static void join(uint16_t *clock, const uint16_t *other)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (clock[i] < other[i])
			clock[i] = other[i];
}

uint32_t exhaustive_race_find(struct exhaustive_race *race, uint32_t at,
			      struct exhaustive_reversal reversals[EXHAUSTIVE_REVERSALS_MAX])
{
	uint32_t found[EXHAUSTIVE_REVERSALS_MAX], count = 0, i, before = previous(at);
	uint16_t *clock = race->clocks[at];

	memset(clock, 0, sizeof(race->clocks[at]));
	race->ordinals[at] = 1;
	if (before != UINT32_MAX) {
		memcpy(clock, race->clocks[before], sizeof(race->clocks[at]));
		race->ordinals[at] = (uint16_t)(race->ordinals[before] + 1);
	}
	/* From the latest on: what an ordered step comes after is no race any more. */
	for (i = at; i-- > 0;) {
		if (is_before(race, i, at) || !is_related(i, at))
			continue;
		if (!is_enabled_by(i, at) && count < EXHAUSTIVE_REVERSALS_MAX)
			found[count++] = i;
		join(clock, race->clocks[i]);
	}
	clock[task_at(at)] = race->ordinals[at];
	for (i = 0; i < count; i++)
		reversals[i] =
			(struct exhaustive_reversal){ found[i], initials(race, found[i], at) };
	return count;
}

uint32_t exhaustive_race_collisions(uint32_t at, uint32_t collisions[EXPLORE_STEPS_MAX])
{
	uint32_t count = 0, i, before = previous(at);
	uint64_t met = task_bit(task_at(at));

	for (i = at; i-- > 0;) {
		uint64_t task = task_bit(task_at(i));

		if ((met & task) || !is_related(i, at) || is_enabled_by(i, at))
			continue;
		collisions[count++] = i;
		if (before != UINT32_MAX && i < before)
			met |= task;
	}
	return count;
}
