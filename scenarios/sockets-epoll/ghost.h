/* SPDX-License-Identifier: Apache-2.0 */
/* Two connections and their ends, of which another process keeps copies; events of closed ones. */
#ifndef SCENARIOS_SOCKETS_EPOLL_GHOST_H
#define SCENARIOS_SOCKETS_EPOLL_GHOST_H

#include "watch.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* The ends of the pipes: of the connection that is closed early, of the other, of the server's
 * life. */
enum { EARLY_READ, EARLY_WRITE, LATE_READ, LATE_WRITE, LIFE_READ, LIFE_WRITE, ENDS };

enum { EARLY, LATE };

struct ghost {
	int fd[ENDS];
	bool closed; /* EARLY */
	int ghosts;  /* events of it since */
};

struct ghost_way {
	bool removes;
};

static inline void ghost_keep_only(const struct ghost *shared, unsigned kept)
{
	int i;

	for (i = 0; i < ENDS; i++)
		if (!(kept >> i & 1))
			SABOT_OK(close(shared->fd[i]));
}

/* More comes on the connection than the server wants of it. */
static inline void ghost_send_bytes(struct sabot_task *task)
{
	const struct ghost *shared = sabot_shared(task);
	unsigned at = sabot_index(task) == EARLY ? EARLY_WRITE : LATE_WRITE;

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	ghost_keep_only(shared, 1u << at);
	(void)!write(shared->fd[at], "a", 1);
	(void)!write(shared->fd[at], "b", 1);
	SABOT_OK(close(shared->fd[at]));
}

static inline void ghost_close_early(struct sabot_task *task, int list)
{
	const struct ghost_way *variant = sabot_variant(task);
	struct ghost *shared = sabot_shared(task);

	if (variant->removes)
		SABOT_OK(epoll_ctl(list, EPOLL_CTL_DEL, shared->fd[EARLY_READ], NULL));
	SABOT_OK(close(shared->fd[EARLY_READ]));
	shared->closed = true;
}

static inline void ghost_tell(struct sabot_task *task, int list)
{
	struct ghost *shared = sabot_shared(task);

	sabot_observe(task, "events of the closed descriptor go on");
	if (epoll_ctl(list, EPOLL_CTL_DEL, shared->fd[EARLY_READ], NULL) != 0)
		sabot_observe(task, "EPOLL_CTL_DEL of it gets %s", strerrorname_np(errno));
	shared->ghosts++;
}

static inline void ghost_no_ghosts(struct sabot_check *check)
{
	const struct ghost *shared = sabot_check_shared(check);

	sabot_require(check, shared->ghosts == 0, "%d events since it was closed", shared->ghosts);
}

#endif
