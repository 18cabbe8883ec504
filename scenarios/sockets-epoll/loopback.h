/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets of the loopback. The port is always the same, since the kernel would choose another in
 * each execution. The address is one of the 16 million that the loopback has: where workers have no
 * network namespaces, theirs differ by the pid of the harness.
 */
#ifndef SCENARIOS_SOCKETS_EPOLL_LOOPBACK_H
#define SCENARIOS_SOCKETS_EPOLL_LOOPBACK_H

#include <sabot/sabot.h>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOPBACK_PORT = 4711 };

static struct sockaddr_in loopback;

/* To be called in setup, before the others. */
static inline void loopback_setup(void)
{
	uint32_t host = (UINT32_C(0x400000) | (uint32_t)getpid()) & 0x7fffff;

	loopback = (struct sockaddr_in){ .sin_family = AF_INET,
					 .sin_port = htons(LOOPBACK_PORT),
					 .sin_addr.s_addr = htonl(UINT32_C(127) << 24 | host) };
}

/* A bound socket that listens. Returns -1 if the port is not free. */
static inline int loopback_listen(bool reuse)
{
	int fd = SABOT_OK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), one = reuse;

	SABOT_OK(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	if (bind(fd, (struct sockaddr *)&loopback, sizeof(loopback)) != 0) {
		SABOT_OK(close(fd));
		return -1;
	}
	SABOT_OK(listen(fd, SOMAXCONN));
	return fd;
}

/* Returns -1 if nobody listens. */
static inline int loopback_connect(void)
{
	int fd = SABOT_OK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

	if (connect(fd, (struct sockaddr *)&loopback, sizeof(loopback)) == 0)
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
	int listener;

	loopback_setup();
	listener = SABOT_OK(loopback_listen(true));
	ends[0] = SABOT_OK(loopback_connect());
	ends[1] = SABOT_OK(accept(listener, NULL, NULL));
	SABOT_OK(close(listener));
}

#endif
