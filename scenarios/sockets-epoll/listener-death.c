/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client connects to a server that may die before it has accepted: the connection is there, and
 * nobody will ever serve it.
 *
 * Shows: connect(2) succeeds as soon as the listener's queue has room; with the last descriptor of
 * the listener its queue goes, and the client gets ECONNRESET. A Unix listener's path stays, and
 * refuses, and bars its successor (EADDRINUSE, unix(7)). Whoever has inherited the listener keeps
 * the queue alive, and the client waits for ever. Does not show: a queue that is full.
 */
#include "loopback.h"

#include <stdio.h>
#include <string.h>
#include <sys/un.h>

struct shared {
	int listener;
	int client_lives[2];
	bool answered; /* by the server */
	bool served;   /* as the client believes */
};

struct variant {
	int domain;
	bool trusts_connect; /* takes a connection for an answer */
	bool keeps_listener; /* the client does not close what it has inherited */
	bool platform;
};

static const struct variant tcp = { .domain = AF_INET };
static const struct variant local = { .domain = AF_UNIX };
static const struct variant trusts_connect = { .domain = AF_INET, .trusts_connect = true };
static const struct variant keeps_listener = { .domain = AF_UNIX, .keeps_listener = true };
static const struct variant tcp_platform = { .domain = AF_INET, .platform = true };
static const struct variant local_platform = { .domain = AF_UNIX, .platform = true };

static const struct sockaddr_un path = { .sun_family = AF_UNIX, .sun_path = "listener" };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);

	loopback_setup();
	SABOT_OK(pipe(shared->client_lives));
	if (variant->domain == AF_INET) {
		shared->listener = SABOT_OK(loopback_listen(true));
		return;
	}
	shared->listener = SABOT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	SABOT_OK(bind(shared->listener, (const struct sockaddr *)&path, sizeof(path)));
	SABOT_OK(listen(shared->listener, SOMAXCONN));
}

static int reach(const struct variant *variant)
{
	int fd;

	if (variant->domain == AF_INET)
		return loopback_connect();
	fd = SABOT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	if (connect(fd, (const struct sockaddr *)&path, sizeof(path)) == 0)
		return fd;
	SABOT_OK(close(fd));
	return -1;
}

static void serve(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
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

static void bind_again(struct sabot_task *task)
{
	int fd = SABOT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	int error = bind(fd, (const struct sockaddr *)&path, sizeof(path)) ? errno : 0;

	sabot_observe(task, "a bind to its path gets %s", error ? strerrorname_np(error) : "it");
	SABOT_OK(close(fd));
}

/* What a client sees that is in the queue, in whichever call it asks first, and the next one. */
static void observe(struct sabot_task *task, int fd)
{
	const struct variant *variant = sabot_variant(task);
	char byte, first[32] = "an answer";
	int again;

	if (send(fd, "?", 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) < 0)
		snprintf(first, sizeof(first), "%s", strerrorname_np(errno));
	again = reach(variant);
	if (variant->domain == AF_UNIX)
		bind_again(task);
	sabot_observe(task, "the client gets %s, the next one is %s", first,
		      again < 0 ? "refused" : "connected");
	if (again >= 0)
		SABOT_OK(close(again));
}

static void ask(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	char byte;
	int fd;

	if (!variant->keeps_listener)
		SABOT_OK(close(shared->listener));
	fd = reach(variant);
	if (fd >= 0) {
		if (variant->platform)
			observe(task, fd);
		else
			shared->served =
				send(fd, "?", 1, MSG_NOSIGNAL) == 1 && recv(fd, &byte, 1, 0) == 1;
		shared->served |= variant->trusts_connect;
		SABOT_OK(close(fd));
	}
	if (variant->keeps_listener)
		SABOT_OK(close(shared->listener));
	SABOT_OK(close(shared->client_lives[1]));
}

static void served_is_answered(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, !shared->served || shared->answered,
		      "the client believes that it was served");
}

static const struct sabot_role roles[] = {
	{ "server", 1, serve },
	{ "client", 1, ask },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "who was served has an answer", SABOT_AT_END, served_is_answered },
	{ 0 },
};

static const char *const points[] = { "before accept", NULL };
static const char *const known_reset[] = { "the client gets ECONNRESET, the next one is refused",
					   NULL };
static const char *const known_local[] = { "the client gets ECONNRESET, the next one is refused",
					   "the client gets EPIPE, the next one is refused",
					   "a bind to its path gets EADDRINUSE", NULL };

#define KILL_SERVER                                                                                \
	{                                                                                          \
		SABOT_KILL, .role = "server", .point = "before accept"                             \
	}

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
	  .fault = KILL_SERVER,
	  .characterises = "a TCP listener dies with a client in its queue",
	  .known = known_reset },
	{ .name = "platform-unix",
	  .variant = &local_platform,
	  .fault = KILL_SERVER,
	  .characterises = "a Unix listener dies with a client in its queue",
	  .known = known_local },
	{ .name = "platform-inherited",
	  .variant = &keeps_listener,
	  .fault = KILL_SERVER,
	  .characterises = "a listener dies, and another process has inherited its socket",
	  .known = (const char *const[]){ "client blocks for ever in recv", NULL } },
	{ 0 },
};

const struct sabot_scenario listener_death = {
	.name = "listener-death",
	.group = "sockets-epoll",
	.about = "a connection that was made, and that nobody will ever accept",
	.tags = "crash platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
