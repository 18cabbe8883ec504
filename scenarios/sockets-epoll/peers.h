/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client sends requests of two parts to a server over a connection that setup made, and the
 * server acknowledges what it has done. What either sees of the other's death is up to the kind of
 * socket; what must hold is not.
 */
#ifndef SCENARIOS_SOCKETS_EPOLL_PEERS_H
#define SCENARIOS_SOCKETS_EPOLL_PEERS_H

#include "loopback.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { CLIENT, SERVER }; /* ends */
enum { REQUESTS = 3 };

enum fate { UNKNOWN, ACKNOWLEDGED, FAILED };

struct peers {
	int end[2];
	enum fate fate[REQUESTS]; /* as the client was told */
	bool done[REQUESTS];	  /* by the server, durably */
};

struct peers_variant {
	int domain, type;
	bool one_way; /* requests without answers: the end of the stream is the answer */
	bool ignores_sigpipe;
	bool trusts_receive; /* takes what came from recv() for an acknowledgement */
	bool platform;	     /* shows only what the kernel does */
	bool unread;	     /* data lies in both queues when the peer dies */
};

static inline void peers_setup(struct sabot_env *env)
{
	const struct peers_variant *variant = sabot_env_variant(env);
	struct peers *peers = sabot_env_shared(env);

	if (variant->domain == AF_INET)
		loopback_pair(peers->end);
	else
		SABOT_OK(socketpair(variant->domain, variant->type, 0, peers->end));
}

/* Closes the other end's copy, without which no stream ever ends. Returns its own. */
static inline int peers_take(struct sabot_task *task, int end)
{
	const struct peers *peers = sabot_shared(task);

	SABOT_OK(close(peers->end[!end]));
	return peers->end[end];
}

/* False: the peer is gone, in whichever way the socket says so. */
static inline bool peers_receive(int fd, void *buffer, size_t size)
{
	size_t got = 0;
	ssize_t part;

	while (got < size && (part = recv(fd, (char *)buffer + got, size - got, 0)) > 0)
		got += (size_t)part;
	return got == size;
}

/* The parts are two writes: after the death of the peer the second may be the first to fail. */
static inline bool peers_ask(struct sabot_task *task, int fd, int number)
{
	const struct peers_variant *variant = sabot_variant(task);
	const struct peers *peers = sabot_shared(task);
	int flags = variant->ignores_sigpipe ? MSG_NOSIGNAL : 0, answer = -1;
	bool is_gone = number > 0 && peers->fate[number - 1] == FAILED;

	if (send(fd, &number, sizeof(number), flags) != sizeof(number) ||
	    send(fd, &number, sizeof(number), flags) != sizeof(number))
		return false;
	sabot_assert(task, !is_gone, "both parts go to a peer that is gone");
	return peers_receive(fd, &answer, sizeof(answer)) || variant->trusts_receive;
}

/*
 * All requests, then the end of them, then the peer's: as it is when the peer has read everything;
 * a reset when it has not. So it is with Unix sockets: TCP tells of what comes after the peer's end
 * in the next write, and here there is none.
 */
static inline void peers_tell(struct sabot_task *task, int fd)
{
	struct peers *peers = sabot_shared(task);
	bool is_sent = true;
	int number;
	char byte;

	for (number = 0; number < REQUESTS; number++)
		is_sent &= send(fd, &number, sizeof(number), MSG_NOSIGNAL) == sizeof(number) &&
			   send(fd, &number, sizeof(number), MSG_NOSIGNAL) == sizeof(number);
	(void)shutdown(fd, SHUT_WR);
	is_sent &= recv(fd, &byte, 1, 0) == 0;
	for (number = 0; number < REQUESTS; number++)
		peers->fate[number] = is_sent ? ACKNOWLEDGED : FAILED;
}

/* ---- What the platform does ---------------------------------------------------------------- */

