/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data and descriptors through sockets: send(2), recv(2) and their kin; read(2) and write(2) are in
 * transfer.c.
 */
#undef _FORTIFY_SOURCE
#include "intercept/real.h"
#include "intercept/socket.h"

#include <limits.h>
#include <sys/socket.h>

ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size, size_t room, int flags,
		       __SOCKADDR_ARG address, socklen_t *restrict address_size);

static bool begin(struct call *call, enum op op, int fd, size_t size, int flags, uintptr_t site)
{
	if (!socket_enter(call, op, fd, site))
		return false;
	call->amount = (int64_t)size;
	call->detail[1] = (uint64_t)(unsigned)flags;
	if (flags & MSG_DONTWAIT)
		call->asks = CALL_AT_ONCE;
	if (op == OP_SEND || op == OP_SENDTO || op == OP_SENDMSG || op == OP_SENDMMSG)
		socket_announce_send(call, fd);
	else
		socket_announce_receive(call, fd);
	call_begin(call);
	return true;
}

static size_t total(const struct msghdr *message)
{
	size_t size = 0, i;

	for (i = 0; message && message->msg_iov && i < message->msg_iovlen && i < IOV_MAX; i++)
		size += message->msg_iov[i].iov_len;
	return size;
}

INTERPOSE ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
	struct call call;

	if (!begin(&call, OP_SEND, fd, size, flags, CALL_SITE))
		return REAL(send)(fd, buffer, size, flags);
	return call_end(&call, REAL(send)(fd, buffer, size, flags));
}

INTERPOSE ssize_t sendto(int fd, const void *buffer, size_t size, int flags,
			 __CONST_SOCKADDR_ARG address, socklen_t address_size)
{
	struct call call;

	if (!begin(&call, OP_SENDTO, fd, size, flags, CALL_SITE))
		return REAL(sendto)(fd, buffer, size, flags, address, address_size);
	return call_end(&call, REAL(sendto)(fd, buffer, size, flags, address, address_size));
}

INTERPOSE ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct call call;

	if (!begin(&call, OP_SENDMSG, fd, total(message), flags, CALL_SITE))
		return REAL(sendmsg)(fd, message, flags);
	return call_end(&call, REAL(sendmsg)(fd, message, flags));
}

INTERPOSE int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	struct call call;

	if (!begin(&call, OP_SENDMMSG, fd, count, flags, CALL_SITE))
		return REAL(sendmmsg)(fd, messages, count, flags);
	return (int)call_end(&call, REAL(sendmmsg)(fd, messages, count, flags));
}

INTERPOSE ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
	struct call call;

	if (!begin(&call, OP_RECV, fd, size, flags, CALL_SITE))
		return REAL(recv)(fd, buffer, size, flags);
	return call_end(&call, REAL(recv)(fd, buffer, size, flags));
}

/* What recv() becomes when _FORTIFY_SOURCE knows the buffer's room. */
INTERPOSE ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room, int flags)
{
	struct call call;

	if (!begin(&call, OP_RECV, fd, size, flags, CALL_SITE))
		return REAL(__recv_chk)(fd, buffer, size, room, flags);
	return call_end(&call, REAL(__recv_chk)(fd, buffer, size, room, flags));
}

INTERPOSE ssize_t recvfrom(int fd, void *restrict buffer, size_t size, int flags,
			   __SOCKADDR_ARG address, socklen_t *restrict address_size)
{
	struct call call;

	if (!begin(&call, OP_RECVFROM, fd, size, flags, CALL_SITE))
		return REAL(recvfrom)(fd, buffer, size, flags, address, address_size);
	return call_end(&call, REAL(recvfrom)(fd, buffer, size, flags, address, address_size));
}

INTERPOSE ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size, size_t room, int flags,
				 __SOCKADDR_ARG address, socklen_t *restrict address_size)
{
	struct call call;

	if (!begin(&call, OP_RECVFROM, fd, size, flags, CALL_SITE))
		return REAL(__recvfrom_chk)(fd, buffer, size, room, flags, address, address_size);
	return call_end(&call,
			REAL(__recvfrom_chk)(fd, buffer, size, room, flags, address, address_size));
}

INTERPOSE ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	struct call call;

	if (!begin(&call, OP_RECVMSG, fd, total(message), flags, CALL_SITE))
		return REAL(recvmsg)(fd, message, flags);
	return call_end(&call, REAL(recvmsg)(fd, message, flags));
}

/* Between two datagrams no virtual time passes: what is left of the time-out is all of it. */
static struct timespec *left_of(const struct timespec *timeout, struct timespec *copy)
{
	if (!timeout)
		return NULL;
	*copy = *timeout;
	if (timeout->tv_sec >= 0 && (timeout->tv_sec || timeout->tv_nsec))
		copy->tv_sec += 1 << 30;
	return copy;
}

INTERPOSE int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
		       struct timespec *timeout)
{
	struct timespec copy;
	struct call call;

	if (!begin(&call, OP_RECVMMSG, fd, count, flags, CALL_SITE))
		return REAL(recvmmsg)(fd, messages, count, flags, timeout);
	return (int)call_end(&call,
			     REAL(recvmmsg)(fd, messages, count, flags, left_of(timeout, &copy)));
}
