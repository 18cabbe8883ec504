/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server forks a worker that waits for its signals by a signalfd(2) on an epoll list. A pipe
 * tells the worker when the server is gone.
 *
 * Shows: a list is woken by the signals of the process that put the signalfd on it, and then looks
 * for those of the process that waits (Linux fs/signalfd.c): who inherits both sleeps on with its
 * own signal pending, until its parent happens to get one too. So both are made after the fork.
 * Does not show: signals sent to a thread.
 */
#include "signal_list.h"

#include <sys/wait.h>

enum { SIGNAL, GONE };

struct shared {
	int taken; /* by the worker */
};

struct variant {
	bool inherits;
	bool both; /* the server sends the signal to itself, too */
};

static const struct variant fresh = { .inherits = false };
static const struct variant inherits = { .inherits = true };
static const struct variant both = { .inherits = true, .both = true };

static const char *const known_own[] = { "server blocks for ever in epoll_wait",
					 "server blocks for ever in waitpid", NULL };
static const char *const known_both[] = { "the worker takes its signal", NULL };

static void work(struct sabot_task *task, const struct signal_list *signals)
{
	struct shared *shared = sabot_shared(task);

	while (watch_wait(signals->list, -1) == SIGNAL) {
		if (!signal_list_take(signals))
			continue;
		shared->taken++;
		sabot_observe(task, "the worker takes its signal");
		return;
	}
}

static void start(struct sabot_task *task, struct signal_list signals, const int life[2])
{
	const struct variant *variant = sabot_variant(task);

	SABOT_OK(close(life[1]));
	if (!variant->inherits)
		signals = signal_list_make(SIGUSR1, SIGNAL);
	watch_add(signals.list, life[0], EPOLLIN, GONE);
	work(task, &signals);
	_exit(0);
}

static void serve(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct signal_list signals = { -1, -1 };
	pid_t worker;
	int life[2];

	signal_list_block(SIGUSR1);
	SABOT_OK(pipe(life));
	if (variant->inherits)
		signals = signal_list_make(SIGUSR1, SIGNAL);
	worker = SABOT_OK(fork());
	if (worker == 0)
		start(task, signals, life);
	SABOT_OK(close(life[0]));
	(void)kill(worker, SIGUSR1);
	if (variant->both)
		SABOT_OK(kill(getpid(), SIGUSR1));
	SABOT_OK(waitpid(worker, NULL, 0));
	SABOT_OK(close(life[1]));
	if (variant->inherits)
		signal_list_close(&signals);
}

static void signal_is_taken(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, sabot_killed(check, NULL) || shared->taken == 1,
		      "the worker took %d signals, 1 was sent", shared->taken);
}

static const struct sabot_role roles[] = { { "server", 1, serve }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "the worker takes its signal", SABOT_AT_END, signal_is_taken },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &fresh },
	{ .name = "kill-anywhere", .variant = &fresh, .fault = { .kind = SABOT_KILL } },
	{ .name = "inherits", .variant = &inherits, .caught_by = "deadlock" },
	{ .name = "platform-own",
	  .variant = &inherits,
	  .characterises = "a signal is sent to a child that inherited a signalfd on an epoll list",
	  .known = known_own },
	{ .name = "platform-both",
	  .variant = &both,
	  .characterises = "a signal is sent to such a child, and then to its parent",
	  .known = known_both },
	{ 0 },
};

const struct sabot_scenario signalfd_inherited = {
	.name = "signalfd-inherited",
	.group = "sockets-epoll",
	.about = "a child that inherits a signalfd on an epoll list is not told of its signals",
	.tags = "signal crash platform",
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
