/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server ends or is killed while a client is connected to it, and its successor binds the same
 * port and serves the client.
 *
 * Shows: what is left of the connection (FIN_WAIT2, TIME_WAIT) bars the port for as long as a
 * minute, unless both sockets had SO_REUSEADDR when they were bound (socket(7), tcp(7); Linux
 * net/ipv4/inet_connection_sock.c, inet_csk_get_port()). That minute is of the kernel's clock, and
 * passes in no test. Does not show: SO_REUSEPORT.
 */
#include "loopback.h"

#include <string.h>

enum { FIRST, SUCCESSOR, SERVERS };

struct shared {
	int ready[2];	    /* a server that listens writes a byte; ends when none is left */
	int first_lives[2]; /* ends when the first server does */
	int client_lives[2];
	bool served[SERVERS];
};

struct variant {
	bool reuse[SERVERS];
	bool platform; /* shows only what bind(2) says */
};

static const struct variant both = { .reuse = { true, true } };
static const struct variant neither = { .reuse = { false, false } };
static const struct variant too_late = { .reuse = { false, true } };
static const struct variant both_platform = { .reuse = { true, true }, .platform = true };
static const struct variant neither_platform = { .platform = true };
static const struct variant too_late_platform = { .reuse = { false, true }, .platform = true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	loopback_setup();
	SABOT_OK(pipe(shared->ready));
	SABOT_OK(pipe(shared->first_lives));
	SABOT_OK(pipe(shared->client_lives));
}

/* Answers one request and closes first, so that what is left of the connection is on its side. */
static void serve(struct sabot_task *task, int number)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int listener = loopback_listen(variant->reuse[number]), connection = -1;
	char byte = (char)number, question;

	if (number == SUCCESSOR)
		sabot_observe(task, "the successor's bind: %s",
			      listener < 0 ? strerrorname_np(errno) : "succeeds");
	if (listener >= 0) {
		SABOT_OK(write(shared->ready[1], &byte, 1));
		if (loopback_wait(listener, shared->client_lives[0]))
			connection = SABOT_OK(accept(listener, NULL, NULL));
	}
	if (connection >= 0) {
		/* A question that was left unread would end the connection at once, by a reset. */
		if (recv(connection, &question, 1, 0) == 1) {
			sabot_point(task, "connected");
			(void)send(connection, &byte, 1, MSG_NOSIGNAL);
		}
		SABOT_OK(close(connection));
	}
	if (listener >= 0)
		SABOT_OK(close(listener));
	SABOT_OK(close(shared->ready[1]));
}

static void first(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);

	SABOT_OK(close(shared->client_lives[1]));
	serve(task, FIRST);
	SABOT_OK(close(shared->first_lives[1]));
}

static void succeed(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	char byte;

	SABOT_OK(close(shared->client_lives[1]));
	SABOT_OK(close(shared->first_lives[1]));
	SABOT_OK(read(shared->first_lives[0], &byte, 1));
	serve(task, SUCCESSOR);
}

/* Asks each server that says it is ready, and stays connected as long as that one lives. */
static void ask(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	char number;
	int fd;

	SABOT_OK(close(shared->first_lives[1]));
	SABOT_OK(close(shared->ready[1]));
	while (SABOT_OK(read(shared->ready[0], &number, 1)) == 1) {
		fd = loopback_connect();
		if (fd < 0)
			continue;
		if (send(fd, "?", 1, MSG_NOSIGNAL) == 1 && recv(fd, &number, 1, 0) == 1) {
			shared->served[(int)number] = true;
			(void)recv(fd, &number, 1, 0);
		}
		SABOT_OK(close(fd));
	}
	SABOT_OK(close(shared->client_lives[1]));
}

static void successor_serves(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	const struct shared *shared = sabot_check_shared(check);
	bool lived = !sabot_killed(check, "client") && !sabot_killed(check, "successor");

	sabot_require(check, shared->served[SUCCESSOR] || !lived || variant->platform,
		      "both live, and the successor did not serve");
}

static const struct sabot_role roles[] = {
	{ "server", 1, first },
	{ "successor", 1, succeed },
	{ "client", 1, ask },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "a client that lives is served by the successor", SABOT_AT_END, successor_serves },
	{ 0 },
};

static const char *const points[] = { "connected", NULL };
static const char *const known_succeeds[] = { "the successor's bind: succeeds", NULL };
static const char *const known_fails[] = { "the successor's bind: EADDRINUSE", NULL };

#define KILL_CONNECTED                                                                             \
	{                                                                                          \
		SABOT_KILL, .role = "server", .point = "connected"                                 \
	}

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &both },
	{ .name = "kill-anywhere", .variant = &both, .fault = { .kind = SABOT_KILL } },
	{ .name = "without-reuseaddr",
	  .variant = &neither,
	  .fault = { SABOT_KILL, .role = "server" },
	  .caught_by = "a client that lives is served by the successor" },
	{ .name = "only-the-successor",
	  .variant = &too_late,
	  .fault = { SABOT_KILL, .role = "server" },
	  .caught_by = "a client that lives is served by the successor" },
	{ .name = "platform-both",
	  .variant = &both_platform,
	  .fault = KILL_CONNECTED,
	  .characterises = "a TCP server is killed with a client, and all had SO_REUSEADDR",
	  .known = known_succeeds },
	{ .name = "platform-neither",
	  .variant = &neither_platform,
	  .fault = KILL_CONNECTED,
	  .characterises = "a TCP server is killed with a client, and nobody had SO_REUSEADDR",
	  .known = known_fails },
	{ .name = "platform-successor",
	  .variant = &too_late_platform,
	  .fault = KILL_CONNECTED,
	  .characterises = "a TCP server is killed with a client, and only its successor has "
			   "SO_REUSEADDR",
	  .known = known_fails },
	{ 0 },
};

const struct sabot_scenario tcp_rebind = {
	.name = "tcp-rebind",
	.group = "sockets-epoll",
	.about = "the successor of a killed server binds its port",
	.tags = "crash recovery platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
