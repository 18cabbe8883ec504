/* SPDX-License-Identifier: Apache-2.0 */
/* Items that are written to a pipe or saved, and what must hold of both. */
#ifndef SCENARIOS_PIPES_FIFOS_SAVED_H
#define SCENARIOS_PIPES_FIFOS_SAVED_H

#include "ends.h"

#include <signal.h>

enum { ITEMS = 6, ITEM = 1500 /* bytes; a pipe of a page holds two */, IN_PIPE = 2 };

struct item {
	int number;
	char rest[ITEM - sizeof(int)];
};

struct saved {
	int pipe[2], gone[2]; /* the second ends when the reader does */
	int written;	      /* items that write(2) took */
	int acknowledged;     /* items before this were dealt with; the reader's alone */
	int saved;	      /* items from this on were saved; ITEMS: none */
};

struct saved_way {
	bool default_action; /* of SIGPIPE */
	bool keeps_read_end;
	bool saves_unwritten; /* only what write(2) refused, not what it took */
};

static inline void saved_none_is_lost(struct sabot_check *check)
{
	const struct saved *shared = sabot_check_shared(check);

	sabot_require(check, shared->saved <= shared->acknowledged || sabot_killed(check, "writer"),
		      "items %d to %d are neither acknowledged nor saved", shared->acknowledged,
		      shared->saved - 1);
}

static inline void saved_is_somewhere(struct sabot_check *check)
{
	const struct saved *shared = sabot_check_shared(check);

	sabot_require(check, shared->written <= shared->acknowledged + 1 + IN_PIPE,
		      "%d items were written, %d acknowledged: more than the reader and the pipe "
		      "can have",
		      shared->written, shared->acknowledged);
}

#endif
