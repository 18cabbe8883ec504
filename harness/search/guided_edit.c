/* SPDX-License-Identifier: Apache-2.0 */
#include "search/guided_edit.h"

#include <string.h>

enum { EDITS_MAX = 4, NEAR = 4, FIRST_OPS = 12, SHALLOW = 5, ANYWHERE = 64 };

struct editing {
	struct plan_code *code;
	const struct plan_code *donor;
	const struct guided_limits *limits;
	struct random *random;
};

static uint32_t below(struct editing *editing, uint64_t bound)
{
	return (uint32_t)random_below(editing->random, bound);
}

/* A number near this one, and another one. */
static uint32_t near(struct editing *editing, uint32_t number)
{
	uint32_t by = 1 + below(editing, NEAR);

	if (below(editing, 2))
		return number + by;
	return number > by ? number - by : number ? 0 : by;
}

static uint32_t some_root(struct editing *editing)
{
	uint32_t roots = editing->limits->roots;

	return 1 + below(editing, roots ? roots : 1);
}

static const struct plan_code_switch *some_switch(struct editing *editing,
						  const struct plan_code *code)
{
	return code && code->switch_count ? &code->switches[below(editing, code->switch_count)]
					  : NULL;
}

static struct plan_code_switch *own_switch(struct editing *editing)
{
	return editing->code->switch_count
		       ? &editing->code->switches[below(editing, editing->code->switch_count)]
		       : NULL;
}

static struct plan_code_fault *own_fault(struct editing *editing)
{
	return editing->code->fault_count
		       ? &editing->code->faults[below(editing, editing->code->fault_count)]
		       : NULL;
}

/* Mostly one that the case starts with, now and then one that was seen: a child. */
static uint32_t some_task(struct editing *editing)
{
	const struct plan_code_switch *seen = NULL;

	if (below(editing, 4) == 0)
		seen = some_switch(editing, below(editing, 2) ? editing->donor : editing->code);
	return seen && seen->target ? seen->target : some_root(editing);
}

/* ---- Switches ------------------------------------------------------------------------------ */

static bool move_switch(struct editing *editing)
{
	struct plan_code_switch *entry = own_switch(editing);

	if (!entry)
		return false;
	if (below(editing, 4))
		entry->op = near(editing, entry->op);
	else
		entry->pass = near(editing, entry->pass) % NEAR;
	return true;
}

static bool retarget_switch(struct editing *editing)
{
	struct plan_code_switch *entry = own_switch(editing);

	if (!entry)
		return false;
	entry->target = some_task(editing);
	entry->store = 0;
	return true;
}

static bool drop_switches(struct editing *editing)
{
	struct plan_code *code = editing->code;
	uint32_t from, most;

	if (!code->switch_count)
		return false;
	from = below(editing, code->switch_count);
	most = code->switch_count - from;
	guided_edit_drop(code, code->fault_count + from,
			 below(editing, 2) ? 1 : 1 + below(editing, most));
	return true;
}

static bool add_switch(struct editing *editing)
{
	struct plan_code *code = editing->code;
	const struct plan_code_switch *like =
		some_switch(editing, below(editing, 4) ? code : editing->donor);
	const struct plan_code_fault *fault = own_fault(editing);
	struct plan_code_switch entry = { 0 };

	if (code->switch_count == PLAN_SWITCHES_MAX)
		return false;
	entry.task = some_task(editing);
	entry.op = 1 + below(editing, FIRST_OPS);
	if (fault && below(editing, 2)) {
		entry.task = below(editing, 2) ? fault->victim : entry.task;
		entry.op = near(editing, fault->op);
	} else if (like) {
		entry.task = below(editing, 2) ? like->task : like->target;
		entry.op = below(editing, 4) ? near(editing, like->op)
					     : below(editing, like->op + ANYWHERE);
		entry.store = below(editing, 4) ? 0 : like->store;
	}
	entry.pass = below(editing, 4) ? 0 : below(editing, NEAR);
	entry.target = some_task(editing);
	code->switches[code->switch_count++] = entry;
	return true;
}

static bool take_switch(struct editing *editing)
{
	const struct plan_code_switch *from = some_switch(editing, editing->donor);

	if (!from || editing->code->switch_count == PLAN_SWITCHES_MAX)
		return false;
	editing->code->switches[editing->code->switch_count++] = *from;
	return true;
}

/* ---- What decides elsewhere ---------------------------------------------------------------- */

static bool walk(struct editing *editing)
{
	static const uint32_t bases[] = { 1, 1, PLAN_CODE_BASES - 1, PLAN_CODE_BASES - 1 };
	uint32_t pick = below(editing, 6);

	editing->code->base = pick < 4 ? bases[pick] : 2 + below(editing, SHALLOW - 1);
	editing->code->length = editing->limits->length;
	editing->code->seed = random_next(editing->random);
	return true;
}

/* The same up to some switch, and from there on as it comes. */
static bool walk_on(struct editing *editing)
{
	struct plan_code *code = editing->code;

	if (code->switch_count)
		code->switch_count = below(editing, code->switch_count);
	return walk(editing);
}

static bool stand(struct editing *editing)
{
	if (!editing->code->base)
		return false;
	editing->code->base = 0;
	return true;
}

