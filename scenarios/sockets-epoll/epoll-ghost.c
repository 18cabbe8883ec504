/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server is done with one of two connections (here pipes), and closes it. A helper process has a
 * copy of that descriptor.
 *
 * Shows: a list holds open file descriptions, not descriptors (epoll(7), Q6): as long as a copy is
 * open anywhere, events go on under the number that was closed, and to take it off the list fails.
 * So it is taken off first, and closed then. Does not show: the number in use again, for another
 * connection, when the events of the old one are taken for its.
 */
#include "ghost.h"

static const struct ghost_way removes = { true };
static const struct ghost_way closes = { false };

static const char *const known[] = { "events of the closed descriptor go on",
				     "EPOLL_CTL_DEL of it gets EBADF",
				     "not so: no event is of a closed connection", NULL };

static void setup(struct sabot_env *env)
{
	struct ghost *shared = sabot_env_shared(env);
	int i;

	for (i = 0; i < ENDS; i += 2)
		SABOT_OK(pipe(&shared->fd[i]));
}

static void serve(struct sabot_task *task)
{
	struct ghost *shared = sabot_shared(task);
	int list = SABOT_OK(epoll_create1(0));
	char byte;

	ghost_keep_only(shared, 1u << EARLY_READ | 1u << LATE_READ | 1u << LIFE_WRITE);
	watch_add(list, shared->fd[EARLY_READ], EPOLLIN, EARLY);
	watch_add(list, shared->fd[LATE_READ], EPOLLIN, LATE);
	for (;;) {
		int got = watch_wait(list, -1);

		if (got == EARLY && shared->closed) {
			ghost_tell(task, list);
			break;
		}
		if (SABOT_OK(read(shared->fd[got == EARLY ? EARLY_READ : LATE_READ], &byte, 1)) ==
			    0 &&
		    got == LATE)
			break;
		if (got == EARLY)
			ghost_close_early(task, list);
	}
	if (!shared->closed)
		SABOT_OK(close(shared->fd[EARLY_READ]));
	SABOT_OK(close(shared->fd[LATE_READ]));
	SABOT_OK(close(shared->fd[LIFE_WRITE]));
	SABOT_OK(close(list));
}

/* Was forked when the connections were there, and lives as long as the server. */
static void help(struct sabot_task *task)
{
	const struct ghost *shared = sabot_shared(task);
	char byte;

	ghost_keep_only(shared, 1u << EARLY_READ | 1u << LIFE_READ);
	SABOT_OK(read(shared->fd[LIFE_READ], &byte, 1));
}

static const struct sabot_role roles[] = {
	{ "client", 2, ghost_send_bytes },
	{ "server", 1, serve },
	{ "helper", 1, help },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "no event is of a closed connection", SABOT_WHEN_SETTLED, ghost_no_ghosts },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &removes },
	{ .name = "kill-anywhere", .variant = &removes, .fault = { .kind = SABOT_KILL } },
	{ .name = "closes-only",
	  .variant = &closes,
	  .caught_by = "no event is of a closed connection" },
	{ .name = "platform-copy",
	  .variant = &closes,
	  .characterises = "a descriptor on an epoll list is closed, and a copy of it is not",
	  .known = known },
	{ 0 },
};

const struct sabot_scenario epoll_ghost = {
	.name = "epoll-ghost",
	.group = "sockets-epoll",
	.about = "a closed descriptor goes on to have events while another process has a copy",
	.tags = "crash leak platform",
	.shared_size = sizeof(struct ghost),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
