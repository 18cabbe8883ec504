/* SPDX-License-Identifier: Apache-2.0 */
/* Records of several producers in pipes, that are read in order by who is told of an edge. */
#ifndef SCENARIOS_SOCKETS_EPOLL_EDGE_H
#define SCENARIOS_SOCKETS_EPOLL_EDGE_H

#include "watch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { PRODUCERS = 2, RECORDS = 2, DATA = 1, STOP = 2 };

struct record {
	int producer, number;
};

struct edge {
	int pipe[2], list, stop;
	int written[PRODUCERS], read[PRODUCERS];
	bool mixed; /* a record came out of its producer's order */
};

struct edge_way {
	int timeout; /* ms after which a consumer looks by itself; -1: never */
	bool reads_once;
};

/* Returns whether the end of file was seen. */
static inline bool edge_consume(struct sabot_task *task)
{
	const struct edge_way *variant = sabot_variant(task);
	struct edge *shared = sabot_shared(task);
	struct record record;
	ssize_t size;

	while ((size = read(shared->pipe[0], &record, sizeof(record))) > 0) {
		if (record.number != shared->read[record.producer]++)
			shared->mixed = true;
		if (variant->reads_once)
			return false;
	}
	sabot_assert(task, size == 0 || errno == EAGAIN, "read gets errno %d", errno);
	return size == 0;
}

static inline void edge_order_is_kept(struct sabot_check *check)
{
	const struct edge *shared = sabot_check_shared(check);

	sabot_require(check, !shared->mixed, "producers had %d and %d records read",
		      shared->read[0], shared->read[1]);
}

static inline void edge_nothing_is_left(struct sabot_check *check)
{
	const struct edge *shared = sabot_check_shared(check);
	unsigned i;

	for (i = 0; i < PRODUCERS; i++)
		sabot_require(check, shared->read[i] == shared->written[i],
			      "producer %u wrote %d records, %d were read", i, shared->written[i],
			      shared->read[i]);
}

#endif
