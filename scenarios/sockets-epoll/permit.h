/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permits that are an eventfd's value, and who has one. Whose end of a pipe hangs up is gone; what
 * it had, if it had one, is nobody's then.
 */
#ifndef SCENARIOS_SOCKETS_EPOLL_PERMIT_H
#define SCENARIOS_SOCKETS_EPOLL_PERMIT_H

#include "watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WORKERS = 3, ROUNDS = 2 };
enum { OUTSIDE, INSIDE }; /* marks */

struct permit {
	int permit, list, alive[WORKERS][2]; /* pipes */
	bool holds[WORKERS];
	int rounds[WORKERS];
};

struct permit_way {
	bool kept, asks; /* the keeper goes by what the dead said */
	unsigned more;	 /* permits than the one */
};

/* All write ends but one's own: each pipe hangs up with its worker. */
static inline void permit_keep_end(const struct permit *shared, unsigned own)
{
	unsigned i;

	for (i = 0; i < WORKERS; i++)
		if (i != own)
			SABOT_OK(close(shared->alive[i][1]));
}

/* First the look, then who holds: it may be taken in between, not the other way round. */
static inline bool permit_is_gone(const struct permit *shared)
{
	struct pollfd permit = { .fd = shared->permit, .events = POLLIN };
	unsigned i;

	if (SABOT_OK(poll(&permit, 1, 0)) > 0)
		return false;
	for (i = 0; i < WORKERS; i++)
		if (shared->holds[i])
			return false;
	return true;
}

static inline void permit_keep(struct sabot_task *task)
{
	const struct permit_way *variant = sabot_variant(task);
	struct permit *shared = sabot_shared(task);
	int left, worker;

	permit_keep_end(shared, WORKERS);
	for (left = variant->kept ? WORKERS : 0; left > 0; left--) {
		bool held;

		worker = watch_wait(shared->list, -1);
		held = shared->holds[worker];
		shared->holds[worker] = false;
		if (variant->asks ? !held : !permit_is_gone(shared))
			continue;
		if (!held)
			sabot_observe(task, "nobody has the permit");
		SABOT_OK(eventfd_write(shared->permit, 1));
	}
}

static inline void permit_one_inside(struct sabot_check *check)
{
	const struct permit_way *variant = sabot_check_variant(check);
	unsigned inside = sabot_alive(check, INSIDE);

	sabot_require(check, inside <= 1 + variant->more, "%u are inside", inside);
}

#endif
