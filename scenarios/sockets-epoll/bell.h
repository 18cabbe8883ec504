/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bell, an eventfd(2), and workers that wait for it to ring, each on an epoll list of its own or
 * all on one. It rings on: nobody takes the event away.
 */
#ifndef SCENARIOS_SOCKETS_EPOLL_BELL_H
#define SCENARIOS_SOCKETS_EPOLL_BELL_H

#include "watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WORKERS = 3 };

struct bell {
	int bell, list[WORKERS];
	bool told[WORKERS];
};

/* In setup: the bell on each list, as of epoll_ctl(2) with these flags besides EPOLLIN. */
static inline void bell_hang(struct bell *bell, uint32_t flags, bool one_list)
{
	unsigned i;

	bell->bell = SABOT_OK(eventfd(0, 0));
	for (i = 0; i < WORKERS; i++) {
		if (i > 0 && one_list) {
			bell->list[i] = bell->list[0];
			continue;
		}
		bell->list[i] = SABOT_OK(epoll_create1(0));
		watch_add(bell->list[i], bell->bell, EPOLLIN | flags, 0);
	}
}

static inline void bell_ring(const struct bell *bell)
{
	SABOT_OK(eventfd_write(bell->bell, 1));
}

/* The body of who rings it, once. */
static inline void bell_be_ringer(struct sabot_task *task)
{
	bell_ring(sabot_shared(task));
}

static inline bool bell_rings(const struct bell *bell)
{
	struct pollfd look = { .fd = bell->bell, .events = POLLIN };

	return poll(&look, 1, 0) == 1;
}

/* At the end: says whom it told, and that all the living were, if anybody rang. */
static inline void bell_told_all(struct sabot_check *check)
{
	const struct bell *bell = sabot_check_shared(check);
	unsigned i, told = 0, living = WORKERS - sabot_killed(check, "worker");

	for (i = 0; i < WORKERS; i++)
		told += bell->told[i];
	if (told == living)
		sabot_check_observe(check, "all living workers are told");
	else if (told)
		sabot_check_observe(check, "some worker is not told");
	else
		sabot_check_observe(check, "no living worker is told");
	sabot_require(check, sabot_killed(check, "ringer") || told >= living,
		      "%u of %u living workers are told", told, living);
}

static const struct sabot_invariant bell_invariants[] = {
	{ "all who live are told", SABOT_AT_END, bell_told_all },
	{ 0 },
};

#endif