/* ---- Faults -------------------------------------------------------------------------------- */

static bool move_fault(struct editing *editing)
{
	struct plan_code_fault *fault = own_fault(editing);

	if (!fault)
		return false;
	switch (below(editing, 8)) {
	case 0:
		fault->where = (enum plan_where)below(editing, PLAN_WHERE_COUNT);
		break;
	case 1:
		fault->again = near(editing, fault->again) % NEAR;
		break;
	case 2:
		fault->after = near(editing, fault->after);
		break;
	case 3:
		fault->victim = some_task(editing);
		break;
	default:
		fault->op = near(editing, fault->op);
		break;
	}
	return true;
}

static bool take_fault(struct editing *editing)
{
	const struct plan_code *donor = editing->donor;
	struct plan_code *code = editing->code;
	struct plan_code_fault *to;

	if (!donor || !donor->fault_count || !editing->limits->faults)
		return false;
	to = code->fault_count < editing->limits->faults ? &code->faults[code->fault_count++]
							 : own_fault(editing);
	*to = donor->faults[below(editing, donor->fault_count)];
	return true;
}

/* Of no kind: whoever runs it knows what the case allows. */
static bool invent_fault(struct editing *editing)
{
	const struct plan_code_switch *at = own_switch(editing);
	struct plan_code *code = editing->code;

	if (code->fault_count >= editing->limits->faults)
		return false;
	code->faults[code->fault_count++] = (struct plan_code_fault){
		.where = (enum plan_where)below(editing, PLAN_WHERE_COUNT),
		.victim = at && below(editing, 2) ? at->task : some_task(editing),
		.op = at && below(editing, 2) ? near(editing, at->op)
					      : 1 + below(editing, FIRST_OPS),
	};
	return true;
}

static bool drop_fault(struct editing *editing)
{
	if (!editing->code->fault_count)
		return false;
	guided_edit_drop(editing->code, below(editing, editing->code->fault_count), 1);
	return true;
}

/* ---- Both ---------------------------------------------------------------------------------- */

/* This one's beginning and the donor's end. */
static bool splice(struct editing *editing)
{
	const struct plan_code *donor = editing->donor;
	struct plan_code *code = editing->code;
	uint32_t from, count;

	if (!donor || !donor->switch_count)
		return false;
	if (code->switch_count)
		code->switch_count = below(editing, code->switch_count + 1);
	from = below(editing, donor->switch_count);
	count = donor->switch_count - from;
	if (count > PLAN_SWITCHES_MAX - code->switch_count)
		count = PLAN_SWITCHES_MAX - code->switch_count;
	memcpy(&code->switches[code->switch_count], &donor->switches[from],
	       count * sizeof(code->switches[0]));
	code->switch_count += count;
	return true;
}

static bool change_case(struct editing *editing)
{
	if (editing->limits->cases < 2)
		return false;
	editing->code->scase = below(editing, editing->limits->cases);
	return true;
}

void guided_edit_drop(struct plan_code *code, uint32_t from, uint32_t count)
{
	while (count && from < code->fault_count) {
		memmove(&code->faults[from], &code->faults[from + 1],
			(code->fault_count - from - 1) * sizeof(code->faults[0]));
		code->fault_count--;
		count--;
	}
	from -= code->fault_count < from ? code->fault_count : from;
	if (from >= code->switch_count)
		return;
	if (count > code->switch_count - from)
		count = code->switch_count - from;
	memmove(&code->switches[from], &code->switches[from + count],
		(code->switch_count - from - count) * sizeof(code->switches[0]));
	code->switch_count -= count;
}

void guided_edit_fresh(struct plan_code *code, const struct guided_limits *limits,
		       struct random *random)
{
	struct editing editing = { code, NULL, limits, random };

	code->fault_count = code->switch_count = 0;
	code->scase = limits->cases > 1 ? below(&editing, limits->cases) : 0;
	(void)walk(&editing);
}

void guided_edit_strike(struct plan_code *code, const struct guided_limits *limits,
			struct random *random)
{
	struct editing editing = { code, NULL, limits, random };

	if (!code->fault_count)
		(void)invent_fault(&editing);
}

void guided_edit(struct plan_code *code, const struct plan_code *donor,
		 const struct guided_limits *limits, struct random *random)
{
	/* As often as each stands here. */
	static bool (*const edits[])(struct editing *) = {
		move_switch,	 move_switch,	move_switch,   retarget_switch,
		retarget_switch, drop_switches, drop_switches, add_switch,
		add_switch,	 add_switch,	take_switch,   walk_on,
		walk_on,	 walk,		stand,	       move_fault,
		move_fault,	 move_fault,	take_fault,    take_fault,
		invent_fault,	 drop_fault,	splice,	       splice,
		change_case,
	};
	struct editing editing = { code, donor, limits, random };
	uint32_t left = 1;

	while (left < EDITS_MAX && below(&editing, 2))
		left++;
	/* Those that have nothing to change are not counted; a switch can be added to any. */
	while (left)
		left -= edits[below(&editing, sizeof(edits) / sizeof(edits[0]))](&editing);
	while (code->fault_count > limits->faults)
		(void)drop_fault(&editing);
}
