/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that are sent while they are blocked, and how many of them are seen. */
#ifndef SCENARIOS_SIGNALS_PROCESSES_COUNTED_H
#define SCENARIOS_SIGNALS_PROCESSES_COUNTED_H

#include "ready.h"

#include <sys/resource.h>

enum { SENT = 4 };

struct counted {
	struct ready target, sender;
	int sent, seen;
	int values[SENT]; /* in the order in which they came */
};

struct counted_way {
	bool queued, all; /* sent by sigqueue(3); as many must come as were sent */
	bool limited;	  /* none may be pending */
};

static inline int counted_signal_of(const struct counted_way *variant)
{
	return variant->queued ? SIGRTMIN : SIGUSR1;
}

static inline void counted_take_all(struct sabot_task *task)
{
	const struct counted_way *variant = sabot_variant(task);
	struct counted *shared = sabot_shared(task);
	struct timespec at_once = { 0 };
	struct rlimit none = { 0, 0 };
	siginfo_t info;
	sigset_t set;

	ready_begin(&shared->target);
	set = ready_mask(SIG_BLOCK, counted_signal_of(variant));
	if (variant->limited)
		SABOT_OK(setrlimit(RLIMIT_SIGPENDING, &none));
	ready_tell(&shared->target);
	(void)ready_await(&shared->sender);
	while (sigtimedwait(&set, &info, &at_once) > 0)
		shared->values[shared->seen++] = info.si_value.sival_int;
	sabot_observe(task, "%d of %d that were sent while blocked arrive", shared->seen, SENT);
}

static inline int counted_send(struct sabot_task *task, pid_t pid, int value)
{
	const struct counted_way *variant = sabot_variant(task);
	union sigval sent = { .sival_int = value };

	if (!variant->queued)
		return kill(pid, SIGUSR1);
	if (sigqueue(pid, SIGRTMIN, sent) == 0)
		return 0;
	if (errno != EAGAIN)
		return -1; /* the process is no more */
	sabot_observe(task, "sigqueue() gets EAGAIN");
	if (kill(pid, SIGRTMIN) == 0)
		sabot_observe(task, "kill() with a real-time signal succeeds");
	return 0;
}

/* Whoever is killed right after it has sent one could not note it. */
static inline void counted_what_was_sent_is_seen(struct sabot_check *check)
{
	const struct counted_way *variant = sabot_check_variant(check);
	const struct counted *shared = sabot_check_shared(check);
	int least = variant->all ? shared->sent : shared->sent > 0;
	int i;

	if (variant->limited || sabot_killed(check, "target"))
		return;
	sabot_require(check, shared->seen >= least && shared->seen <= shared->sent + 1,
		      "%d were sent, %d were seen", shared->sent, shared->seen);
	for (i = 0; variant->queued && i < shared->seen; i++)
		sabot_require(check, shared->values[i] == i, "at place %d stands %d", i,
			      shared->values[i]);
}

#endif
