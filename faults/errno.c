/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call fails with an error that POSIX or its man page allows for it, and is not made. Which those
 * are: calls.c. Errors that pass (EINTR, EAGAIN, ...) come once; others also from then on, in every
 * call of the victim that may have them. close() is made all the same: on Linux the descriptor is
 * gone whatever it returns.
 */
#include "faults/calls.h"
#include "faults/kinds.h"

#include <stdio.h>
#include <string.h>

#include "os/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/socket.h>

static int arm(struct shot *shot)
{
	return shot->plan.where == PLAN_AT_POINT ? 0 : -EINVAL;
}

static bool passes(int error)
{
	return error == EINTR || error == EAGAIN || error == EACCES || error == EBUSY ||
	       error == EDEADLK || error == EIDRM || error == ENOMSG || error == ENXIO ||
	       error == ECONNABORTED;
}

/* The error of `asked`, or every one in turn; then each of those that do not pass, from then on. */
static bool variant(const struct event *at, const struct sabot_fault *asked, unsigned number,
		    struct plan_fault *shot)
{
	const struct fault_call *call = calls_find((enum op)at->op);
	unsigned lasting, i, left = number;
	int error;

	for (lasting = 0; call && lasting < 2; lasting++)
		for (i = 0; (error = calls_error(call, i)) != 0; i++) {
			if (!calls_allow(call->op, error, (unsigned)at->asks) ||
			    (asked->error && asked->error != error) || (lasting && passes(error)) ||
			    (asked->times &&
			     asked->times != (lasting ? SABOT_LASTING : SABOT_ONCE)))
				continue;
			if (left--)
				continue;
			shot->value = error;
			shot->lasting = lasting;
			return true;
		}
	return false;
}

static bool ignores_sigpipe(void)
{
	struct fault_signal {
		unsigned long handler, flags, restorer, mask;
	} action = { 0 };

	return sys_call(SYS_rt_sigaction, SIGPIPE, 0, (long)&action, 8, 0, 0) == 0 &&
	       action.handler == (unsigned long)SIG_IGN;
}

/* By a flag of the call, or of its descriptor. */
static bool asked_not_to_wait(const struct call *call)
{
	long flags;

	if (!(call->asks & CALL_AS_OPENED))
		return call->asks & CALL_AT_ONCE;
	flags = sys_call(SYS_fcntl, (long)call->detail[0], F_GETFL, 0, 0, 0, 0);
	return flags >= 0 && (flags & O_NONBLOCK);
}

/* TCP says EINPROGRESS, and goes on. */
static bool is_local(const struct call *call)
{
	int domain = 0;
	socklen_t size = sizeof(domain);

	return sys_call(SYS_getsockopt, (long)call->detail[0], SOL_SOCKET, SO_DOMAIN, (long)&domain,
			(long)&size, 0) == 0 &&
	       domain == AF_UNIX;
}

/* What the table cannot know: it takes a look at the caller. */
static bool may_have(const struct call *call, int error)
{
	if (calls_condition(call->op, error) == CALL_AT_ONCE)
		return asked_not_to_wait(call) && (call->op != OP_CONNECT || is_local(call));
	switch (error) {
	case EPIPE: /* SIGPIPE comes with it */
		return ignores_sigpipe();
	case EIDRM:
		if (call->op == OP_SEMCTL || call->op == OP_SHMCTL || call->op == OP_MSGCTL)
			return call->amount !=
			       IPC_RMID; /* it would be gone then, not left behind */
		return true;
	case ECONNRESET:
		return call->object >= 0 && control->objects[call->object].family == FAMILY_SOCKET;
	case EDEADLK: /* of locks: who waits for one */
		return call->amount != F_UNLCK && !(call->asks & CALL_AT_ONCE);
	default:
		return true;
	}
}

static bool answer(const struct shot *shot, const struct call *call, struct fault_answer *to)
{
	const struct fault_call *known = calls_find(call->op);

	if (!calls_allow(call->op, shot->plan.value, call->asks) ||
	    !may_have(call, shot->plan.value))
		return false;
	to->error = shot->plan.value;
	to->makes_call = known->made;
	to->result = known->returns == RETURNS_ERROR  ? shot->plan.value
		     : known->returns == RETURNS_NULL ? 0
						      : -1;
	return true;
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	snprintf(text, size, "meets %s %s", strerrorname_np(plan->value),
		 plan->lasting ? "from now on" : "once");
}

const struct fault_kind fault_errno = {
	.name = "errno",
	.about = "a call fails with an error that POSIX allows for it, once or from then on",
	.hits = "calls at their points: see docs/scenarios.md",
	.in_call = true,
	.verb = "fail calls of",
	.arm = arm,
	.tell = tell,
	.variant = variant,
	.answer = answer,
};
