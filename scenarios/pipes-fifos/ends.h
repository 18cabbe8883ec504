/* SPDX-License-Identifier: Apache-2.0 */
/* The two ends of a pipe that setup made, and of which every task has a copy. */
#ifndef SCENARIOS_PIPES_FIFOS_ENDS_H
#define SCENARIOS_PIPES_FIFOS_ENDS_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <unistd.h>

enum { READ_END, WRITE_END };
enum { PIPE_ROOM = 4096 }; /* bytes that a pipe of ends_make() holds: one page is the least */

static inline void ends_make(int ends[2])
{
	SABOT_OK(pipe(ends));
	SABOT_OK(fcntl(ends[WRITE_END], F_SETPIPE_SZ, PIPE_ROOM));
}

/* Closes the other end, without which no stream ever ends. Returns the one that is kept. */
static inline int ends_keep(const int ends[2], int kept)
{
	SABOT_OK(close(ends[!kept]));
	return ends[kept];
}

static inline void ends_close(const int ends[2])
{
	SABOT_OK(close(ends[READ_END]));
	SABOT_OK(close(ends[WRITE_END]));
}

/* Reads until so many bytes are there or the stream ends. Returns how many it got. */
static inline size_t ends_read_all(int fd, void *buffer, size_t size)
{
	size_t got = 0;
	ssize_t part;

	while (got < size && (part = SABOT_OK(read(fd, (char *)buffer + got, size - got))) > 0)
		got += (size_t)part;
	return got;
}

#endif
