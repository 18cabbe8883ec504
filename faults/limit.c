/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The victim's process has reached a limit, from now on: of descriptors (open and its like fail
 * with EMFILE), or (1) of memory (mmap and brk fail with ENOMEM, so malloc does when it needs
 * more). The limits are the kernel's own (setrlimit(2)), so also what nobody intercepts meets them.
 * A checker of memory that runs in the same process would die of the second.
 */
#include "faults/kinds.h"

#include "os/sys.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

enum { DESCRIPTORS, MEMORY, LIMITS };

static int arm(struct shot *shot)
{
	return shot->plan.value < LIMITS ? 0 : -EINVAL;
}

static bool variant(const struct event *at, const struct sabot_fault *asked, unsigned number,
		    struct plan_fault *shot)
{
	(void)at;
	(void)asked;
	shot->value = (int)number;
	return number < (checker_is_valgrind() || CHECKER_IS_ASAN ? MEMORY : LIMITS);
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

static int fire(struct shot *shot, struct task *victim)
{
	bool memory = shot->plan.value == MEMORY;
	struct rlimit limit;
	int resource = memory ? RLIMIT_AS : RLIMIT_NOFILE;
	long error = sys_call(SYS_prlimit64, victim->pid, resource, 0, (long)&limit, 0, 0);

	if (error)
		return (int)error;
	limit.rlim_cur = memory ? 0 : first_free(victim->pid);
	return (int)sys_call(SYS_prlimit64, victim->pid, resource, (long)&limit, 0, 0, 0);
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
	snprintf(text, size, "can have no more %s",
		 plan->value == MEMORY ? "memory" : "descriptors");
}

const struct fault_kind fault_limit = {
	.name = "limit",
	.about = "the process can have no more descriptors, or no more memory, from then on",
	.hits = "processes: at every point",
	.verb = "limit",
	.places = 1u << PLAN_AT_POINT,
	.arm = arm,
	.variant = variant,
	.fire = fire,
	.confirm = confirm,
	.tell = tell,
};
