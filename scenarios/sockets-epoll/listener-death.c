/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client connects to a server that may die before it has accepted: the connection is there, and
 * nobody will ever serve it.
 *
 * Shows: connect(2) succeeds as soon as the listener's queue has room; with the last descriptor of
 * the listener its queue goes, and the client gets ECONNRESET. A Unix listener's path stays,
 * and refuses, and bars its successor (EADDRINUSE, unix(7)). Whoever has inherited the
 * listener keeps the queue alive, and the client waits for ever. Does not show: a queue that is
 * full.
 */
#include "listener.h"

static const struct listener_way tcp = { .domain = AF_INET };
static const struct listener_way local = { .domain = AF_UNIX };
static const struct listener_way trusts_connect = { .domain = AF_INET, .trusts_connect = true };
static const struct listener_way keeps_listener = { .domain = AF_UNIX, .keeps_listener = true };
static const struct listener_way tcp_platform = { .domain = AF_INET, .platform = true };
static const struct listener_way local_platform = { .domain = AF_UNIX, .platform = true };

static void setup(struct sabot_env *env)
{
	const struct listener_way *variant = sabot_env_variant(env);
	struct listener *shared = sabot_env_shared(env);

	loopback_setup();
	SABOT_OK(pipe(shared->client_lives));
	shared->listener = listener_open(variant);
}

static void serve(struct sabot_task *task)
{
	struct listener *shared = sabot_shared(task);
	char byte;
	int fd;

	SABOT_OK(close(shared->client_lives[1]));
	if (loopback_wait(shared->listener, shared->client_lives[0])) {
		sabot_point(task, "before accept");
		fd = SABOT_OK(accept(shared->listener, NULL, NULL));
		if (recv(fd, &byte, 1, 0) == 1) {
			shared->answered = true;
			(void)send(fd, &byte, 1, MSG_NOSIGNAL);
		}
		SABOT_OK(close(fd));
	}
	SABOT_OK(close(shared->listener));
}

static void ask(struct sabot_task *task)
{
	const struct listener_way *variant = sabot_variant(task);
	struct listener *shared = sabot_shared(task);
	int fd;

	if (!variant->keeps_listener)
		SABOT_OK(close(shared->listener));
	fd = listener_reach(variant);
	if (fd >= 0) {
		if (variant->platform)
			listener_observe(task, fd);
		else
			shared->served = listener_ask(fd);
		shared->served |= variant->trusts_connect;
		SABOT_OK(close(fd));
	}
	if (variant->keeps_listener)
		SABOT_OK(close(shared->listener));
	SABOT_OK(close(shared->client_lives[1]));
}

static const struct sabot_role roles[] = {
	{ "server", 1, serve },
	{ "client", 1, ask },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "who was served has an answer", SABOT_AT_END, listener_check },
	{ 0 },
};

static const char *const points[] = { "before accept", NULL };
static const char *const known_reset[] = { "the client gets ECONNRESET, the next one is refused",
					   NULL };
static const char *const known_local[] = { "the client gets ECONNRESET, the next one is refused",
					   "the client gets EPIPE, the next one is refused",
					   "a bind to its path gets EADDRINUSE", NULL };

#define KILL_SERVER SABOT_KILL, .role = "server", .point = "before accept"

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &tcp },
	{ .name = "unix", .variant = &local },
	{ .name = "kill-anywhere", .variant = &tcp, .fault = { .kind = SABOT_KILL } },
	{ .name = "unix-kill-anywhere", .variant = &local, .fault = { .kind = SABOT_KILL } },
	{ .name = "trusts-connect",
	  .variant = &trusts_connect,
	  .fault = { SABOT_KILL, .role = "server" },
	  .caught_by = "who was served has an answer" },
	{ .name = "keeps-listener",
	  .variant = &keeps_listener,
	  .fault = { SABOT_KILL, .role = "server" },
	  .caught_by = "deadlock" },
	{ .name = "platform-tcp",
	  .variant = &tcp_platform,
	  .fault = { KILL_SERVER },
	  .characterises = "a TCP listener dies with a client in its queue",
	  .known = known_reset },
	{ .name = "platform-unix",
	  .variant = &local_platform,
	  .fault = { KILL_SERVER },
	  .characterises = "a Unix listener dies with a client in its queue",
	  .known = known_local },
	{ .name = "platform-inherited",
	  .variant = &keeps_listener,
	  .fault = { KILL_SERVER },
	  .characterises = "a listener dies, and another process has inherited its socket",
	  .known = (const char *const[]){ "client blocks for ever in recv", NULL } },
	{ 0 },
};

const struct sabot_scenario listener_death = {
	.name = "listener-death",
	.group = "sockets-epoll",
	.about = "a connection that was made, and that nobody will ever accept",
	.tags = "crash platform",
	.shared_size = sizeof(struct listener),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
