/* SPDX-License-Identifier: Apache-2.0 */
/* A listener by TCP or by a path, and what a client sees that is in its queue when it dies. */
#ifndef SCENARIOS_SOCKETS_EPOLL_LISTENER_H
#define SCENARIOS_SOCKETS_EPOLL_LISTENER_H

#include "loopback.h"

#include <stdio.h>
#include <string.h>
#include <sys/un.h>

struct listener {
	int listener;
	int client_lives[2];
	bool answered; /* by the server */
	bool served;   /* as the client believes */
};

struct listener_way {
	int domain;
	bool trusts_connect; /* takes a connection for an answer */
	bool keeps_listener; /* the client does not close what it has inherited */
	bool platform;
};

static const struct sockaddr_un listener_path = { .sun_family = AF_UNIX, .sun_path = "listener" };

/* In setup. */
static inline int listener_open(const struct listener_way *variant)
{
	int fd;

	if (variant->domain == AF_INET)
		return SABOT_OK(loopback_listen(true));
	fd = SABOT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	SABOT_OK(bind(fd, (const struct sockaddr *)&listener_path, sizeof(listener_path)));
	SABOT_OK(listen(fd, SOMAXCONN));
	return fd;
}

/* Returns -1 if it refuses. */
static inline int listener_reach(const struct listener_way *variant)
{
	int fd;

	if (variant->domain == AF_INET)
		return loopback_connect();
	fd = SABOT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	if (connect(fd, (const struct sockaddr *)&listener_path, sizeof(listener_path)) == 0)
		return fd;
	SABOT_OK(close(fd));
	return -1;
}

/* Whether there is an answer. */
static inline bool listener_ask(int fd)
{
	char byte;

	return send(fd, "?", 1, MSG_NOSIGNAL) == 1 && recv(fd, &byte, 1, 0) == 1;
}

static inline void listener_bind_again(struct sabot_task *task)
{
	int fd = SABOT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	int error = bind(fd, (const struct sockaddr *)&listener_path, sizeof(listener_path)) ? errno
											     : 0;

	sabot_observe(task, "a bind to its path gets %s", error ? strerrorname_np(error) : "it");
	SABOT_OK(close(fd));
}

/* What a client sees that is in the queue, in whichever call it asks first, and the next one. */
static inline void listener_observe(struct sabot_task *task, int fd)
{
	const struct listener_way *variant = sabot_variant(task);
	char byte, first[32] = "an answer";
	int again;

	if (send(fd, "?", 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) < 0)
		snprintf(first, sizeof(first), "%s", strerrorname_np(errno));
	again = listener_reach(variant);
	if (variant->domain == AF_UNIX)
		listener_bind_again(task);
	sabot_observe(task, "the client gets %s, the next one is %s", first,
		      again < 0 ? "refused" : "connected");
	if (again >= 0)
		SABOT_OK(close(again));
}

static inline void listener_check(struct sabot_check *check)
{
	const struct listener *shared = sabot_check_shared(check);

	sabot_require(check, !shared->served || shared->answered,
		      "the client believes that it was served");
}

#endif
