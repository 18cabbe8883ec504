/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server's sessions, one for each client, beside its listener: what became of each is noted in
 * shared memory.
 */
#ifndef SCENARIOS_SOCKETS_EPOLL_SESSIONS_H
#define SCENARIOS_SOCKETS_EPOLL_SESSIONS_H

#include "loopback.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

enum { CLIENTS = 2, LISTENER = CLIENTS, LIFE, FDS };
enum state { NONE, ACCEPTED, ANSWERED, LEFT };

struct sessions {
	int ready[2];		   /* a byte for each client, when the server listens */
	int lives[2];		   /* ends when the last client does */
	enum state state[CLIENTS]; /* of connections, in the order in which they were accepted */
};

struct sessions_way {
	bool drops_sessions; /* on SIGTERM */
	bool forgets_end;    /* of a session whose client has closed */
};

static volatile sig_atomic_t sessions_told;

static inline void sessions_stop(int signo)
{
	(void)signo;
	sessions_told = 1;
}

static inline void sessions_begin(const struct sessions *shared, struct pollfd fds[FDS],
				  sigset_t *unblocked)
{
	struct sigaction action = { .sa_handler = sessions_stop };
	sigset_t term;
	int i;

	SABOT_OK(close(shared->lives[1]));
	SABOT_OK(sigemptyset(&term));
	SABOT_OK(sigaddset(&term, SIGTERM));
	SABOT_OK(sigprocmask(SIG_BLOCK, &term, unblocked));
	SABOT_OK(sigaction(SIGTERM, &action, NULL));
	for (i = 0; i < FDS; i++)
		fds[i] = (struct pollfd){ -1, POLLIN, 0 };
	fds[LIFE].fd = shared->lives[0];
	fds[LISTENER].fd = SABOT_OK(loopback_listen(true));
	SABOT_OK(fcntl(fds[LISTENER].fd, F_SETFL, O_NONBLOCK));
	SABOT_OK(write(shared->ready[1], "..", CLIENTS));
}

/* All that is in the queue. */
static inline void sessions_take(struct sessions *shared, struct pollfd fds[FDS])
{
	int fd, i;

	while ((fd = accept(fds[LISTENER].fd, NULL, NULL)) >= 0) {
		for (i = 0; shared->state[i] != NONE; i++)
			continue;
		shared->state[i] = ACCEPTED;
		fds[i].fd = fd;
	}
}

static inline void sessions_serve(const struct sessions_way *variant, struct pollfd *session,
				  enum state *state)
{
	char byte;

	if (recv(session->fd, &byte, 1, 0) == 1) {
		(void)send(session->fd, &byte, 1, MSG_NOSIGNAL);
		*state = ANSWERED;
		return;
	}
	if (*state == ACCEPTED)
		*state = LEFT; /* without a question */
	if (!variant->forgets_end)
		SABOT_OK(close(session->fd));
	session->fd = -1;
}

static inline void sessions_react(const struct sessions_way *variant, struct sessions *shared,
				  struct pollfd fds[FDS])
{
	int i;

	for (i = 0; i < CLIENTS; i++)
		if (fds[i].fd >= 0 && fds[i].revents)
			sessions_serve(variant, &fds[i], &shared->state[i]);
	if (fds[LISTENER].fd >= 0 && fds[LISTENER].revents)
		sessions_take(shared, fds);
}

static inline bool sessions_any(const struct pollfd fds[FDS])
{
	return fds[0].fd >= 0 || fds[1].fd >= 0;
}

#endif
