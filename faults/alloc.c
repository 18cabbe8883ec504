/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocation fails with ENOMEM, as malloc(3), posix_memalign(3) and strdup(3) may at any time.
 * Only those that the scenario's own code makes are points, and only in cases with this fault: see
 * intercept/alloc.h.
 */
#include "faults/kinds.h"

#include <errno.h>
#include <stdio.h>

static bool allocates(enum op op)
{
	return op == OP_MALLOC || op == OP_CALLOC || op == OP_REALLOC || op == OP_REALLOCARRAY ||
	       op == OP_POSIX_MEMALIGN || op == OP_ALIGNED_ALLOC || op == OP_STRDUP ||
	       op == OP_STRNDUP;
}

static int arm(struct shot *shot)
{
	return shot->plan.where == PLAN_AT_POINT ? 0 : -EINVAL;
}

/* This one, and all from this one on. */
static bool variant(const struct event *at, const struct sabot_fault *asked, unsigned number,
		    struct plan_fault *shot)
{
	if (!allocates((enum op)at->op))
		return false;
	if (asked->times)
		number += number ? 2 : asked->times == SABOT_LASTING;
	shot->value = ENOMEM;
	shot->lasting = number == 1;
	return number < 2;
}

static bool answer(const struct shot *shot, const struct call *call, struct fault_answer *to)
{
	to->error = shot->plan.value;
	to->result = call->op == OP_POSIX_MEMALIGN ? shot->plan.value : 0;
	return allocates(call->op);
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	snprintf(text, size, "gets no memory %s", plan->lasting ? "from now on" : "once");
}

const struct fault_kind fault_alloc = {
	.name = "alloc",
	.about = "an allocation of the scenario's own code fails with ENOMEM, once or from then on",
	.hits = "malloc, calloc, realloc, strdup and their kin at their points",
	.in_call = true,
	.verb = "fail allocations of",
	.arm = arm,
	.tell = tell,
	.variant = variant,
	.answer = answer,
};
