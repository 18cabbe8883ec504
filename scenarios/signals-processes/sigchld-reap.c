/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several children die at about the same time; their parent reaps them from its handler of SIGCHLD.
 *
 * Shows: deaths that come before the handler has run are one signal, so it must call waitpid(2)
 * until there is nobody left to reap (signal(7)); with one call a signal, zombies stay. Does not
 * show: children that are waited for elsewhere as well.
 */
#include "ready.h"

#include <sys/wait.h>

enum { CHILDREN = 3 };

struct shared {
	int reaped[CHILDREN];			    /* how often each was */
	bool ended[CHILDREN], said_ended[CHILDREN]; /* not killed: as it is, and by its status */
	int strangers;
};

struct variant {
	bool once; /* one waitpid() for each signal */
	bool late; /* the signal is blocked until all are dead */
};

static const struct variant until_none = { .once = false };
static const struct variant once = { .once = true };
static const struct variant late = { .late = true };

static const struct variant *ours; /* the handler has no other way to know */
static struct shared *told;
static pid_t children[CHILDREN];
static volatile sig_atomic_t left, calls;

static void note(pid_t pid, int status)
{
	int i;

	for (i = 0; i < CHILDREN && children[i] != pid; i++)
		continue;
	if (i < CHILDREN) {
		told->reaped[i]++;
		told->said_ended[i] = WIFEXITED(status);
		left--;
	} else {
		told->strangers++;
	}
}

static void reap(int signo)
{
	int saved = errno, status;
	pid_t pid;

	(void)signo;
	calls++;
	do {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0)
			note(pid, status);
	} while (pid > 0 && !ours->once);
	errno = saved;
}

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
	ready_handle(SIGCHLD, reap, SA_RESTART);
	ready_block(SIGCHLD); /* until all are known */
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

static void each_is_reaped_once(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int i, wanted = sabot_is_alive(check, "parent", 0) ? 1 : sabot_killed(check, "parent") == 0;

	for (i = 0; i < CHILDREN; i++)
		sabot_require(check,
			      shared->reaped[i] <= 1 && (shared->reaped[i] == 1 || !wanted ||
							 sabot_killed(check, NULL)),
			      "child %d was reaped %d times", i, shared->reaped[i]);
	sabot_require(check, shared->strangers == 0, "%d strangers were reaped", shared->strangers);
}

static void killed_have_not_ended(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < CHILDREN; i++)
		sabot_require(check, shared->ended[i] || !shared->said_ended[i],
			      "child %d has ended, its status says, and was killed before", i);
}

static const struct sabot_role roles[] = { { "parent", 1, have_children }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "each child is reaped once", SABOT_AT_END, each_is_reaped_once },
	{ "the status tells who was killed", SABOT_WHEN_SETTLED, killed_have_not_ended },
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
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
