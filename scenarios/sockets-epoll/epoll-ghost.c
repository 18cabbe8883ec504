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
#include "watch.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* The ends of the pipes: of the connection that is closed early, of the other, of the server's
 * life. */
enum { EARLY_READ, EARLY_WRITE, LATE_READ, LATE_WRITE, LIFE_READ, LIFE_WRITE, ENDS };
enum { EARLY, LATE };

struct shared {
	int fd[ENDS];
	bool closed; /* EARLY */
	int ghosts;  /* events of it since */
};

struct variant {
	bool removes;
};

static const struct variant removes = { true };
static const struct variant closes = { false };

static const char *const known[] = { "events of the closed descriptor go on",
				     "EPOLL_CTL_DEL of it gets EBADF",
				     "not so: no event is of a closed connection", NULL };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	int i;

	for (i = 0; i < ENDS; i += 2)
		SABOT_OK(pipe(&shared->fd[i]));
}

static void keep_only(const struct shared *shared, unsigned kept)
{
	int i;

	for (i = 0; i < ENDS; i++)
		if (!(kept >> i & 1))
			SABOT_OK(close(shared->fd[i]));
}

/* More comes on the connection than the server wants of it. */
static void send_bytes(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	unsigned at = sabot_index(task) == EARLY ? EARLY_WRITE : LATE_WRITE;

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	keep_only(shared, 1u << at);
	(void)!write(shared->fd[at], "a", 1);
	(void)!write(shared->fd[at], "b", 1);
	SABOT_OK(close(shared->fd[at]));
}

static void close_early(struct sabot_task *task, int list)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (variant->removes)
		SABOT_OK(epoll_ctl(list, EPOLL_CTL_DEL, shared->fd[EARLY_READ], NULL));
	SABOT_OK(close(shared->fd[EARLY_READ]));
	shared->closed = true;
}

static void tell_ghost(struct sabot_task *task, int list)
{
	struct shared *shared = sabot_shared(task);

	sabot_observe(task, "events of the closed descriptor go on");
	if (epoll_ctl(list, EPOLL_CTL_DEL, shared->fd[EARLY_READ], NULL) != 0)
		sabot_observe(task, "EPOLL_CTL_DEL of it gets %s", strerrorname_np(errno));
	shared->ghosts++;
}

static void serve(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int list = SABOT_OK(epoll_create1(0));
	char byte;

	keep_only(shared, 1u << EARLY_READ | 1u << LATE_READ | 1u << LIFE_WRITE);
	watch_add(list, shared->fd[EARLY_READ], EPOLLIN, EARLY);
	watch_add(list, shared->fd[LATE_READ], EPOLLIN, LATE);
	for (;;) {
		int got = watch_wait(list, -1);

		if (got == EARLY && shared->closed) {
			tell_ghost(task, list);
			break;
		}
		if (SABOT_OK(read(shared->fd[got == EARLY ? EARLY_READ : LATE_READ], &byte, 1)) ==
			    0 &&
		    got == LATE)
			break;
		if (got == EARLY)
			close_early(task, list);
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
	const struct shared *shared = sabot_shared(task);
	char byte;

	keep_only(shared, 1u << EARLY_READ | 1u << LIFE_READ);
	SABOT_OK(read(shared->fd[LIFE_READ], &byte, 1));
}

static void no_ghosts(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, shared->ghosts == 0, "%d events since it was closed", shared->ghosts);
}

static const struct sabot_role roles[] = {
	{ "client", 2, send_bytes },
	{ "server", 1, serve },
	{ "helper", 1, help },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "no event is of a closed connection", SABOT_WHEN_SETTLED, no_ghosts },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
