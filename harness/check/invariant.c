/* SPDX-License-Identifier: Apache-2.0 */
#include "check/invariant.h"

#include "core/api.h"

#include <errno.h>

/* Somebody was given something and has not run since, so it cannot have said so. */
static bool in_flight(const struct control *block)
{
	uint32_t i;

	if (block->woken)
		return true;
	for (i = 0; !block->gated && i < block->task_count; i++)
		if (block->tasks[i].state == TASK_PARKED && block->tasks[i].in_call)
			return true;
	return false;
}

static void call_check(void *argument)
{
	const struct sabot_invariant *invariant = argument;

	invariant->check((struct sabot_check *)(void *)invariant);
}

static bool is_due(const struct sabot_invariant *invariant, enum sabot_when when, bool settled)
{
	if (when == SABOT_AT_END || invariant->when == SABOT_WHEN_ALWAYS)
		return true;
	return invariant->when == SABOT_WHEN_SETTLED && settled;
}

static void check_one(struct control *block, const struct sabot_invariant *invariant)
{
	block->judged = invariant->name;
	if (!api_guard(call_check, (void *)(uintptr_t)invariant) &&
	    block->finding.kind == KIND_NONE)
		control_find(KIND_BROKEN, -1, "broken", "the check \"%s\" did not end",
			     invariant->name);
}

void invariant_judge(struct control *block, enum sabot_when when)
{
	const struct sabot_invariant *invariant = block->scenario->invariants;
	struct task *self = task_self;
	bool settled;
	int saved;

	if (!invariant || block->over)
		return;
	saved = errno; /* of the task at whose point this is */
	settled = !in_flight(block);
	block->judging = true;
	/* A check is the harness's: what it calls is no point, in whichever process it runs. */
	task_self = NULL;
	for (; invariant->name && !block->over; invariant++) {
		if (!is_due(invariant, when, settled))
			continue;
		block->notes.judged += when != SABOT_AT_END;
		check_one(block, invariant);
	}
	task_self = self;
	block->judging = false;
	errno = saved;
}

void invariant_look(struct control *block)
{
	const struct sabot_invariant *invariant = block->scenario->invariants;

	block->judging = true;
	for (; invariant && invariant->name; invariant++)
		if (invariant->when == SABOT_AT_END)
			check_one(block, invariant);
	block->judging = false;
}
