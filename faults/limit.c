/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The victim's process has reached a limit, from now on. Of descriptors (open and its like fail
 * with EMFILE), memory (mmap and brk fail with ENOMEM, so malloc does when it needs more), and
 * message queues (mq_open of a new one fails with EMFILE), the limit is the kernel's own
 * (setrlimit(2)), so also what nobody intercepts meets it. Of processes (EAGAIN) and System V
 * objects (ENOSPC) the kernel counts those of a whole user or namespace, and exempts root: there
 * the calls are answered, those of the process and of what it makes.
 */
#include "faults/kinds.h"

#include "os/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>

enum { DESCRIPTORS, MEMORY, PROCESSES, SYSV, QUEUES, LIMITS };

static const char *const names[LIMITS] = {
	[DESCRIPTORS] = "descriptors", [MEMORY] = "memory",	    [PROCESSES] = "processes",
	[SYSV] = "System V objects",   [QUEUES] = "message queues",
};

static int arm(struct shot *shot)
{
	return shot->plan.value < LIMITS ? 0 : -EINVAL;
}

/* Whether the call is one that meets the limit: elsewhere it would be reached to no purpose. */
static bool meets(enum op op, unsigned limit)
{
	switch (limit) {
	case MEMORY: /* a checker of memory in the same process would die of it */
		return !checker_is_valgrind() && !CHECKER_IS_ASAN;
	case PROCESSES:
		return op == OP_FORK || op == OP_SPAWN || op == OP_THREAD_CREATE;
	case SYSV:
		return op == OP_SEMGET || op == OP_SHMGET || op == OP_MSGGET;
	case QUEUES:
		return op == OP_MQ_OPEN;
	default:
		return true; /* much takes them that is no point */
	}
}

static bool variant(const struct event *at, const struct sabot_fault *asked, unsigned number,
		    struct plan_fault *shot)
{
	unsigned limit;

	(void)asked;
	for (limit = 0; limit < LIMITS; limit++)
		if (meets((enum op)at->op, limit) && number-- == 0) {
			shot->value = (int)limit;
			return true;
		}
	return false;
}

/* Of descriptors: those that are open stay so, and one that is closed may be had again. */
static rlim_t first_free(pid_t pid)
{
	char path[48];
	unsigned fd = 0;

	do
		snprintf(path, sizeof(path), "/proc/%d/fd/%u", pid, fd++);
	while (sys_call(SYS_faccessat2, AT_FDCWD, (long)path, 0, AT_SYMLINK_NOFOLLOW, 0, 0) == 0);
	return fd - 1;
}

static int set_limit(pid_t pid, int resource, rlim_t most)
{
	struct rlimit limit;
	long error = sys_call(SYS_prlimit64, pid, resource, 0, (long)&limit, 0, 0);

	if (error)
		return (int)error;
	limit.rlim_cur = most;
	return (int)sys_call(SYS_prlimit64, pid, resource, (long)&limit, 0, 0, 0);
}

/* Calls of all its threads fail from now on, some as we answer them. */
static void mark(const struct task *victim)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].pid == victim->pid)
			control->tasks[i].failed = control->tasks[i].struck = true;
}

static int fire(struct shot *shot, struct task *victim)
{
	mark(victim);
	switch (shot->plan.value) {
	case DESCRIPTORS:
		return set_limit(victim->pid, RLIMIT_NOFILE, first_free(victim->pid));
	case MEMORY:
		return set_limit(victim->pid, RLIMIT_AS, 0);
	case QUEUES:
		return set_limit(victim->pid, RLIMIT_MSGQUEUE, 0);
	default:
		return 0;
	}
}

static bool answer(const struct shot *shot, const struct call *call, struct fault_answer *to)
{
	if (shot->plan.value != PROCESSES && shot->plan.value != SYSV)
		return false;
	if (!meets(call->op, (unsigned)shot->plan.value) ||
	    (shot->plan.value == SYSV && !(call->asks & CALL_MAKES)))
		return false;
	to->error = shot->plan.value == SYSV ? ENOSPC : EAGAIN;
	to->result = call->op == OP_SPAWN || call->op == OP_THREAD_CREATE ? to->error : -1;
	return true;
}

static bool confirm(const struct shot *shot, const struct task *victim, char state)
{
	(void)shot;
	(void)victim;
	(void)state;
	return true;
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	snprintf(text, size, "can have no more %s", names[plan->value % LIMITS]);
}

const struct fault_kind fault_limit = {
	.name = "limit",
	.about = "the process has reached a limit of its resources, from then on",
	.hits = "processes: at every point, some limits at the calls that meet them",
	.verb = "limit",
	.places = 1u << PLAN_AT_POINT,
	.arm = arm,
	.variant = variant,
	.answer = answer,
	.fire = fire,
	.confirm = confirm,
	.tell = tell,
};
