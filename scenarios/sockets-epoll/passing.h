/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors in messages of Unix sockets (SCM_RIGHTS). */
#ifndef SCENARIOS_SOCKETS_EPOLL_PASSING_H
#define SCENARIOS_SOCKETS_EPOLL_PASSING_H

#include <sabot/sabot.h>

#include <string.h>
#include <sys/socket.h>

enum { PASSED_MAX = 2 };

union passing_control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int) * PASSED_MAX)];
};

/* Sends the descriptor so many times, in one message. False: there is nobody to send it to. */
static inline bool passing_send(int socket, int fd, int count)
{
	int fds[PASSED_MAX] = { fd, fd };
	size_t size = sizeof(int) * (size_t)count;
	struct iovec byte = { "x", 1 };
	union passing_control control = { 0 };
	struct msghdr message = { .msg_iov = &byte,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = CMSG_SPACE(size) };

	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(size),
					   .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), fds, size);
	return sendmsg(socket, &message, MSG_NOSIGNAL) == 1;
}

/*
 * Receives up to `room` of them. Returns how many, or -1 at the end of the stream; *more says
 * whether there were others, which the kernel has closed.
 */
static inline int passing_receive(int socket, int fds[PASSED_MAX], int room, bool *more)
{
	char byte;
	struct iovec part = { &byte, 1 };
	union passing_control control = { 0 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = CMSG_LEN(sizeof(int) * (size_t)room) };
	int count;

	if (SABOT_OK(recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) == 0)
		return -1;
	*more = message.msg_flags & MSG_CTRUNC;
	if (message.msg_controllen < CMSG_LEN(0))
		return 0;
	count = (int)((control.header.cmsg_len - CMSG_LEN(0)) / sizeof(int));
	memcpy(fds, CMSG_DATA(&control.header), sizeof(int) * (size_t)count);
	return count;
}

#endif
