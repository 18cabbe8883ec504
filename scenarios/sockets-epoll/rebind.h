/* SPDX-License-Identifier: Apache-2.0 */
/* Two servers that bind one port, one after the other, and which of them has served. */
#ifndef SCENARIOS_SOCKETS_EPOLL_REBIND_H
#define SCENARIOS_SOCKETS_EPOLL_REBIND_H

#include "loopback.h"

#include <string.h>

enum { FIRST, SUCCESSOR, SERVERS };

struct rebind {
	int ready[2];	    /* a server that listens writes a byte; ends when none is left */
	int first_lives[2]; /* ends when the first server does */
	int client_lives[2];
	bool served[SERVERS];
};

struct rebind_way {
	bool reuse[SERVERS];
	bool platform; /* shows only what bind(2) says */
};

/* Answers one request and closes first, so that what is left of the connection is on its side. */
static inline void rebind_serve(struct sabot_task *task, int number)
{
	const struct rebind_way *variant = sabot_variant(task);
	struct rebind *shared = sabot_shared(task);
	int listener = loopback_listen(variant->reuse[number]), connection = -1;
	char byte = (char)number, question;

	if (number == SUCCESSOR)
		sabot_observe(task, "the successor's bind: %s",
			      listener < 0 ? strerrorname_np(errno) : "succeeds");
	if (listener >= 0) {
		SABOT_OK(write(shared->ready[1], &byte, 1));
		if (loopback_wait(listener, shared->client_lives[0]))
			connection = SABOT_OK(accept(listener, NULL, NULL));
	}
	if (connection >= 0) {
		/* A question that was left unread would end the connection at once, by a reset. */
		if (recv(connection, &question, 1, 0) == 1) {
			sabot_point(task, "connected");
			(void)send(connection, &byte, 1, MSG_NOSIGNAL);
		}
		SABOT_OK(close(connection));
	}
	if (listener >= 0)
		SABOT_OK(close(listener));
	SABOT_OK(close(shared->ready[1]));
}

static inline void rebind_check(struct sabot_check *check)
{
	const struct rebind_way *variant = sabot_check_variant(check);
	const struct rebind *shared = sabot_check_shared(check);
	bool lived = !sabot_killed(check, "client") && !sabot_killed(check, "successor");

	sabot_require(check, shared->served[SUCCESSOR] || !lived || variant->platform,
		      "both live, and the successor did not serve");
}

#endif
