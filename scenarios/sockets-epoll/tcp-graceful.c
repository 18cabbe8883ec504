/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server serves several connections at once and is told to stop by SIGTERM: it takes what is in
 * the listener's queue, closes the listener, finishes the sessions that it has, and ends.
 *
 * Shows: whoever was accepted is owed an answer; SIGTERM may come anywhere, since it is let in by
 * ppoll(2) alone (signal(7), ppoll(2)); a connection whose end the server does not act on stays in
 * CLOSE_WAIT, and its descriptor is lost. Does not show: a client that never ends its session.
 */
#include "loopback.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

enum { CLIENTS = 2, LISTENER = CLIENTS, LIFE, FDS };

enum state { NONE, ACCEPTED, ANSWERED, LEFT };

struct shared {
	int ready[2];		   /* a byte for each client, when the server listens */
	int lives[2];		   /* ends when the last client does */
	enum state state[CLIENTS]; /* of connections, in the order in which they were accepted */
};

struct variant {
	bool drops_sessions; /* on SIGTERM */
	bool forgets_end;    /* of a session whose client has closed */
};

static const struct variant good;
static const struct variant drops_sessions = { .drops_sessions = true };
static const struct variant forgets_end = { .forgets_end = true };

static volatile sig_atomic_t told;

static void stop(int signo)
{
	(void)signo;
	told = 1;
}

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	loopback_setup();
	SABOT_OK(pipe(shared->ready));
	SABOT_OK(pipe(shared->lives));
}

static void begin(const struct shared *shared, struct pollfd fds[FDS], sigset_t *unblocked)
{
	struct sigaction action = { .sa_handler = stop };
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
static void take(struct shared *shared, struct pollfd fds[FDS])
{
	int fd, i;

	while ((fd = accept(fds[LISTENER].fd, NULL, NULL)) >= 0) {
		for (i = 0; shared->state[i] != NONE; i++)
			continue;
		shared->state[i] = ACCEPTED;
		fds[i].fd = fd;
	}
}

static void serve(const struct variant *variant, struct pollfd *session, enum state *state)
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

static void react(const struct variant *variant, struct shared *shared, struct pollfd fds[FDS])
{
	int i;

	for (i = 0; i < CLIENTS; i++)
		if (fds[i].fd >= 0 && fds[i].revents)
			serve(variant, &fds[i], &shared->state[i]);
	if (fds[LISTENER].fd >= 0 && fds[LISTENER].revents)
		take(shared, fds);
}

static bool has_sessions(const struct pollfd fds[FDS])
{
	return fds[0].fd >= 0 || fds[1].fd >= 0;
}

static void server(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct pollfd fds[FDS];
	sigset_t unblocked;
	int i;

	begin(shared, fds, &unblocked);
	while (!told && !fds[LIFE].revents)
		if (ppoll(fds, FDS, NULL, &unblocked) > 0)
			react(variant, shared, fds);
	take(shared, fds);
	SABOT_OK(close(fds[LISTENER].fd));
	fds[LISTENER].fd = fds[LIFE].fd = -1;
	while (has_sessions(fds) && !variant->drops_sessions)
		if (ppoll(fds, FDS, NULL, &unblocked) > 0)
			react(variant, shared, fds);
	for (i = 0; i < CLIENTS; i++)
		if (fds[i].fd >= 0)
			SABOT_OK(close(fds[i].fd));
}

static void client(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	char byte;
	int fd;

	SABOT_OK(close(shared->ready[1]));
	if (SABOT_OK(read(shared->ready[0], &byte, 1)) == 1 && (fd = loopback_connect()) >= 0) {
		if (send(fd, &byte, 1, MSG_NOSIGNAL) == 1)
			(void)recv(fd, &byte, 1, 0);
		SABOT_OK(close(fd));
	}
	SABOT_OK(close(shared->lives[1]));
}

static void accepted_is_answered(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < CLIENTS; i++)
		sabot_require(check, shared->state[i] != ACCEPTED || sabot_killed(check, "server"),
			      "connection %d was accepted, and not answered", i);
}

static const struct sabot_role roles[] = {
	{ "server", 1, server },
	{ "client", CLIENTS, client },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "who was accepted is answered", SABOT_AT_END, accepted_is_answered },
	{ 0 },
};

#define TERM_SERVER                                                                                \
	{                                                                                          \
		SABOT_SIGNAL, .role = "server", .signo = SIGTERM                                   \
	}

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "term-anywhere", .variant = &good, .fault = TERM_SERVER },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "term-and-kill",
	  .variant = &good,
	  .fault = TERM_SERVER,
	  .second = { SABOT_KILL, .role = "client" } },
	{ .name = "drops-sessions",
	  .variant = &drops_sessions,
	  .fault = TERM_SERVER,
	  .caught_by = "who was accepted is answered" },
	{ .name = "forgets-end", .variant = &forgets_end, .caught_by = "leak" },
	{ 0 },
};

const struct sabot_scenario tcp_graceful = {
	.name = "tcp-graceful",
	.group = "sockets-epoll",
	.about = "a server that is told to stop answers all that it has accepted",
	.tags = "signal leak",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
