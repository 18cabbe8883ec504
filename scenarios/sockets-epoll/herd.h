/* SPDX-License-Identifier: Apache-2.0 */
/* Workers on one listener, clients that ask for one answer each, and what must hold of them. */
#ifndef SCENARIOS_SOCKETS_EPOLL_HERD_H
#define SCENARIOS_SOCKETS_EPOLL_HERD_H

#include "loopback.h"
#include "watch.h"

#include <fcntl.h>

enum { WORKERS = 2, CLIENTS = 2, ATTEMPTS = 2 };
enum { CONNECTION, STOP };

struct herd_of {
	int listener, clients[2], list[WORKERS];
	int served[CLIENTS * ATTEMPTS]; /* connections, by the number that comes on each */
	bool answered[CLIENTS];
};

struct herd_way {
	uint32_t flags;
	bool blocks;   /* accept() does */
	bool gives_up; /* a client whose worker died */
};

static inline bool herd_ask(int number)
{
	int fd = SABOT_OK(loopback_connect()), answer = -1;
	bool answered = send(fd, &number, sizeof(number), MSG_NOSIGNAL) == sizeof(number) &&
			recv(fd, &answer, sizeof(answer), 0) == sizeof(answer) && answer == number;

	SABOT_OK(close(fd));
	return answered;
}

static inline void herd_serve(struct herd_of *shared, int fd)
{
	int number;

	if (recv(fd, &number, sizeof(number), 0) == sizeof(number)) {
		shared->served[number]++;
		(void)send(fd, &number, sizeof(number), MSG_NOSIGNAL);
	}
	SABOT_OK(close(fd));
}

static inline void herd_served_once(struct sabot_check *check)
{
	const struct herd_of *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < CLIENTS * ATTEMPTS; i++)
		sabot_require(check, shared->served[i] <= 1, "connection %d is served %d times", i,
			      shared->served[i]);
}

static inline void herd_clients_are_answered(struct sabot_check *check)
{
	const struct herd_of *shared = sabot_check_shared(check);
	unsigned killed = sabot_killed(check, "client"), answered = 0;
	int i;

	for (i = 0; i < CLIENTS; i++)
		answered += shared->answered[i];
	sabot_require(check, answered + killed >= CLIENTS, "%u of %d clients are answered",
		      answered, CLIENTS);
}

#endif
