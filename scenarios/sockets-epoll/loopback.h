/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets of the loopback. Port numbers are the scenario's own where the worker has a network
 * namespace; the kernel would choose another in each execution.
 */
#ifndef SCENARIOS_SOCKETS_EPOLL_LOOPBACK_H
#define SCENARIOS_SOCKETS_EPOLL_LOOPBACK_H

#include <sabot/sabot.h>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOPBACK_PORT = 4711 };

static inline struct sockaddr_in loopback_address(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(LOOPBACK_PORT),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* A bound socket that listens. Returns -1 if the port is not free. */
static inline int loopback_listen(bool reuse)
{
	struct sockaddr_in address = loopback_address();
	int fd = SABOT_OK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), one = reuse;

	SABOT_OK(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		SABOT_OK(close(fd));
		return -1;
	}
	SABOT_OK(listen(fd, SOMAXCONN));
	return fd;
}

/* Returns -1 if nobody listens. */
static inline int loopback_connect(void)
{
	struct sockaddr_in address = loopback_address();
	int fd = SABOT_OK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	SABOT_OK(close(fd));
	return -1;
}

/* Waits for a client; false: there is none any more, since the end of the pipe `life` has come. */
static inline bool loopback_wait(int listener, int life)
{
	struct pollfd fds[] = { { listener, POLLIN, 0 }, { life, 0, 0 } };

	SABOT_OK(poll(fds, 2, -1));
	return fds[0].revents;
}

/* For setup, in one process: the queue of the listener takes the connection. */
static inline void loopback_pair(int ends[2])
{
	int listener = SABOT_OK(loopback_listen(true));

	ends[0] = SABOT_OK(loopback_connect());
	ends[1] = SABOT_OK(accept(listener, NULL, NULL));
	SABOT_OK(close(listener));
}

#endif
