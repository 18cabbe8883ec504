/* SPDX-License-Identifier: Apache-2.0 */
/* Between the numbers of a plan's binary form and the names of its text. */
#include "core/plan_code.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { CHILDREN_MAX = PLAN_CODE_TASK_MASK - 1, STORE_MAX = 0xff, STORE_TEXT = 4 /* "~255" */ };

#define SHIFT_END (4 * PLAN_CODE_TASK_BITS)

static void task_text(uint32_t task, const struct plan_code_roots *roots, char *text, size_t size)
{
	uint32_t root = task & PLAN_CODE_TASK_MASK, rest = task >> PLAN_CODE_TASK_BITS;
	size_t used;

	if (!root) {
		snprintf(text, size, "%s", PLAN_NOBODY);
		return;
	}
	used = (size_t)snprintf(text, size, "%s", roots->names[(root - 1) % roots->count]);
	/* A name that would be too long is that of an ancestor: still a task. */
	for (; rest && used + 5 < size; rest >>= PLAN_CODE_TASK_BITS)
		used += (size_t)snprintf(text + used, size - used, "/%u",
					 (rest & PLAN_CODE_TASK_MASK) - 1);
}

static bool read_children(const char *at, uint32_t *task)
{
	uint32_t shift;
	char *end;

	for (shift = PLAN_CODE_TASK_BITS; *at == '/'; shift += PLAN_CODE_TASK_BITS) {
		unsigned long child = strtoul(at + 1, &end, 10);

		if (shift >= SHIFT_END || end == at + 1 || child >= CHILDREN_MAX)
			return false;
		*task |= (uint32_t)(child + 1) << shift;
		at = end;
	}
	return *at == '\0';
}

/* The text ends where a '~' begins. */
static bool read_task(const char *text, const struct plan_code_roots *roots, uint32_t *task)
{
	char name[PLAN_TASK_MAX];
	uint32_t i;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "~"), text);
	*task = 0;
	if (!strcmp(name, PLAN_NOBODY))
		return true;
	for (i = 0; i < roots->count; i++) {
		size_t length = strlen(roots->names[i]);

		if (strncmp(name, roots->names[i], length) != 0 ||
		    (name[length] && name[length] != '/'))
			continue;
		*task = i + 1;
		return read_children(name + length, task);
	}
	return false;
}

static void switch_to_plan(const struct plan_code_switch *from, const struct plan_code_roots *roots,
			   struct plan_switch *to)
{
	char target[PLAN_TASK_MAX];

	task_text(from->task, roots, to->task, sizeof(to->task));
	to->op = from->op;
	to->pass = from->pass;
	snprintf(to->call, sizeof(to->call), "-");
	task_text(from->target, roots, target, sizeof(target));
	/* Of a name that leaves no room for the number, the task itself runs. */
	if (from->store && strlen(target) < sizeof(to->target) - STORE_TEXT)
		snprintf(to->target, sizeof(to->target), "%.27s~%u", target,
			 (unsigned)(uint8_t)from->store);
	else
		snprintf(to->target, sizeof(to->target), "%s", target);
}

/* Of the value that is written, one that the kind of fault may have. */
static void set_value(struct plan_fault *to, int32_t value)
{
	switch (plan_fault_value(to->kind)) {
	case PLAN_VALUE_SIGNAL:
		to->signo = value > 0 && value < NSIG ? value : SIGKILL;
		break;
	case PLAN_VALUE_ERRNO:
		to->value = value > 0 && strerrorname_np(value) ? value : EINTR;
		break;
	case PLAN_VALUE_NUMBER:
		to->value = value >= 0 && value <= PLAN_NUMBER_MAX ? value : 0;
		break;
	case PLAN_VALUE_SIGNED:
		to->value = value >= -PLAN_NUMBER_MAX && value <= PLAN_NUMBER_MAX ? value : 0;
		break;
	case PLAN_VALUE_NONE:
		break;
	}
}

static void fault_to_plan(const struct plan_code_fault *from, const struct plan_code_roots *roots,
			  struct plan_fault *to)
{
	memset(to, 0, sizeof(*to));
	to->kind = from->kind;
	to->where = from->where;
	to->lasting = from->lasting && plan_fault_lasts(from->kind);
	to->op = from->op;
	to->again = from->again;
	to->after = from->after;
	snprintf(to->call, sizeof(to->call), "-");
	/* Nobody has no name that could be struck. */
	task_text(from->victim ? from->victim : 1, roots, to->victim, sizeof(to->victim));
	set_value(to, from->value);
}

void plan_code_to_plan(const struct plan_code *code, const struct plan_code_roots *roots,
		       struct plan *plan)
{
	uint32_t i;

	if (code->base)
		snprintf(plan->strategy, sizeof(plan->strategy), "guided:%u,%u", code->base,
			 code->length);
	else
		snprintf(plan->strategy, sizeof(plan->strategy), "guided");
	plan->seed = code->seed;
	plan->fault_count = code->fault_count;
	plan->switch_count = code->switch_count;
	for (i = 0; i < code->fault_count; i++)
		fault_to_plan(&code->faults[i], roots, &plan->faults[i]);
	for (i = 0; i < code->switch_count; i++)
		switch_to_plan(&code->switches[i], roots, &plan->switches[i]);
}

static bool switch_from_plan(struct plan_code_switch *to, const struct plan_code_roots *roots,
			     const struct plan_switch *from)
{
	const char *store = strchr(from->target, '~');

	to->op = from->op;
	to->pass = from->pass;
	to->store = store ? (uint32_t)strtoul(store + 1, NULL, 10) : 0;
	return to->store <= STORE_MAX && read_task(from->task, roots, &to->task) &&
	       read_task(from->target, roots, &to->target);
}

static bool fault_from_plan(struct plan_code_fault *to, const struct plan_code_roots *roots,
			    const struct plan_fault *from)
{
	to->kind = from->kind;
	to->where = from->where;
	to->lasting = from->lasting;
	to->op = from->op;
	to->again = from->again;
	to->after = from->after;
	to->value = plan_fault_value(from->kind) == PLAN_VALUE_SIGNAL ? from->signo : from->value;
	return read_task(from->victim, roots, &to->victim) && to->victim;
}

bool plan_code_from_plan(struct plan_code *code, const struct plan_code_roots *roots,
			 const struct plan *plan)
{
	uint32_t i;

	code->base = code->length = code->scase = 0;
	if (sscanf(plan->strategy, "guided:%u,%u", &code->base, &code->length) == 2)
		code->base %= PLAN_CODE_BASES;
	code->seed = plan->seed;
	code->fault_count = plan->fault_count;
	code->switch_count = plan->switch_count;
	for (i = 0; i < plan->fault_count; i++)
		if (!fault_from_plan(&code->faults[i], roots, &plan->faults[i]))
			return false;
	for (i = 0; i < plan->switch_count; i++)
		if (!switch_from_plan(&code->switches[i], roots, &plan->switches[i]))
			return false;
	return true;
}
