/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a search by coverage runs: the decisions that its plan lists, and elsewhere those of a base
 * strategy with the plan's seed. So one plan may be a whole random walk, a walk that is bent in one
 * place, or a list of all its decisions; core/plan_code.h has it in few bytes.
 */
#include "core/plan_code.h"
#include "search/strategies.h"

/* decider->depth is plan_code's base. */
static const struct strategy *base_of(const struct decider *decider)
{
	switch (decider->depth) {
	case 0:
		return &strategy_replay;
	case 1:
		return &strategy_random;
	case PLAN_CODE_BASES - 1:
		return &strategy_pos;
	default:
		return &strategy_pct;
	}
}

static void begin(struct decider *decider)
{
	base_of(decider)->begin(decider);
	decider->used_count = 0;
}

static int next(struct decider *decider, const struct choice *choice)
{
	int target = replay_listed(decider, choice);

	return target >= 0 ? target : base_of(decider)->next(decider, choice);
}

static int store(struct decider *decider, int at)
{
	const struct strategy *base = base_of(decider);
	int chosen = replay_listed_store(decider, at);

	return chosen >= 0 || decider->depth == 0 ? chosen : base->store(decider, at);
}

/* Until the plan's next entry, or less if the base asks for that. */
static uint32_t quiet(struct decider *decider, const struct task *task)
{
	const struct strategy *base = base_of(decider);
	uint32_t until = replay_quiet(decider, task), asked;

	if (decider->depth == 0)
		return until;
	asked = base->quiet ? base->quiet(decider, task) : 0;
	return asked < until ? asked : until;
}

const struct strategy strategy_guided = {
	.name = "guided",
	.about = "plans that are changed, and kept when they show an order not seen before",
	.begin = begin,
	.next = next,
	.blind = true,
	.store = store,
	.quiet = quiet,
};
