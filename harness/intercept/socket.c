/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets come to be, get names and connect: socket(2), socketpair(2), bind(2), listen(2),
 * accept(2), connect(2), shutdown(2). To make one is no point: nobody else knows of it yet. What
 * passes through them is in socket_transfer.c and transfer.c; close(2) is in file.c.
 */
#include "intercept/socket.h"

#include "intercept/descriptor.h"
#include "intercept/real.h"

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

bool socket_enter(struct call *call, enum op op, int fd, uintptr_t site)
{
	struct stat status;

	if (!call_is_task() || descriptor_status(fd, &status) != 0 || !S_ISSOCK(status.st_mode))
		return false;
	(void)call_enter_at(call, op, site);
	call->object = descriptor_object(&status);
	call->amount = fd;
	call->detail[0] = (uint64_t)fd;
	call->asks = CALL_AS_OPENED;
	return true;
}

int socket_opened(int fd)
{
	struct stat status;

	if (fd < 0 || descriptor_status(fd, &status) != 0 || !S_ISSOCK(status.st_mode))
		return -1;
	descriptor_setup_opened(fd);
	return descriptor_made(&status, NULL);
}

/* Whether what is made here is to be noted; *is_task: and the call as well. */
static bool begin_make(struct call *call, bool *is_task, enum op op, int domain, uintptr_t site)
{
	*is_task = call_enter_at(call, op, site);
	if (*is_task) {
		call->amount = domain;
		call_note(call);
	}
	return *is_task || descriptor_in_setup();
}

static void note_domain(int domain)
{
	if (domain == AF_INET || domain == AF_INET6)
		control->network = true;
}

INTERPOSE int socket(int domain, int type, int protocol)
{
	struct call call;
	bool is_task, noted = begin_make(&call, &is_task, OP_SOCKET, domain, CALL_SITE);
	int result = REAL(socket)(domain, type, protocol);

	if (noted && result >= 0) {
		call.object = socket_opened(result);
		note_domain(domain);
	}
	return is_task ? (int)call_end(&call, result) : result;
}

INTERPOSE int socketpair(int domain, int type, int protocol, int ends[2])
{
	struct call call;
	bool is_task, noted = begin_make(&call, &is_task, OP_SOCKETPAIR, domain, CALL_SITE);
	int result = REAL(socketpair)(domain, type, protocol, ends);

	if (noted && result == 0) {
		call.object = socket_opened(ends[0]);
		(void)socket_opened(ends[1]);
	}
	return is_task ? (int)call_end(&call, result) : result;
}

/* A name to show, where the scenario chose it itself. */
static void name(int object, const struct sockaddr *address, socklen_t size)
{
	const struct sockaddr_un *local = (const void *)address;
	const struct sockaddr_in *inet = (const void *)address;
	int length = (int)size - (int)offsetof(struct sockaddr_un, sun_path);

	if (!address || size < sizeof(address->sa_family))
		return;
	if (address->sa_family == AF_UNIX && length > 1 && local->sun_path[0])
		object_name(object, "%.*s", length, local->sun_path);
	else if (address->sa_family == AF_UNIX && length > 1)
		object_name(object, "@%.*s", length - 1, local->sun_path + 1);
	else if ((address->sa_family == AF_INET || address->sa_family == AF_INET6) &&
		 size >= sizeof(*inet) && inet->sin_port) /* the port of both is in one place */
		object_name(object, "port %u", ntohs(inet->sin_port));
}

INTERPOSE int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
	struct call call;
	struct stat status;
	int result;

	if (!socket_enter(&call, OP_BIND, fd, CALL_SITE)) {
		result = REAL(bind)(fd, address, size);
		if (result == 0 && descriptor_in_setup() && descriptor_status(fd, &status) == 0)
			name(descriptor_object(&status), address.__sockaddr__, size);
		return result;
	}
	call_begin(&call);
	result = REAL(bind)(fd, address, size);
	if (result == 0)
		name(call.object, address.__sockaddr__, size);
	return (int)call_end(&call, result);
}

INTERPOSE int listen(int fd, int backlog)
{
	struct call call;

	if (!socket_enter(&call, OP_LISTEN, fd, CALL_SITE))
		return REAL(listen)(fd, backlog);
	call_begin(&call);
	return (int)call_end(&call, REAL(listen)(fd, backlog));
}

/* Not a task's: what setup accepts is inherited. */
static int accepted(int fd)
{
	if (descriptor_in_setup())
		(void)socket_opened(fd);
	return fd;
}

static bool begin_accept(struct call *call, int fd, uintptr_t site)
{
	if (!socket_enter(call, OP_ACCEPT, fd, site))
		return false;
	socket_announce_receive(call, fd);
	call_begin(call);
	return true;
}

static int end_accept(struct call *call, int result)
{
	(void)socket_opened(result);
	return (int)call_end(call, result);
}

INTERPOSE int accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict size)
{
	struct call call;

	if (!begin_accept(&call, fd, CALL_SITE))
		return accepted(REAL(accept)(fd, address, size));
	return end_accept(&call, REAL(accept)(fd, address, size));
}

INTERPOSE int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict size, int flags)
{
	struct call call;

	if (!begin_accept(&call, fd, CALL_SITE))
		return accepted(REAL(accept4)(fd, address, size, flags));
	return end_accept(&call, REAL(accept4)(fd, address, size, flags));
}

/* A connection that the time-out ends goes on in the background (socket(7), SO_SNDTIMEO). */
INTERPOSE int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
	const struct sockaddr *to = address.__sockaddr__;
	struct call call;

	if (!socket_enter(&call, OP_CONNECT, fd, CALL_SITE))
		return REAL(connect)(fd, address, size);
	socket_announce_send(&call, fd);
	if (to && size >= sizeof(to->sa_family) && to->sa_family != AF_UNIX)
		call.timeout_result = -EINPROGRESS;
	call_begin(&call);
	return (int)call_end(&call, REAL(connect)(fd, address, size));
}

INTERPOSE int shutdown(int fd, int how)
{
	struct call call;

	if (!socket_enter(&call, OP_SHUTDOWN, fd, CALL_SITE))
		return REAL(shutdown)(fd, how);
	call.amount = how;
	call_begin(&call);
	return (int)call_end(&call, REAL(shutdown)(fd, how));
}
