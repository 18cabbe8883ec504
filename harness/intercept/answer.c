/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/answer.h"

#include "core/fault.h"
#include "intercept/real.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

uint32_t real_answered;

enum { PARTS_MAX = 64 };

/* What is due in this thread's call. */
static __thread struct {
	struct shot *shot; /* NULL: nothing */
	struct fault_answer answer;
	void *function; /* libc's, that was to be called */
} due;

/* Six words in registers are all that a function of libc's is given, but for a few that no fault
 * answers with the call made. */
typedef long function(long a, long b, long c, long d, long e, long f);

#define DUE_FUNCTION (__extension__(function *) due.function)

static long fail(void)
{
	if (due.answer.error)
		errno = due.answer.error;
	return due.answer.result;
}

static long make_and_fail(long a, long b, long c, long d, long e, long f)
{
	(void)DUE_FUNCTION(a, b, c, d, e, f);
	return fail();
}

static long smaller(long size)
{
	return (size_t)size > due.answer.room ? (long)due.answer.room : size;
}

/* read(fd, buffer, size, ...) and its like. */
static long move_less(long a, long b, long c, long d, long e, long f)
{
	return DUE_FUNCTION(a, b, smaller(c), d, e, f);
}

/* The first parts, as many as there is room for. Returns their number. */
static size_t cut(struct iovec *to, const struct iovec *from, size_t count)
{
	size_t left = due.answer.room, i;

	for (i = 0; i < count && i < PARTS_MAX && left; i++) {
		to[i] = from[i];
		if (to[i].iov_len > left)
			to[i].iov_len = left;
		left -= to[i].iov_len;
	}
	return i;
}

/* readv(fd, parts, count, ...) and its like. */
static long move_fewer_parts(long a, long b, long c, long d, long e, long f)
{
	struct iovec parts[PARTS_MAX];
	size_t count = cut(parts, (const struct iovec *)b, (size_t)c);

	return DUE_FUNCTION(a, (long)parts, (long)count, d, e, f);
}

/* sendmsg(fd, message, flags) and recvmsg(). */
static long move_less_of_message(long a, long b, long c, long d, long e, long f)
{
	struct msghdr *message = (struct msghdr *)b, whole = *message;
	struct iovec parts[PARTS_MAX];
	long result;

	message->msg_iovlen = cut(parts, whole.msg_iov, whole.msg_iovlen);
	message->msg_iov = parts;
	result = DUE_FUNCTION(a, b, c, d, e, f);
	message->msg_iov = whole.msg_iov;
	message->msg_iovlen = whole.msg_iovlen;
	return result;
}

static void *shorter(const char *name)
{
	if (strstr(name, "msg"))
		return __extension__(void *) move_less_of_message;
	if (strchr(name, 'v') && strncmp(name, "recv", 4) != 0 && strncmp(name, "__recv", 6) != 0)
		return __extension__(void *) move_fewer_parts;
	return __extension__(void *) move_less;
}

/* Interceptors also ask libc for what they have to know: that is not answered. */
static bool is_the_call(const char *called)
{
	const char *name = op_name(task_self->call.op);
	char stem[PLAN_CALL_MAX];

	snprintf(stem, sizeof(stem), "%.*s", (int)strcspn(name, "("), name);
	switch (task_self->call.op) {
	case OP_WAIT:
		return strstr(called, "wait");
	case OP_DUP:
		return strstr(called, "dup") || strstr(called, "fcntl");
	case OP_EXEC:
		return strstr(called, "exec");
	case OP_KILL:
		return !strcmp(called, "sigqueue");
	case OP_SPLICE:
		return strstr(called, "splice") || !strcmp(called, "tee") ||
		       strstr(called, "sendfile");
	case OP_FUTEX_WAIT:
		return !strcmp(called, "syscall");
	default:
		return strstr(called, stem);
	}
}

static void strike(void)
{
	if (due.shot->state == SHOT_FIRED)
		due.shot->state = SHOT_CONFIRMED;
	if (due.answer.error)
		task_self->failed = true;
}

bool answer_fails(int *error)
{
	if (!due.shot || !due.answer.error)
		return false;
	strike();
	*error = due.answer.error;
	return true;
}

void *real_answer(struct real_slot *slot)
{
	void *real = slot->pointer ? slot->pointer : real_find(slot);

	if (!due.shot || !is_the_call(slot->name))
		return real;
	strike();
	due.function = real;
	if (due.answer.room)
		return shorter(slot->name);
	if (due.answer.makes_call)
		return __extension__(void *) make_and_fail;
	return __extension__(void *) fail;
}

/* Whether it is of the process that was struck, or of one that this has made. */
static bool descends(const struct task *task, const struct task *victim)
{
	while (task->process != victim->process) {
		if (task->parent < 0)
			return false;
		task = &control->tasks[task->parent];
	}
	return true;
}

static bool is_due(const struct shot *shot, const struct task *task)
{
	const struct fault_kind *kind = fault_kinds[shot->plan.kind];

	if (shot->task < 0 || !kind->answer)
		return false;
	if (!kind->in_call) /* what struck the process answers its calls for good */
		return shot->state == SHOT_CONFIRMED && descends(task, &control->tasks[shot->task]);
	if (shot->task != task_number(task))
		return false;
	if (shot->state == SHOT_FIRED && shot->plan.op == task->op)
		return true;
	return shot->plan.lasting && shot->state == SHOT_CONFIRMED;
}

void answer_inherit(struct task *child)
{
	const struct shot *shot;

	child->struck = task_self->struck;
	for (shot = control->shots; shot < control->shots + control->shot_count; shot++)
		if (shot->plan.kind == PLAN_LIMIT && shot->state == SHOT_CONFIRMED &&
		    descends(child, &control->tasks[shot->task]))
			child->failed = true;
}

void answer_begin(struct task *task)
{
	struct shot *shot;
	bool first;

	answer_end();
	for (shot = control->shots; shot < control->shots + control->shot_count; shot++) {
		if (!is_due(shot, task))
			continue;
		first = shot->state == SHOT_FIRED;
		memset(&due.answer, 0, sizeof(due.answer));
		if (fault_kinds[shot->plan.kind]->answer(shot, &task->call, &due.answer)) {
			due.shot = shot;
			real_answered++;
			return;
		}
		if (first)
			shot->state = SHOT_REFUSED;
	}
}

void answer_end(void)
{
	if (!due.shot)
		return;
	/* Nothing of libc's was called: it cannot happen there. */
	if (due.shot->state == SHOT_FIRED)
		due.shot->state = SHOT_REFUSED;
	due.shot = NULL;
	real_answered--;
}
