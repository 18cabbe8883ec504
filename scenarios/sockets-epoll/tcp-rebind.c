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
#include "rebind.h"

static const struct rebind_way both = { .reuse = { true, true } };
static const struct rebind_way neither = { .reuse = { false, false } };
static const struct rebind_way too_late = { .reuse = { false, true } };
static const struct rebind_way both_platform = { .reuse = { true, true }, .platform = true };
static const struct rebind_way neither_platform = { .platform = true };
static const struct rebind_way too_late_platform = { .reuse = { false, true }, .platform = true };

static void setup(struct sabot_env *env)
{
	struct rebind *shared = sabot_env_shared(env);

	loopback_setup();
	SABOT_OK(pipe(shared->ready));
	SABOT_OK(pipe(shared->first_lives));
	SABOT_OK(pipe(shared->client_lives));
}

static void first(struct sabot_task *task)
{
	const struct rebind *shared = sabot_shared(task);

	SABOT_OK(close(shared->client_lives[1]));
	rebind_serve(task, FIRST);
	SABOT_OK(close(shared->first_lives[1]));
}

static void succeed(struct sabot_task *task)
{
	const struct rebind *shared = sabot_shared(task);
	char byte;

	SABOT_OK(close(shared->client_lives[1]));
	SABOT_OK(close(shared->first_lives[1]));
	SABOT_OK(read(shared->first_lives[0], &byte, 1));
	rebind_serve(task, SUCCESSOR);
}

/* Asks each server that says it is ready, and stays connected as long as that one lives. */
static void ask(struct sabot_task *task)
{
	struct rebind *shared = sabot_shared(task);
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

static const struct sabot_role roles[] = {
	{ "server", 1, first },
	{ "successor", 1, succeed },
	{ "client", 1, ask },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "a client that lives is served by the successor", SABOT_AT_END, rebind_check },
	{ 0 },
};

static const char *const points[] = { "connected", NULL };
static const char *const known_fails[] = { "the successor's bind: EADDRINUSE", NULL };

#define KILL_CONNECTED SABOT_KILL, .role = "server", .point = "connected"

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
	  .fault = { KILL_CONNECTED },
	  .characterises = "a TCP server is killed with a client, and all had SO_REUSEADDR",
	  .known = (const char *const[]){ "the successor's bind: succeeds", NULL } },
	{ .name = "platform-neither",
	  .variant = &neither_platform,
	  .fault = { KILL_CONNECTED },
	  .characterises = "a TCP server is killed with a client, and nobody had SO_REUSEADDR",
	  .known = known_fails },
	{ .name = "platform-successor",
	  .variant = &too_late_platform,
	  .fault = { KILL_CONNECTED },
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
	.shared_size = sizeof(struct rebind),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
