/* SPDX-License-Identifier: Apache-2.0 */
/* Children that die, and a handler of SIGCHLD that waits for them: one a call, or until none is
 * left. */
#ifndef SCENARIOS_SIGNALS_PROCESSES_REAPED_H
#define SCENARIOS_SIGNALS_PROCESSES_REAPED_H

#include "ready.h"

#include <sys/wait.h>

enum { CHILDREN = 3 };

struct reaped {
	int reaped[CHILDREN];			    /* how often each was */
	bool ended[CHILDREN], said_ended[CHILDREN]; /* not killed: as it is, and by its status */
	int strangers;
};

struct reaped_way {
	bool once; /* one waitpid() for each signal */
	bool late; /* the signal is blocked until all are dead */
};

static const struct reaped_way *ours; /* the handler has no other way to know */
static struct reaped *told;
static pid_t children[CHILDREN];
static volatile sig_atomic_t left, calls;

static inline void reaped_note(pid_t pid, int status)
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

static inline void reaped_reap(int signo)
{
	int saved = errno, status;
	pid_t pid;

	(void)signo;
	calls++;
	do {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0)
			reaped_note(pid, status);
	} while (pid > 0 && !ours->once);
	errno = saved;
}

static inline void reaped_each_is_reaped_once(struct sabot_check *check)
{
	const struct reaped *shared = sabot_check_shared(check);
	int i, wanted = sabot_is_alive(check, "parent", 0) ? 1 : sabot_killed(check, "parent") == 0;

	for (i = 0; i < CHILDREN; i++)
		sabot_require(check,
			      shared->reaped[i] <= 1 && (shared->reaped[i] == 1 || !wanted ||
							 sabot_killed(check, NULL)),
			      "child %d was reaped %d times", i, shared->reaped[i]);
	sabot_require(check, shared->strangers == 0, "%d strangers were reaped", shared->strangers);
}

static inline void reaped_killed_have_not_ended(struct sabot_check *check)
{
	const struct reaped *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < CHILDREN; i++)
		sabot_require(check, shared->ended[i] || !shared->said_ended[i],
			      "child %d has ended, its status says, and was killed before", i);
}

#endif