/* Adds "read 4, " or "ECONNRESET, ". */
static inline size_t peers_note(char *text, size_t size, size_t used, ssize_t result)
{
	int got = result < 0
			  ? snprintf(text + used, size - used, "%s%s", used ? ", " : "",
				     strerrorname_np(errno))
			  : snprintf(text + used, size - used, "%s%zd", used ? ", " : "", result);

	return used + (size_t)got;
}

/* Reads to the second end of file, then writes twice, then reads once more. */
static inline void peers_observe(struct sabot_task *task, int fd)
{
	const struct peers_variant *variant = sabot_variant(task);
	int zeros = 0, i;
	char reads[64] = "", writes[64] = "", last[64] = "", bytes[8];
	size_t used = 0;
	ssize_t result;

	if (variant->unread)
		SABOT_OK(send(fd, "mine", 4, 0));
	while (zeros < 2) {
		result = recv(fd, bytes, sizeof(bytes), 0);
		zeros += result == 0;
		used = peers_note(reads, sizeof(reads), used, result);
	}
	for (used = 0, i = 0; i < 2; i++)
		used = peers_note(writes, sizeof(writes), used, send(fd, "more", 4, MSG_NOSIGNAL));
	peers_note(last, sizeof(last), 0, recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT));
	sabot_observe(task, "reads: %s; writes: %s; read: %s", reads, writes, last);
}

/* Killed at the point, with what it received unread. */
static inline void peers_hold(struct sabot_task *task, int fd)
{
	const struct peers_variant *variant = sabot_variant(task);
	char byte;
	int i;

	if (variant->unread) {
		SABOT_OK(recv(fd, &byte, 1, MSG_PEEK));
		SABOT_OK(send(fd, "your", 4, 0));
	}
	sabot_point(task, "connected");
	for (i = 0; i < 2 && variant->type == SOCK_DGRAM; i++) /* its close would tell nobody */
		SABOT_OK(send(fd, "", 0, 0));
}

/* ---- Roles and invariants ------------------------------------------------------------------ */

static inline void peers_client(struct sabot_task *task)
{
	const struct peers_variant *variant = sabot_variant(task);
	struct peers *peers = sabot_shared(task);
	int fd = peers_take(task, CLIENT), number;

	if (variant->platform)
		peers_observe(task, fd);
	else if (variant->one_way)
		peers_tell(task, fd);
	for (number = 0; number < REQUESTS && !variant->platform && !variant->one_way; number++)
		peers->fate[number] = peers_ask(task, fd, number) ? ACKNOWLEDGED : FAILED;
	SABOT_OK(close(fd));
}

static inline void peers_server(struct sabot_task *task)
{
	const struct peers_variant *variant = sabot_variant(task);
	struct peers *peers = sabot_shared(task);
	int fd = peers_take(task, SERVER), part[2];

	if (variant->platform)
		peers_hold(task, fd);
	while (!variant->platform && peers_receive(fd, &part[0], sizeof(part[0])) &&
	       peers_receive(fd, &part[1], sizeof(part[1]))) {
		sabot_assert(task, part[0] == part[1], "parts %d and %d", part[0], part[1]);
		peers->done[part[0]] = true;
		if (!variant->one_way)
			(void)send(fd, &part[0], sizeof(part[0]), MSG_NOSIGNAL);
	}
	SABOT_OK(close(fd));
}

static inline void peers_acknowledged_is_done(struct sabot_check *check)
{
	const struct peers *peers = sabot_check_shared(check);
	int number;

	for (number = 0; number < REQUESTS; number++)
		sabot_require(check, peers->fate[number] != ACKNOWLEDGED || peers->done[number],
			      "request %d is acknowledged, and was not done", number);
}

static inline void peers_every_fate_is_known(struct sabot_check *check)
{
	const struct peers_variant *variant = sabot_check_variant(check);
	const struct peers *peers = sabot_check_shared(check);
	int number;

	if (variant->platform || sabot_killed(check, "client"))
		return;
	for (number = 0; number < REQUESTS; number++)
		sabot_require(check, peers->fate[number] != UNKNOWN,
			      "the client does not know what became of request %d", number);
}

#endif
