/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets: who has the other end. The kernel tells which sockets are connected (sock_diag), and
 * /proc which process has them; one that no process has may lie in a message (SCM_RIGHTS), or in
 * the queue of a listener. Does not know: who will connect, or send to a name.
 */
#include "check/graph_look.h"
#include "os/inspect.h"
#include "os/sockets.h"
#include "os/sys.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* A socket that a task waits for, as a copy of its descriptor tells. */
struct waited {
	int domain, type;
	bool listens, named;
	int least; /* bytes that a receiver waits for */
	uint64_t inode;
	dev_t device;
};

static int option_of(int fd, int option)
{
	socklen_t size = sizeof(int);
	int value = 0;

	(void)sys_call(SYS_getsockopt, fd, SOL_SOCKET, option, (long)&value, (long)&size, 0);
	return value;
}

static bool look_at(struct waited *waited, pid_t pid, int fd)
{
	struct sockaddr_un name;
	socklen_t size = sizeof(name);
	struct stat status;
	int copy;

	if (inspect_stat(pid, fd, &status) != 0 || !S_ISSOCK(status.st_mode))
		return false;
	copy = inspect_duplicate(pid, fd);
	if (copy < 0)
		return false;
	*waited = (struct waited){ .domain = option_of(copy, SO_DOMAIN),
				   .type = option_of(copy, SO_TYPE),
				   .listens = option_of(copy, SO_ACCEPTCONN),
				   .least = option_of(copy, SO_RCVLOWAT),
				   .inode = status.st_ino,
				   .device = status.st_dev };
	waited->named = sys_call(SYS_getsockname, copy, (long)&name, (long)&size, 0, 0, 0) == 0 &&
			size > sizeof(name.sun_family);
	(void)sys_close(copy);
	return true;
}

/* ---- Who has it ---------------------------------------------------------------------------- */

struct search {
	struct graph_edge *edge;
	dev_t device;
	uint64_t inode; /* 0: any that has descriptors in its queue */
	bool found;
};

static bool carries_descriptors(pid_t pid, int fd)
{
	char text[512];
	const char *at;

	if (inspect_fdinfo(pid, fd, text, sizeof(text)) != 0)
		return false;
	at = strstr(text, "scm_fds:");
	return at && strtol(at + strlen("scm_fds:"), NULL, 10) > 0;
}

static bool visit(pid_t pid, int fd, void *argument)
{
	struct search *search = argument;
	struct stat status;

	if (inspect_stat(pid, fd, &status) != 0 || status.st_dev != search->device)
		return true;
	if (search->inode ? status.st_ino != search->inode : !carries_descriptors(pid, fd))
		return true;
	search->found = true;
	graph_hold(search->edge, pid);
	return true;
}

/* Who has the socket; what nobody has lies in a message. */
static void hold_end(struct graph_edge *edge, const struct waited *waited, uint64_t inode)
{
	struct search search = { edge, waited->device, inode, false };

	edge->inode = inode;
	graph_each_descriptor(visit, &search);
	if (search.found)
		return;
	search.inode = 0;
	graph_each_descriptor(visit, &search);
	if (search.found)
		edge->how = GRAPH_SENT;
}

/* ---- Which it is --------------------------------------------------------------------------- */

static bool unix_end(struct graph_edge *edge, const struct waited *waited)
{
	uint64_t peer, listener;

	if (sockets_unix_peer(waited->inode, &peer, &listener) != 0)
		return false;
	if (peer || listener)
		hold_end(edge, waited, peer ? peer : listener);
	/* Without a peer, a datagram may come from anybody who knows the name. */
	return peer || listener || waited->type != SOCK_DGRAM || !waited->named;
}

struct tcp_search {
	uint64_t inode;
	struct inet_diag_msg own, peer, listener;
};

static bool visit_own(const struct inet_diag_msg *socket, void *argument)
{
	struct tcp_search *search = argument;

	if (socket->idiag_inode == search->inode)
		search->own = *socket;
	return true;
}

static bool is_peer(const struct inet_diag_sockid *one, const struct inet_diag_sockid *other)
{
	return one->idiag_sport == other->idiag_dport && one->idiag_dport == other->idiag_sport &&
	       !memcmp(one->idiag_src, other->idiag_dst, sizeof(one->idiag_src)) &&
	       !memcmp(one->idiag_dst, other->idiag_src, sizeof(one->idiag_dst));
}

