/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A read or write on a stream or file moves less than was asked for, as read(2), write(2), send(2)
 * and recv(2) allow: at most `value` bytes, or half of them if that is 0. Not on datagrams, and not
 * a write of at most PIPE_BUF bytes to a pipe: those are moved whole or not at all (pipe(7)).
 */
#include "faults/kinds.h"

#include <stdio.h>
#include <string.h>

#include "os/sys.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>

static int arm(struct shot *shot)
{
	return shot->plan.where == PLAN_AT_POINT ? 0 : -EINVAL;
}

static bool writes(enum op op)
{
	return op == OP_WRITE || op == OP_FILE_WRITE || op == OP_PWRITE || op == OP_SEND ||
	       op == OP_SENDTO || op == OP_SENDMSG;
}

static bool moves(enum op op)
{
	return writes(op) || op == OP_READ || op == OP_FILE_READ || op == OP_PREAD ||
	       op == OP_RECV || op == OP_RECVFROM || op == OP_RECVMSG;
}

static bool can_split(enum op op, int object, int64_t size)
{
	enum family family = object >= 0 ? control->objects[object].family : FAMILY_NONE;

	if (!moves(op) || size < 2 || (op == OP_WRITE && family == FAMILY_PIPE && size <= PIPE_BUF))
		return false;
	return family == FAMILY_PIPE || family == FAMILY_FILE || family == FAMILY_SOCKET;
}

/* One byte, and half; half from then on: one byte each would take thousands of calls. */
static bool variant(const struct event *at, const struct sabot_fault *asked, unsigned number,
		    struct plan_fault *shot)
{
	static const struct {
		int value;
		bool lasting;
	} ways[] = { { 1, false }, { 0, false }, { 0, true } };
	unsigned i;

	if (!can_split((enum op)at->op, at->object, at->value))
		return false;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (asked->times && asked->times != (ways[i].lasting ? SABOT_LASTING : SABOT_ONCE))
			continue;
		if (number--)
			continue;
		shot->value = ways[i].value;
		shot->lasting = ways[i].lasting;
		return true;
	}
	return false;
}

static bool is_stream(const struct call *call)
{
	int type = 0;
	socklen_t size = sizeof(type);

	if (control->objects[call->object].family != FAMILY_SOCKET)
		return true;
	return sys_call(SYS_getsockopt, (long)call->detail[0], SOL_SOCKET, SO_TYPE, (long)&type,
			(long)&size, 0) == 0 &&
	       type == SOCK_STREAM;
}

static bool answer(const struct shot *shot, const struct call *call, struct fault_answer *to)
{
	if (!can_split(call->op, call->object, call->amount) || !is_stream(call))
		return false;
	to->makes_call = true;
	to->room = shot->plan.value ? (size_t)shot->plan.value : (size_t)call->amount / 2;
	return to->room < (size_t)call->amount;
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	snprintf(text, size, "can move %s only, %s,", plan->value ? "a few bytes" : "half",
		 plan->lasting ? "from now on" : "once");
}

const struct fault_kind fault_short = {
	.name = "short",
	.about = "a read or write moves one byte or half, once, or half from then on",
	.hits = "reads and writes of files, pipes and stream sockets at their points",
	.in_call = true,
	.verb = "cut transfers of",
	.arm = arm,
	.tell = tell,
	.variant = variant,
	.answer = answer,
};
