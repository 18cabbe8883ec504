/* SPDX-License-Identifier: Apache-2.0 */
/* fork, posix_spawn or pthread_create fails: nothing is made, and nothing of it is left behind. */
#include "faults/kinds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool makes(enum op op)
{
	return op == OP_FORK || op == OP_SPAWN || op == OP_THREAD_CREATE;
}

static bool variant(const struct event *at, const struct sabot_fault *asked, unsigned number,
		    struct plan_fault *shot)
{
	return makes((enum op)at->op) && fault_errno.variant(at, asked, number, shot);
}

static bool answer(const struct shot *shot, const struct call *call, struct fault_answer *to)
{
	return makes(call->op) && fault_errno.answer(shot, call, to);
}

static int arm(struct shot *shot)
{
	return fault_errno.arm(shot);
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	snprintf(text, size, "can make no process or thread (%s), %s,",
		 strerrorname_np(plan->value), plan->lasting ? "from now on" : "once");
}

const struct fault_kind fault_spawn = {
	.name = "spawn",
	.about = "fork, posix_spawn or pthread_create fails, once or from then on",
	.hits = "these calls at their points",
	.verb = "fail the births of",
	.in_call = true,
	.arm = arm,
	.variant = variant,
	.answer = answer,
	.tell = tell,
};
