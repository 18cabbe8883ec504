/* SPDX-License-Identifier: Apache-2.0 */
/* Messages through a FIFO, "door": what became of each, as its client knows it, and of all. */
#ifndef SCENARIOS_PIPES_FIFOS_DOOR_H
#define SCENARIOS_PIPES_FIFOS_DOOR_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLIENTS = 2, MESSAGES = 2, LIFE = 1 /* messages that the server reads in one life */ };
enum fate { UNSENT, SENT, REFUSED };

struct message {
	int client, number;
};

struct door {
	int present; /* setup's write end: while a client has its copy, the stream does not end */
	enum fate fate[CLIENTS][MESSAGES]; /* as the client knows it */
	int received[CLIENTS][MESSAGES];
};

struct door_way {
	bool keeps;  /* the server holds a read end through all its lives */
	bool waits;  /* the clients open without O_NONBLOCK */
	bool renews; /* the server begins with a FIFO of its own under that name */
};

/* Returns -1 if there is no reader. */
static inline int door_enter(struct sabot_task *task)
{
	const struct door_way *variant = sabot_variant(task);
	int fd = open("door", O_WRONLY | (variant->waits ? 0 : O_NONBLOCK));

	if (fd < 0) {
		sabot_assert(task, errno == ENXIO, "open fails with errno %d", errno);
		sabot_observe(task, "open for writing is refused: no reader");
	}
	return fd;
}

static inline void door_send_messages(struct sabot_task *task)
{
	struct door *shared = sabot_shared(task);
	struct message message = { .client = (int)sabot_index(task) };
	int fd = door_enter(task);

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	for (; message.number < MESSAGES; message.number++) {
		enum fate *fate = &shared->fate[message.client][message.number];

		*fate = fd >= 0 && write(fd, &message, sizeof(message)) > 0 ? SENT : REFUSED;
		if (fd >= 0 && *fate == REFUSED)
			sabot_observe(task, "write is refused: no reader");
	}
	if (fd >= 0)
		SABOT_OK(close(fd));
	SABOT_OK(close(shared->present));
}

static inline void door_check(struct sabot_check *check)
{
	const struct door *shared = sabot_check_shared(check);
	int i, j;

	for (i = 0; i < CLIENTS; i++)
		for (j = 0; j < MESSAGES; j++) {
			int least = shared->fate[i][j] == SENT && !sabot_killed(check, "server");
			int most = shared->fate[i][j] != REFUSED;

			sabot_require(check,
				      shared->received[i][j] >= least &&
					      shared->received[i][j] <= most,
				      "message %d of client %d came %d times, and was %s", j, i,
				      shared->received[i][j],
				      shared->fate[i][j] == SENT      ? "sent"
				      : shared->fate[i][j] == REFUSED ? "refused"
								      : "not sent");
		}
}

#endif
