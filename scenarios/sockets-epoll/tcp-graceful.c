/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server serves several connections at once and is told to stop by SIGTERM: it takes
 * what is in the listener's queue, closes the listener, finishes the sessions that it has, and
 * ends.
 *
 * Shows: whoever was accepted is owed an answer; SIGTERM may come anywhere, since it is let in by
 * ppoll(2) alone (signal(7), ppoll(2)); a connection whose end the server does not act on stays in
 * CLOSE_WAIT, and its descriptor is lost. Does not show: a client that never ends its session.
 */
#include "sessions.h"

static const struct sessions_way good;
static const struct sessions_way drops_sessions = { .drops_sessions = true };
static const struct sessions_way forgets_end = { .forgets_end = true };

static void setup(struct sabot_env *env)
{
	struct sessions *shared = sabot_env_shared(env);

	loopback_setup();
	SABOT_OK(pipe(shared->ready));
	SABOT_OK(pipe(shared->lives));
}

static void server(struct sabot_task *task)
{
	const struct sessions_way *variant = sabot_variant(task);
	struct sessions *shared = sabot_shared(task);
	struct pollfd fds[FDS];
	sigset_t unblocked;
	int i;

	sessions_begin(shared, fds, &unblocked);
	while (!sessions_told && !fds[LIFE].revents)
		if (ppoll(fds, FDS, NULL, &unblocked) > 0)
			sessions_react(variant, shared, fds);
	sessions_take(shared, fds);
	SABOT_OK(close(fds[LISTENER].fd));
	fds[LISTENER].fd = fds[LIFE].fd = -1;
	while (sessions_any(fds) && !variant->drops_sessions)
		if (ppoll(fds, FDS, NULL, &unblocked) > 0)
			sessions_react(variant, shared, fds);
	for (i = 0; i < CLIENTS; i++)
		if (fds[i].fd >= 0)
			SABOT_OK(close(fds[i].fd));
}

static void client(struct sabot_task *task)
{
	const struct sessions *shared = sabot_shared(task);
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
	const struct sessions *shared = sabot_check_shared(check);
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
	.about = "a server that is sessions_told to stop answers all that it has accepted",
	.tags = "signal leak",
	.shared_size = sizeof(struct sessions),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