static bool visit_other(const struct inet_diag_msg *socket, void *argument)
{
	struct tcp_search *search = argument;

	if (socket->idiag_state == TCP_LISTEN) {
		if (socket->id.idiag_sport == search->own.id.idiag_dport)
			search->listener = *socket;
	} else if (is_peer(&socket->id, &search->own.id)) {
		search->peer = *socket;
	}
	return true;
}

/* A connection that nobody has accepted yet, or that the listener's full queue keeps waiting. */
static bool is_in_queue(const struct tcp_search *search)
{
	switch (search->peer.idiag_state) {
	case TCP_ESTABLISHED:
	case TCP_SYN_RECV:
	case TCP_CLOSE_WAIT:
		return true;
	default:
		return !search->peer.idiag_state && search->own.idiag_state == TCP_SYN_SENT;
	}
}

static bool tcp_end(struct graph_edge *edge, const struct waited *waited)
{
	struct tcp_search search = { .inode = waited->inode };

	if (sockets_each_tcp(visit_own, &search) != 0 || !search.own.idiag_state ||
	    sockets_each_tcp(visit_other, &search) != 0)
		return false;
	if (search.peer.idiag_inode)
		hold_end(edge, waited, search.peer.idiag_inode);
	else if (is_in_queue(&search) && search.listener.idiag_inode)
		hold_end(edge, waited, search.listener.idiag_inode);
	return true;
}

static bool find_end(struct graph_edge *edge, const struct waited *waited)
{
	if (waited->listens)
		return false;
	if (waited->domain == AF_UNIX)
		return unix_end(edge, waited);
	return waited->type == SOCK_STREAM && tcp_end(edge, waited);
}

bool graph_socket_ends(struct graph_edge *edge, const struct look *look, int fd)
{
	struct graph_edge one = { .task = edge->task };
	struct waited waited;

	if (!look_at(&waited, look->task->pid, fd) || !find_end(&one, &waited))
		return false;
	edge->holders |= one.holders;
	edge->harness |= one.harness;
	return true;
}

/* ---- The edge ------------------------------------------------------------------------------ */

/* connect(2) to a Unix listener whose queue is full: the caller is not in the queue yet. */
static bool unix_target(struct graph_edge *edge, const struct look *look,
			const struct waited *waited)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t size = look->arguments[2], skip = offsetof(struct sockaddr_un, sun_path);
	uint64_t inode = 0;

	if (size <= skip || size > sizeof(address) ||
	    !graph_peek(look->task, look->arguments[1], &address, size))
		return false;
	/* The kernel counts a path's final zero, whether or not the caller did. */
	if (address.sun_path[0])
		size = skip + strnlen(address.sun_path, size - skip) + 1;
	if (sockets_unix_bound(address.sun_path, size - skip, &inode) != 0)
		return false;
	hold_end(edge, waited, inode);
	return true;
}

static bool is_ready(const struct look *look, const struct waited *waited, bool writes)
{
	uint64_t flags = 0;

	if (look->number == SYS_recvfrom || look->number == SYS_recvmmsg)
		flags = look->arguments[3];
	else if (look->number == SYS_recvmsg)
		flags = look->arguments[2];
	/* Some is there, but it waits for more. */
	if (look->number == SYS_connect || (!writes && (flags & MSG_WAITALL || waited->least > 1)))
		return false;
	return inspect_ready(look->task->pid, (int)look->arguments[0], writes);
}

void graph_look_socket(struct graph_edge *edge, const struct look *look)
{
	bool writes = look->number == SYS_sendto || look->number == SYS_sendmsg ||
		      look->number == SYS_sendmmsg || look->number == SYS_write ||
		      look->number == SYS_writev;
	int fd = (int)look->arguments[0];
	struct waited waited;
	bool known;

	if (edge->object < 0)
		snprintf(edge->name, sizeof(edge->name), "socket %d", fd);
	if (look->number < 0 || !look_at(&waited, look->task->pid, fd)) {
		graph_anybody(edge);
		return;
	}
	edge->how = GRAPH_OPEN;
	edge->holders = 0;
	snprintf(edge->part, sizeof(edge->part), "other end");
	edge->free = is_ready(look, &waited, writes);
	if (look->number == SYS_connect && waited.domain == AF_UNIX)
		known = unix_target(edge, look, &waited);
	else
		known = find_end(edge, &waited);
	if (!known) {
		edge->part[0] = '\0';
		graph_anybody(edge);
	}
}
