/* SPDX-License-Identifier: Apache-2.0 */
/* A long request over one pipe and its reply over another, and what must hold of the reply. */
#ifndef SCENARIOS_PIPES_FIFOS_EXCHANGE_H
#define SCENARIOS_PIPES_FIFOS_EXCHANGE_H

#include "ends.h"

#include <signal.h>

enum { CHUNK = PIPE_ROOM, REQUEST = 4 * PIPE_ROOM };

struct exchange {
	int request[2], reply[2];
	size_t asked, answered; /* bytes that the client wrote, and read */
	bool wrong;		/* a byte of the reply is not the request's at that place */
};

struct exchange_way {
	bool at_once;		 /* the client writes all of it before it reads */
	bool filter_reads_first; /* all of the request, before it writes */
	bool halves;		 /* the filter takes half a chunk at a time */
	bool two_filters;
	bool one_read; /* the client takes what one read brings for the whole reply */
};

static inline char exchange_byte_at(size_t at)
{
	return (char)(at + at / (CHUNK / 2) * 31);
}

/* False: the other side is dead. */
static inline bool exchange_write_all(int fd, const char *bytes, size_t size)
{
	size_t done = 0;
	ssize_t part;

	for (; done < size; done += (size_t)part) {
		part = write(fd, bytes + done, size - done);
		if (part < 0 && errno == EPIPE)
			return false;
		SABOT_OK(part);
	}
	return true;
}

static inline void exchange_read_reply(struct sabot_task *task, int fd, size_t size)
{
	const struct exchange_way *variant = sabot_variant(task);
	struct exchange *shared = sabot_shared(task);
	static char bytes[REQUEST];
	size_t got, i;

	got = variant->one_read ? (size_t)SABOT_OK(read(fd, bytes, size))
				: ends_read_all(fd, bytes, size);
	for (i = 0; i < got; i++)
		if (bytes[i] != exchange_byte_at(shared->answered + i))
			shared->wrong = true;
	shared->answered += got;
}

static inline void exchange_reply_is_request(struct sabot_check *check)
{
	const struct exchange *shared = sabot_check_shared(check);

	sabot_require(check, !shared->wrong, "of %zu bytes of the reply, one is not the request's",
		      shared->answered);
}

static inline void exchange_reply_is_whole(struct sabot_check *check)
{
	const struct exchange *shared = sabot_check_shared(check);

	sabot_require(check, shared->answered == REQUEST || sabot_killed(check, NULL),
		      "%zu bytes of the reply came, %d were asked for, and nobody died",
		      shared->answered, REQUEST);
}

#endif
