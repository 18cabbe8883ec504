/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections on one list of one-shot events, that workers share: who has the event of one has it
 * alone, and puts it back; what a dead worker had is taken over.
 */
#ifndef SCENARIOS_SOCKETS_EPOLL_ONESHOT_H
#define SCENARIOS_SOCKETS_EPOLL_ONESHOT_H

#include "watch.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <unistd.h>

enum { CONNECTIONS = 2, WORKERS = 2, REQUESTS = 2 };
enum { STOP = 100, HELLO = 101, KICK = 102 }; /* events beside those of connections and workers */
enum { IDLE = 0, HANDLING = 1 };	      /* marks: HANDLING + the connection */

struct oneshot {
	int pipe[CONNECTIONS][2], list, stop, kick, watch, hello;
	int owner[CONNECTIONS]; /* the worker + 1 that got its event, 0: none */
	bool ended[CONNECTIONS], mixed;
	int sent[CONNECTIONS], handled[CONNECTIONS];
	pid_t pid[WORKERS];
};

struct oneshot_way {
	uint32_t flags;
	bool supervised, kicks;
};

static inline void oneshot_setup(struct sabot_env *env)
{
	const struct oneshot_way *variant = sabot_env_variant(env);
	struct oneshot *shared = sabot_env_shared(env);
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
static inline void oneshot_keep_end(const struct oneshot *shared, unsigned own)
{
	unsigned i;

	for (i = 0; i < CONNECTIONS; i++)
		if (i != own)
			SABOT_OK(close(shared->pipe[i][1]));
}

/* Arms the connection again, or takes it off if it ended; the last that ended stops all. */
static inline void oneshot_put_back(struct oneshot *shared, int at)
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

static inline void oneshot_handle(struct sabot_task *task, struct oneshot *shared, int at)
{
	ssize_t size;
	int number;

	while ((size = read(shared->pipe[at][0], &number, sizeof(number))) > 0)
		shared->mixed |= number != shared->handled[at]++;
	shared->ended[at] |= size == 0;
	sabot_mark(task, IDLE);
}

/* A worker that was woken and died before it ran has left an event on the list that wakes nobody.
 */
static inline void oneshot_take_over(struct sabot_task *task, int worker)
{
	const struct oneshot_way *variant = sabot_variant(task);
	struct oneshot *shared = sabot_shared(task);
	int i;

	for (i = 0; i < CONNECTIONS; i++) {
		if (shared->owner[i] != worker + 1)
			continue;
		shared->owner[i] = 0;
		oneshot_put_back(shared, i);
	}
	if (variant->kicks)
		SABOT_OK(eventfd_write(shared->kick, 1));
}

/* Of those who have said hello. Who is no more by now has ended or is dead: it makes no difference.
 */
static inline void oneshot_open_workers(struct sabot_task *task, int pidfd[WORKERS])
{
	struct oneshot *shared = sabot_shared(task);
	eventfd_t count;
	int i;

	SABOT_OK(eventfd_read(shared->hello, &count));
	for (i = 0; i < WORKERS; i++) {
		if (!shared->pid[i] || pidfd[i])
			continue;
		pidfd[i] = pidfd_open(shared->pid[i], 0);
		if (pidfd[i] < 0 && errno == ENOSYS)
			sabot_skip(task, "pidfd_open(2) is not known here");
		else if (pidfd[i] < 0)
			oneshot_take_over(task, i);
		else
			watch_add(shared->watch, pidfd[i], EPOLLIN | EPOLLONESHOT, (uint32_t)i);
	}
}

static inline void oneshot_one_a_connection(struct sabot_check *check)
{
	int i;

	for (i = 0; i < CONNECTIONS; i++)
		sabot_require(check, sabot_alive(check, HANDLING + i) <= 1,
			      "%u workers handle connection %d", sabot_alive(check, HANDLING + i),
			      i);
}

static inline void oneshot_all_handled(struct sabot_check *check)
{
	const struct oneshot *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < CONNECTIONS; i++)
		sabot_require(check, !shared->mixed && shared->handled[i] == shared->sent[i],
			      "of connection %d's %d requests %d were handled%s", i,
			      shared->sent[i], shared->handled[i],
			      shared->mixed ? ", out of order" : "");
}

#endif
