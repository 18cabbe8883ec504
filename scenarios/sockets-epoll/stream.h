/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records over a stream that takes and gives less than was asked for: to send and to receive one,
 * and what must hold of those that came.
 */
#ifndef SCENARIOS_SOCKETS_EPOLL_STREAM_H
#define SCENARIOS_SOCKETS_EPOLL_STREAM_H

#include "loopback.h"

#include <signal.h>
#include <string.h>

enum { RECORDS = 4, WORDS = 2500, SMALL = 4608 /* bytes: the least that a Unix socket takes */ };
enum { READER, WRITER };

struct record {
	int word[WORDS]; /* each is the record's number */
};

struct stream {
	int end[2];
	int whole; /* records that the reader took for whole */
	struct record record[RECORDS];
};

struct stream_way {
	int domain;
	bool one_read;	/* takes what one recv() gives for a record */
	bool one_write; /* takes it for granted that send() sends all */
	bool no_eintr;	/* gives up at EINTR */
};

static inline void interrupted(int signo)
{
	(void)signo;
}

static inline int stream_begin(struct sabot_task *task, int end)
{
	const struct stream *shared = sabot_shared(task);
	struct sigaction action = { .sa_handler = interrupted }; /* without SA_RESTART */

	SABOT_OK(sigaction(SIGUSR1, &action, NULL));
	SABOT_OK(close(shared->end[!end]));
	return shared->end[end];
}

/* Whether to go on after a call that moved nothing. */
static inline bool stream_goes_on(const struct stream_way *variant, ssize_t result)
{
	return result < 0 && errno == EINTR && !variant->no_eintr;
}

/* Returns whether the record came, as far as the reader knows. */
static inline bool stream_read(const struct stream_way *variant, int fd, struct record *record)
{
	size_t got = 0;
	ssize_t part;

	do {
		part = recv(fd, (char *)record + got, sizeof(*record) - got, 0);
		got += part > 0 ? (size_t)part : 0;
	} while (got < sizeof(*record) && !variant->one_read &&
		 (part > 0 || stream_goes_on(variant, part)));
	return variant->one_read ? got > 0 : got == sizeof(*record);
}

static inline void stream_whole(struct sabot_check *check)
{
	const struct stream *shared = sabot_check_shared(check);
	int number, i;

	for (number = 0; number < shared->whole; number++)
		for (i = 0; i < WORDS; i++)
			if (shared->record[number].word[i] != number) {
				sabot_require(check, false, "word %d of record %d is of record %d",
					      i, number, shared->record[number].word[i]);
				return;
			}
}

static inline void stream_all_came(struct sabot_check *check)
{
	const struct stream *shared = sabot_check_shared(check);

	sabot_require(check, shared->whole == RECORDS || sabot_killed(check, NULL),
		      "%d of %d records came", shared->whole, RECORDS);
}

#endif
