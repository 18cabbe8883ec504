/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that writers put into a pipe, and what must hold of them when the reader sees its end. */
#ifndef SCENARIOS_PIPES_FIFOS_LINES_H
#define SCENARIOS_PIPES_FIFOS_LINES_H

#include "ends.h"

#include <signal.h>

enum { WRITERS = 2, LINES = 3 };

struct line {
	int writer, number;
};

struct lines {
	int pipe[2], done[2];
	bool closing[WRITERS]; /* the writer is about to close its end, or has */
	int written[WRITERS], read[WRITERS];
	bool ended; /* the reader saw the end of file */
};

struct lines_way {
	bool reader_keeps, bystander_keeps; /* a copy of the write end */
	bool impatient;			    /* takes "nothing there now" for the end */
};

/* Was forked by the same parent, and has to do with neither end. */
static inline void lines_stand_by(struct sabot_task *task)
{
	const struct lines_way *variant = sabot_variant(task);
	struct lines *shared = sabot_shared(task);
	char byte;

	SABOT_OK(close(shared->pipe[READ_END]));
	SABOT_OK(close(shared->done[WRITE_END]));
	if (variant->bystander_keeps) /* as long as the reader lives */
		SABOT_OK(read(shared->done[READ_END], &byte, 1));
	SABOT_OK(close(shared->done[READ_END]));
	SABOT_OK(close(shared->pipe[WRITE_END]));
}

static inline void lines_end_is_after_writers(struct sabot_check *check)
{
	const struct lines *shared = sabot_check_shared(check);
	unsigned i;

	for (i = 0; shared->ended && i < WRITERS; i++)
		sabot_require(check, shared->closing[i] || !sabot_is_alive(check, "writer", i),
			      "the reader saw the end, and writer %u has its end open", i);
}

static inline void lines_all_written_are_read(struct sabot_check *check)
{
	const struct lines *shared = sabot_check_shared(check);
	unsigned i;

	for (i = 0; shared->ended && i < WRITERS; i++)
		sabot_require(check,
			      shared->read[i] >= shared->written[i] &&
				      shared->read[i] <= shared->written[i] + 1,
			      "writer %u wrote %d lines, %d were read", i, shared->written[i],
			      shared->read[i]);
}

#endif
