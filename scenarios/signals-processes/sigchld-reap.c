/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several children die at about the same time; their parent reaps them from its handler of SIGCHLD.
 *
 * Shows: deaths that come before the handler has run are one signal, so it must call waitpid(2)
 * until there is nobody left to reap (signal(7)); with one call a signal, zombies stay. Does not
 * show: children that are waited for elsewhere as well.
 */
#include "reaped.h"

static const struct reaped_way until_none = { .once = false };
static const struct reaped_way once = { .once = true };
static const struct reaped_way late = { .late = true };

static void be_child(struct sabot_task *task, int number)
{
	sabot_point(task, "alive");
	told->ended[number] = true;
	_exit(0);
}

static void unblock(int signo)
{
	sigset_t set;

	SABOT_OK(sigemptyset(&set));
	SABOT_OK(sigaddset(&set, signo));
	SABOT_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
}

static void have_children(struct sabot_task *task)
{
	sigset_t open;
	siginfo_t info;
	int i;

	ours = sabot_variant(task);
	told = sabot_shared(task);
	left = CHILDREN;
	SABOT_OK(sigprocmask(SIG_BLOCK, NULL, &open));
	ready_handle(SIGCHLD, reaped_reap, SA_RESTART);
	ready_mask(SIG_BLOCK, SIGCHLD); /* until all are known */
	for (i = 0; i < CHILDREN; i++) {
		children[i] = SABOT_OK(fork());
		if (children[i] == 0)
			be_child(task, i);
	}
	for (i = 0; ours->late && i < CHILDREN; i++)
		SABOT_OK(waitid(P_PID, (id_t)children[i], &info, WEXITED | WNOWAIT));
	if (ours->late)
		unblock(SIGCHLD);
	while (left > 0)
		(void)sigsuspend(&open);
	if (ours->late)
		sabot_observe(task, "%d deaths while SIGCHLD is blocked: %d call of the handler",
			      CHILDREN, (int)calls);
}

static const struct sabot_role roles[] = { { "parent", 1, have_children }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "each child is reaped once", SABOT_AT_END, reaped_each_is_reaped_once },
	{ "the status tells who was killed", SABOT_WHEN_SETTLED, reaped_killed_have_not_ended },
	{ 0 },
};

static const char *const merged[] = { "3 deaths while SIGCHLD is blocked: 1 call of the handler",
				      NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &until_none },
	{ .name = "kill-anywhere", .variant = &until_none, .fault = { .kind = SABOT_KILL } },
	{ .name = "one-waitpid", .variant = &once, .caught_by = "deadlock" },
	{ .name = "platform",
	  .variant = &late,
	  .characterises = "several children die while their parent blocks SIGCHLD",
	  .known = merged },
	{ 0 },
};

const struct sabot_scenario sigchld_reap = {
	.name = "sigchld-reap",
	.group = "signals-processes",
	.about = "children that die together are one SIGCHLD, and have all to be reaped",
	.tags = "crash signal platform",
	.shared_size = sizeof(struct reaped),
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
