/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers wait for connections on one listener, each by an epoll list of its own. A client whose
 * worker dies connects again. A pipe hangs up when all clients are gone.
 *
 * Shows: a connection that wakes all workers is accepted by one, and the others find nothing, for
 * which they must not block; with EPOLLEXCLUSIVE (epoll_ctl(2)) one is woken, and when that one
 * dies first, the connection waits and nobody knows. Does not show: a full queue of connections.
 */
#include "herd.h"

static const struct herd_way herd = { 0 };
static const struct herd_way blocks = { .blocks = true };
static const struct herd_way gives_up = { .gives_up = true };
static const struct herd_way exclusive = { .flags = EPOLLEXCLUSIVE };

static const char *const known[] = { "a client is answered", "client blocks for ever in recv",
				     "worker blocks for ever in epoll_wait", NULL };

static void setup(struct sabot_env *env)
{
	const struct herd_way *variant = sabot_env_variant(env);
	struct herd_of *shared = sabot_env_shared(env);
	int i;

	loopback_setup();
	shared->listener = SABOT_OK(loopback_listen(true));
	if (!variant->blocks)
		SABOT_OK(fcntl(shared->listener, F_SETFL, O_NONBLOCK));
	SABOT_OK(pipe(shared->clients));
	for (i = 0; i < WORKERS; i++) {
		shared->list[i] = SABOT_OK(epoll_create1(0));
		watch_add(shared->list[i], shared->listener, EPOLLIN | variant->flags, CONNECTION);
		watch_add(shared->list[i], shared->clients[0], EPOLLIN, STOP);
	}
}

static void be_client(struct sabot_task *task)
{
	const struct herd_way *variant = sabot_variant(task);
	struct herd_of *shared = sabot_shared(task);
	int me = (int)sabot_index(task), attempt, attempts = variant->gives_up ? 1 : ATTEMPTS;

	for (attempt = 0; attempt < attempts && !shared->answered[me]; attempt++)
		shared->answered[me] = herd_ask(me * ATTEMPTS + attempt);
	sabot_observe(task, "a client is answered");
	SABOT_OK(close(shared->clients[1]));
}

static void work(struct sabot_task *task)
{
	struct herd_of *shared = sabot_shared(task);
	int list = shared->list[sabot_index(task)], fd;

	SABOT_OK(close(shared->clients[1]));
	while (watch_wait(list, -1) == CONNECTION) {
		fd = accept(shared->listener, NULL, NULL);
		sabot_assert(task, fd >= 0 || errno == EAGAIN, "accept gets errno %d", errno);
		if (fd >= 0)
			herd_serve(shared, fd);
	}
}

static const struct sabot_role roles[] = {
	{ "client", CLIENTS, be_client },
	{ "worker", WORKERS, work },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each connection is served once", SABOT_WHEN_SETTLED, herd_served_once },
	{ "each living client is answered", SABOT_AT_END, herd_clients_are_answered },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &herd },
	{ .name = "no-fault-exclusive", .variant = &exclusive },
	{ .name = "kill-anywhere", .variant = &herd, .fault = { .kind = SABOT_KILL } },
	{ .name = "accept-blocks", .variant = &blocks, .caught_by = "deadlock" },
	{ .name = "gives-up",
	  .variant = &gives_up,
	  .fault = { .kind = SABOT_KILL, .role = "worker" },
	  .caught_by = "each living client is answered" },
	{ .name = "exclusive",
	  .variant = &exclusive,
	  .fault = { .kind = SABOT_KILL, .role = "worker", .where = SABOT_WOKEN },
	  .caught_by = "lost wake-up" },
	{ .name = "platform-exclusive",
	  .variant = &exclusive,
	  .fault = { .kind = SABOT_KILL, .role = "worker", .where = SABOT_WOKEN },
	  .characterises = "a worker that a connection woke by EPOLLEXCLUSIVE is killed",
	  .known = known },
	{ 0 },
};

const struct sabot_scenario accept_herd = {
	.name = "accept-herd",
	.group = "sockets-epoll",
	.about = "several workers accept from one listener: whom a connection wakes, and who dies",
	.tags = "crash recovery platform",
	.shared_size = sizeof(struct herd_of),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
