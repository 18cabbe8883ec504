/* SPDX-License-Identifier: Apache-2.0 */
/* The ends of a pipe that go by messages, and who keeps, sends and receives them. */
#ifndef SCENARIOS_SOCKETS_EPOLL_PASSED_ENDS_H
#define SCENARIOS_SOCKETS_EPOLL_PASSED_ENDS_H

#include "passing.h"

#include <unistd.h>

enum { READ_END, WRITE_END };

struct passed_ends {
	int channel[2]; /* WRITE_END is passed */
	int route[2];	/* the sender's end, the receiver's */
	int ended[2];	/* ends when the reader does */
	int read;	/* bytes that came through the channel */
};

struct passed_ends_way {
	int sent;	   /* copies of the descriptor in one message */
	bool forgets_one;  /* the receiver leaves the first one open */
	bool keeps_route;  /* the bystander has the receiver's end as well */
	bool small_buffer; /* the receiver has room for one */
};

/* Closes all copies that the task has from setup but these two. */
static inline void ends_keep(const struct passed_ends *shared, int one, int other)
{
	const int all[] = { shared->channel[0], shared->channel[1], shared->route[0],
			    shared->route[1],	shared->ended[0],   shared->ended[1] };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] != one && all[i] != other)
			SABOT_OK(close(all[i]));
}

static inline void ends_send_end(struct sabot_task *task)
{
	const struct passed_ends_way *variant = sabot_variant(task);
	const struct passed_ends *shared = sabot_shared(task);

	ends_keep(shared, shared->channel[WRITE_END], shared->route[0]);
	(void)passing_send(shared->route[0], shared->channel[WRITE_END], variant->sent);
	SABOT_OK(close(shared->channel[WRITE_END]));
	SABOT_OK(close(shared->route[0]));
}

static inline void ends_receive_end(struct sabot_task *task)
{
	const struct passed_ends_way *variant = sabot_variant(task);
	const struct passed_ends *shared = sabot_shared(task);
	int fds[PASSED_MAX], count, room = variant->small_buffer ? 1 : PASSED_MAX;
	bool more;

	ends_keep(shared, shared->route[1], -1);
	count = passing_receive(shared->route[1], fds, room, &more);
	if (count > 0) {
		sabot_assert(task, more == variant->small_buffer, "%d came, more: %d", count, more);
		(void)send(fds[0], "x", 1, MSG_NOSIGNAL); /* EPIPE: the reader is gone */
		while (--count >= variant->forgets_one)
			SABOT_OK(close(fds[count]));
	}
	SABOT_OK(close(shared->route[1]));
}

static inline void ends_one_byte_came(struct sabot_check *check)
{
	const struct passed_ends *shared = sabot_check_shared(check);

	sabot_require(check, shared->read == 1 || (shared->read == 0 && sabot_killed(check, NULL)),
		      "%d bytes came", shared->read);
}

#endif
