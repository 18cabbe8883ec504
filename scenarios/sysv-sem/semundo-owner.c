/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose end gives back what was taken with SEM_UNDO: that of the process, and of nothing else.
 *
 * Shows: all threads of a process have one list of adjustments, applied when the last one ends; a
 * child of fork() has an empty one; a program that is executed keeps it (semop(2), fork(2),
 * execve(2)). unshare(CLONE_SYSVSEM) applies it at once, under the holder's feet (unshare(2)), and
 * of more than 32768 posts the kernel keeps no count (ERANGE; Linux ipc/sem.c). Does not show:
 * clone(2) with CLONE_SYSVSEM, by which processes share one list.
 */
#include "owners.h"

enum { OUTSIDE, INSIDE }; /* marks */

struct variant {
	void (*own)(struct sabot_task *task, struct owned *owned);
	bool is_shown; /* not judged */
};

static const struct variant by_thread = { own_by_thread, false };
static const struct variant with_child = { own_with_child, false };
static const struct variant over_exec = { own_over_exec, false };
static const struct variant after_thread = { own_after_thread, false };
static const struct variant unshared = { own_unshared, false };
static const struct variant unshared_shown = { own_unshared, true };
static const struct variant posts = { own_less_than_nothing, true };

static void own(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	variant->own(task, sabot_shared(task));
}

static void wait_for_it(struct sabot_task *task)
{
	struct owned *owned = sabot_shared(task);

	SABOT_OK(close(owned->pipe[1]));
	owned_take(owned);
	sabot_mark(task, INSIDE);
	sabot_point(task, "inside");
}

static void owner_has_it(struct sabot_check *check)
{
	const struct owned *owned = sabot_check_shared(check);
	const struct variant *variant = sabot_check_variant(check);
	int free = semctl(owned->semid, 0, GETVAL) + (int)sabot_alive(check, INSIDE);
	bool is_alive = sabot_is_alive(check, "owner", 0);

	if (!owned->is_taken)
		return;
	sabot_check_observe(check,
			    is_alive ? "while its process lives the value is %d"
				     : "when its process is gone the value is %d",
			    free);
	sabot_require(check, variant->is_shown || free == !is_alive,
		      "the owner's process is %s, and %d may be inside",
		      is_alive ? "alive" : "gone", free);
}

static const struct sabot_role roles[] = {
	{ "owner", 1, own },
	{ "waiter", 1, wait_for_it },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the lock is its owner's until the process is gone", SABOT_WHEN_SETTLED, owner_has_it },
	{ 0 },
};

/* What was seen here of all whose process keeps it. */
static const char *const kept[] = { "while its process lives the value is 0",
				    "when its process is gone the value is 1", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &by_thread },
	{ .name = "no-fault-exec", .variant = &over_exec },
	{ .name = "kill-by-thread", .variant = &by_thread, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-with-child", .variant = &with_child, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-over-exec", .variant = &over_exec, .fault = { .kind = SABOT_KILL } },
	{ .name = "thread-as-owner", .variant = &after_thread, .caught_by = "deadlock" },
	{ .name = "unshare",
	  .variant = &unshared,
	  .caught_by = "the lock is its owner's until the process is gone" },
	{ .name = "platform-thread",
	  .variant = &by_thread,
	  .characterises = "a thread takes with SEM_UNDO and ends before its process",
	  .known = kept },
	{ .name = "platform-fork",
	  .variant = &with_child,
	  .characterises = "a child ends that was forked while its parent held with SEM_UNDO",
	  .known = kept },
	{ .name = "platform-exec",
	  .variant = &over_exec,
	  .characterises = "a holder with SEM_UNDO executes another program",
	  .known = kept },
	{ .name = "platform-unshare",
	  .variant = &unshared_shown,
	  .characterises = "a holder with SEM_UNDO calls unshare(CLONE_SYSVSEM)",
	  .known = (const char *const[]){ "while its process lives the value is 1",
					  "when its process is gone the value is 1", NULL } },
	{ .name = "platform-many",
	  .variant = &posts,
	  .characterises = "a process posts with SEM_UNDO again and again",
	  .known = (const char *const[]){ "after 32768 posts semop() says ERANGE", NULL } },
	{ 0 },
};

static const char *const points[] = { "owned", "inside", NULL };

const struct sabot_scenario semundo_owner = {
	.name = "semundo-owner",
	.group = "sysv-sem",
	.about = "the end of a process gives back, not that of a thread, a child or a program",
	.tags = "crash lock thread fork platform",
	.shared_size = sizeof(struct owned),
	.setup = owned_setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
