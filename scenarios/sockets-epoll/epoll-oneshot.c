/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers share a list of connections (here pipes) that are armed for one event each: whoever gets
 * it has the connection to itself, and arms it again when it is done. A supervisor polls the
 * workers' pidfds, arms what a dead one had, and kicks: wakes somebody who waits on the list.
 *
 * Shows: EPOLLONESHOT keeps two workers off one descriptor; a worker that dies before it has armed
 * it again leaves it disabled for ever, with data there (epoll(7)); one that dies when it has been
 * woken, before it runs, leaves its event on the list, where it wakes nobody (Linux
 * fs/eventpoll.c). Does not show: what a half handled request leaves behind.
 */
#include "oneshot.h"

static const struct oneshot_way supervised = { EPOLLONESHOT, true, true };
static const struct oneshot_way arms_only = { EPOLLONESHOT, true, false };
static const struct oneshot_way alone = { EPOLLONESHOT, false, false };
static const struct oneshot_way level = { 0, false, false };

static const char *const known[] = { "worker blocks for ever in epoll_wait", NULL };

static void send_requests(struct sabot_task *task)
{
	struct oneshot *shared = sabot_shared(task);
	unsigned own = sabot_index(task);
	int number;

	oneshot_keep_end(shared, own);
	for (number = 0; number < REQUESTS; number++) {
		SABOT_OK(write(shared->pipe[own][1], &number, sizeof(number)));
		shared->sent[own]++;
	}
	SABOT_OK(close(shared->pipe[own][1]));
}

static void work(struct sabot_task *task)
{
	const struct oneshot_way *variant = sabot_variant(task);
	struct oneshot *shared = sabot_shared(task);
	int me = (int)sabot_index(task) + 1, at;

	oneshot_keep_end(shared, CONNECTIONS);
	shared->pid[me - 1] = getpid();
	SABOT_OK(eventfd_write(shared->hello, 1));
	while ((at = watch_wait(shared->list, -1)) != STOP) {
		if (at == KICK)
			continue;
		shared->owner[at] = me;
		sabot_mark(task, HANDLING + at);
		sabot_point(task, "has it");
		oneshot_handle(task, shared, at);
		if (shared->ended[at] || variant->flags)
			oneshot_put_back(shared, at);
		if (shared->owner[at] == me)
			shared->owner[at] = 0;
	}
}

static void supervise(struct sabot_task *task)
{
	const struct oneshot_way *variant = sabot_variant(task);
	struct oneshot *shared = sabot_shared(task);
	int pidfd[WORKERS] = { 0 }, got, i;

	oneshot_keep_end(shared, CONNECTIONS);
	while (variant->supervised && (got = watch_wait(shared->watch, -1)) != STOP) {
		if (got == HELLO)
			oneshot_open_workers(task, pidfd);
		else
			oneshot_take_over(task, got);
	}
	for (i = 0; i < WORKERS; i++)
		if (pidfd[i] > 0)
			SABOT_OK(close(pidfd[i]));
}

static const struct sabot_role roles[] = {
	{ "client", CONNECTIONS, send_requests },
	{ "worker", WORKERS, work },
	{ "supervisor", 1, supervise },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "one worker handles a connection", SABOT_WHEN_SETTLED, oneshot_one_a_connection },
	{ "each request is handled, in order", SABOT_AT_END, oneshot_all_handled },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &supervised },
	{ .name = "kill-anywhere", .variant = &supervised, .fault = { .kind = SABOT_KILL } },
	{ .name = "level-triggered",
	  .variant = &level,
	  .caught_by = "one worker handles a connection" },
	{ .name = "unsupervised",
	  .variant = &alone,
	  .fault = { .kind = SABOT_KILL, .role = "worker" },
	  .caught_by = "lost wake-up" },
	{ .name = "never-kicks",
	  .variant = &arms_only,
	  .fault = { .kind = SABOT_KILL, .role = "worker", .where = SABOT_WOKEN },
	  .caught_by = "lost wake-up" },
	{ .name = "platform-not-armed",
	  .variant = &alone,
	  .fault = { .kind = SABOT_KILL, .role = "worker", .point = "has it" },
	  .characterises = "who has the event of a one-shot is killed before it arms it again",
	  .known = known },
	{ 0 },
};

static const char *const points[] = { "has it", NULL };

const struct sabot_scenario epoll_oneshot = {
	.name = "epoll-oneshot",
	.group = "sockets-epoll",
	.about = "a one-shot gives a descriptor to one worker, and stays off when that one dies",
	.tags = "crash recovery platform",
	.shared_size = sizeof(struct oneshot),
	.setup = oneshot_setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
