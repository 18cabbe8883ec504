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
#include "watch.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <unistd.h>

enum { CONNECTIONS = 2, WORKERS = 2, REQUESTS = 2 };
enum { STOP = 100, HELLO = 101, KICK = 102 }; /* events beside those of connections and workers */
enum { IDLE = 0, HANDLING = 1 };	      /* marks: HANDLING + the connection */

struct shared {
	int pipe[CONNECTIONS][2], list, stop, kick, watch, hello;
	int owner[CONNECTIONS]; /* the worker + 1 that got its event, 0: none */
	bool ended[CONNECTIONS], mixed;
	int sent[CONNECTIONS], handled[CONNECTIONS];
	pid_t pid[WORKERS];
};

struct variant {
	uint32_t flags;
	bool supervised, kicks;
};

static const struct variant supervised = { EPOLLONESHOT, true, true };
static const struct variant arms_only = { EPOLLONESHOT, true, false };
static const struct variant alone = { EPOLLONESHOT, false, false };
static const struct variant level = { 0, false, false };

static const char *const known[] = { "worker blocks for ever in epoll_wait", NULL };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);
	uint32_t i;

	shared->list = SABOT_OK(epoll_create1(0));
	shared->watch = SABOT_OK(epoll_create1(0));
	shared->stop = SABOT_OK(eventfd(0, 0));
	shared->hello = SABOT_OK(eventfd(0, 0));
	shared->kick = SABOT_OK(eventfd(0, 0));
	for (i = 0; i < CONNECTIONS; i++) {
		SABOT_OK(pipe2(shared->pipe[i], O_NONBLOCK));
		watch_add(shared->list, shared->pipe[i][0], EPOLLIN | variant->flags, i);
	}
	watch_add(shared->list, shared->stop, EPOLLIN, STOP);
	watch_add(shared->list, shared->kick, EPOLLIN | EPOLLET, KICK);
	watch_add(shared->watch, shared->stop, EPOLLIN, STOP);
	watch_add(shared->watch, shared->hello, EPOLLIN, HELLO);
}

/* All write ends but one's own: a connection ends with its client. */
static void keep_end(const struct shared *shared, unsigned own)
{
	unsigned i;

	for (i = 0; i < CONNECTIONS; i++)
		if (i != own)
			SABOT_OK(close(shared->pipe[i][1]));
}

static void send_requests(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	unsigned own = sabot_index(task);
	int number;

	keep_end(shared, own);
	for (number = 0; number < REQUESTS; number++) {
		SABOT_OK(write(shared->pipe[own][1], &number, sizeof(number)));
		shared->sent[own]++;
	}
	SABOT_OK(close(shared->pipe[own][1]));
}

/* Arms the connection again, or takes it off if it ended; the last that ended stops all. */
static void put_back(struct shared *shared, int at)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.u32 = (uint32_t)at };
	int i;

	if (shared->ended[at])
		(void)epoll_ctl(shared->list, EPOLL_CTL_DEL, shared->pipe[at][0], NULL);
	else
		SABOT_OK(epoll_ctl(shared->list, EPOLL_CTL_MOD, shared->pipe[at][0], &event));
	for (i = 0; i < CONNECTIONS; i++)
		if (!shared->ended[i])
			return;
	SABOT_OK(eventfd_write(shared->stop, 1));
}

static void handle(struct sabot_task *task, struct shared *shared, int at)
{
	ssize_t size;
	int number;

	while ((size = read(shared->pipe[at][0], &number, sizeof(number))) > 0)
		shared->mixed |= number != shared->handled[at]++;
	shared->ended[at] |= size == 0;
	sabot_mark(task, IDLE);
}

static void work(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int me = (int)sabot_index(task) + 1, at;

	keep_end(shared, CONNECTIONS);
	shared->pid[me - 1] = getpid();
	SABOT_OK(eventfd_write(shared->hello, 1));
	while ((at = watch_wait(shared->list, -1)) != STOP) {
		if (at == KICK)
			continue;
		shared->owner[at] = me;
		sabot_mark(task, HANDLING + at);
		sabot_point(task, "has it");
		handle(task, shared, at);
		if (shared->ended[at] || variant->flags)
			put_back(shared, at);
		if (shared->owner[at] == me)
			shared->owner[at] = 0;
	}
}

/* A worker that was woken and died before it ran has left an event on the list that wakes nobody.
 */
static void take_over(struct sabot_task *task, int worker)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int i;

	for (i = 0; i < CONNECTIONS; i++) {
		if (shared->owner[i] != worker + 1)
			continue;
		shared->owner[i] = 0;
		put_back(shared, i);
	}
	if (variant->kicks)
		SABOT_OK(eventfd_write(shared->kick, 1));
}

/* Of those who have said hello. Who is no more by now has ended or is dead: it makes no difference.
 */
static void open_workers(struct sabot_task *task, int pidfd[WORKERS])
{
	struct shared *shared = sabot_shared(task);
	eventfd_t count;
	int i;

	SABOT_OK(eventfd_read(shared->hello, &count));
	for (i = 0; i < WORKERS; i++) {
		if (!shared->pid[i] || pidfd[i])
			continue;
		pidfd[i] = pidfd_open(shared->pid[i], 0);
		if (pidfd[i] < 0)
			take_over(task, i);
		else
			watch_add(shared->watch, pidfd[i], EPOLLIN | EPOLLONESHOT, (uint32_t)i);
	}
}

static void supervise(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int pidfd[WORKERS] = { 0 }, got, i;

	keep_end(shared, CONNECTIONS);
	while (variant->supervised && (got = watch_wait(shared->watch, -1)) != STOP) {
		if (got == HELLO)
			open_workers(task, pidfd);
		else
			take_over(task, got);
	}
	for (i = 0; i < WORKERS; i++)
		if (pidfd[i] > 0)
			SABOT_OK(close(pidfd[i]));
}

static void one_a_connection(struct sabot_check *check)
{
	int i;

	for (i = 0; i < CONNECTIONS; i++)
		sabot_require(check, sabot_alive(check, HANDLING + i) <= 1,
			      "%u workers handle connection %d", sabot_alive(check, HANDLING + i),
			      i);
}

static void all_handled(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < CONNECTIONS; i++)
		sabot_require(check, !shared->mixed && shared->handled[i] == shared->sent[i],
			      "of connection %d's %d requests %d were handled%s", i,
			      shared->sent[i], shared->handled[i],
			      shared->mixed ? ", out of order" : "");
}

static const struct sabot_role roles[] = {
	{ "client", CONNECTIONS, send_requests },
	{ "worker", WORKERS, work },
	{ "supervisor", 1, supervise },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "one worker handles a connection", SABOT_WHEN_SETTLED, one_a_connection },
	{ "each request is handled, in order", SABOT_AT_END, all_handled },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
