/* SPDX-License-Identifier: Apache-2.0 */
#include "os/sockets.h"

#include "os/sys.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

enum { ALL_STATES = -1, LEFT_MAX = 4096, ROOM = 16384 };

/* Those that outlive their processes. All but they are in tables that the whole machine shares. */
#define CONNECTIONS (((1u << (TCP_CLOSING + 1)) - 1) & ~(1u << TCP_LISTEN))

/* One answer of the kernel; false: enough. */
typedef bool answered(const struct nlmsghdr *message, void *argument);

static int open_diag(void)
{
	return (int)sys_call(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG, 0,
			     0, 0);
}

static int ask(int fd, int type, int flags, const void *request, size_t size)
{
	struct {
		struct nlmsghdr header;
		char body[sizeof(struct inet_diag_req_v2)];
	} message = { .header = { .nlmsg_len = (uint32_t)NLMSG_LENGTH(size),
				  .nlmsg_type = (uint16_t)type,
				  .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags) } };
	long sent;

	memcpy(message.body, request, size);
	sent = sys_call(SYS_sendto, fd, (long)&message, message.header.nlmsg_len, 0, 0, 0);
	return sent < 0 ? (int)sent : 0;
}

/* Reads answers to their end. */
static int answers(int fd, answered *visit, void *argument)
{
	static char room[ROOM] __attribute__((aligned(8)));
	bool more = true;

	for (;;) {
		long got = sys_call(SYS_recvfrom, fd, (long)room, sizeof(room), 0, 0, 0);
		const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)room;

		if (got <= 0)
			return got < 0 ? (int)got : -EIO;
		for (; NLMSG_OK(message, (size_t)got); message = NLMSG_NEXT(message, got)) {
			if (message->nlmsg_type == NLMSG_DONE)
				return 0;
			if (message->nlmsg_type == NLMSG_ERROR)
				return ((const struct nlmsgerr *)NLMSG_DATA(message))->error;
			more = more && visit(message, argument);
		}
	}
}

static int dump(const void *request, size_t size, answered *visit, void *argument)
{
	int fd = open_diag();
	int error;

	if (fd < 0)
		return fd;
	error = ask(fd, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, request, size);
	if (!error)
		error = answers(fd, visit, argument);
	(void)sys_close(fd);
	return error;
}

/* ---- TCP ----------------------------------------------------------------------------------- */

struct tcp_visit {
	bool (*visit)(const struct inet_diag_msg *socket, void *argument);
	void *argument;
};

static bool visit_tcp(const struct nlmsghdr *message, void *argument)
{
	const struct tcp_visit *visit = argument;

	return visit->visit(NLMSG_DATA(message), visit->argument);
}

static int each_tcp(uint32_t states,
		    bool (*visit)(const struct inet_diag_msg *socket, void *argument),
		    void *argument)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct tcp_visit each = { visit, argument };
	int error = 0;
	size_t i;

	for (i = 0; i < sizeof(families) && !error; i++) {
		struct inet_diag_req_v2 request = { .sdiag_family = families[i],
						    .sdiag_protocol = IPPROTO_TCP,
						    .idiag_states = states };

		error = dump(&request, sizeof(request), visit_tcp, &each);
	}
	return error;
}

int sockets_each_tcp(bool (*visit)(const struct inet_diag_msg *socket, void *argument),
		     void *argument)
{
	return each_tcp((uint32_t)ALL_STATES, visit, argument);
}

struct left {
	uint32_t count;
	struct inet_diag_req_v2 sockets[LEFT_MAX];
};

static bool collect(const struct inet_diag_msg *socket, void *argument)
{
	struct left *left = argument;

	left->sockets[left->count++] =
		(struct inet_diag_req_v2){ .sdiag_family = socket->idiag_family,
					   .sdiag_protocol = IPPROTO_TCP,
					   .id = socket->id };
	return left->count < LEFT_MAX;
}

static bool count(const struct inet_diag_msg *socket, void *argument)
{
	(void)socket;
	++*(int *)argument;
	return true;
}

static bool ignore(const struct nlmsghdr *message, void *argument)
{
	(void)message;
	(void)argument;
	return true;
}

int sockets_end_tcp(void)
{
	static struct left left;
	int fd, remain = 0, error;
	uint32_t i;

	left.count = 0;
	error = each_tcp(CONNECTIONS, collect, &left);
	if (error || !left.count)
		return error;
	fd = open_diag();
	for (i = 0; fd >= 0 && i < left.count; i++)
		if (ask(fd, SOCK_DESTROY, NLM_F_ACK, &left.sockets[i], sizeof(left.sockets[i])) ==
		    0)
			(void)answers(fd, ignore, NULL);
	if (fd >= 0)
		(void)sys_close(fd);
	error = each_tcp(CONNECTIONS, count, &remain);
	return error ? error : remain;
}

/* ---- Unix ---------------------------------------------------------------------------------- */

struct unix_search {
	uint64_t inode; /* whose end is looked for */
	const char *name;
	size_t length;
	uint64_t peer, listener, bound;
};

static bool lists(const struct rtattr *attribute, uint64_t inode)
{
	const uint32_t *waiting = RTA_DATA(attribute);
	size_t i;

	for (i = 0; i < RTA_PAYLOAD(attribute) / sizeof(*waiting); i++)
		if (waiting[i] == inode)
			return true;
	return false;
}

static bool visit_unix(const struct nlmsghdr *message, void *argument)
{
	const struct unix_diag_msg *socket = NLMSG_DATA(message);
	const struct rtattr *attribute = (const struct rtattr *)(const void *)(socket + 1);
	size_t size = message->nlmsg_len - NLMSG_LENGTH(sizeof(*socket));
	struct unix_search *search = argument;

	for (; RTA_OK(attribute, size); attribute = RTA_NEXT(attribute, size))
		switch (attribute->rta_type) {
		case UNIX_DIAG_PEER:
			if (socket->udiag_ino == search->inode)
				search->peer = *(const uint32_t *)RTA_DATA(attribute);
			break;
		case UNIX_DIAG_ICONS:
			if (search->inode && lists(attribute, search->inode))
				search->listener = socket->udiag_ino;
			break;
		case UNIX_DIAG_NAME:
			if (search->name && socket->udiag_state == TCP_LISTEN &&
			    RTA_PAYLOAD(attribute) == search->length &&
			    !memcmp(RTA_DATA(attribute), search->name, search->length))
				search->bound = socket->udiag_ino;
			break;
		default:
			break;
		}
	return true;
}

static int search_unix(struct unix_search *search)
{
	struct unix_diag_req request = { .sdiag_family = AF_UNIX,
					 .udiag_states = (uint32_t)ALL_STATES,
					 .udiag_show = UDIAG_SHOW_PEER | UDIAG_SHOW_ICONS |
						       UDIAG_SHOW_NAME,
					 .udiag_cookie = { (uint32_t)-1, (uint32_t)-1 } };

	return dump(&request, sizeof(request), visit_unix, search);
}

int sockets_unix_peer(uint64_t inode, uint64_t *peer, uint64_t *listener)
{
	struct unix_search search = { .inode = inode };
	int error = search_unix(&search);

	*peer = search.peer;
	*listener = search.listener;
	return error;
}

int sockets_unix_bound(const char *name, size_t length, uint64_t *inode)
{
	struct unix_search search = { .name = name, .length = length };
	int error = search_unix(&search);

	*inode = search.bound;
	return error ? error : search.bound ? 0 : -ENOENT;
}
