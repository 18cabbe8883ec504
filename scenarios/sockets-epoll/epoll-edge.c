/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two consumers wait on one edge-triggered list for a pipe that two producers write. Whoever gets
 * the event reads until the pipe is empty, and at the end tells the others by a descriptor that is
 * level-triggered.
 *
 * Shows: an edge is told once, to one waiter (epoll(7)): who reads once for it, or dies before it
 * has read, leaves data behind that wakes nobody. A time-out after which anybody looks repairs the
 * second. Does not show: starvation of other descriptors by one that is never empty.
 */
#include "edge.h"

static const struct edge_way drains = { .timeout = -1 };
static const struct edge_way looks_again = { .timeout = 1000 };
static const struct edge_way reads_once = { .timeout = -1, .reads_once = true };

static const char *const known[] = { "consumer blocks for ever in epoll_wait",
				     "new data wake a survivor", NULL };

static void setup(struct sabot_env *env)
{
	struct edge *shared = sabot_env_shared(env);

	SABOT_OK(pipe2(shared->pipe, O_NONBLOCK));
	shared->stop = SABOT_OK(eventfd(0, 0));
	shared->list = SABOT_OK(epoll_create1(0));
	watch_add(shared->list, shared->pipe[0], EPOLLIN | EPOLLET, DATA);
	watch_add(shared->list, shared->stop, EPOLLIN, STOP);
}

static void produce(struct sabot_task *task)
{
	struct edge *shared = sabot_shared(task);
	struct record record = { .producer = (int)sabot_index(task) };

	for (; record.number < RECORDS; record.number++) {
		SABOT_OK(write(shared->pipe[1], &record, sizeof(record)));
		shared->written[record.producer]++;
	}
	SABOT_OK(close(shared->pipe[1]));
}

static void wait_and_consume(struct sabot_task *task)
{
	const struct edge_way *variant = sabot_variant(task);
	struct edge *shared = sabot_shared(task);
	int got;

	SABOT_OK(close(shared->pipe[1]));
	while ((got = watch_wait(shared->list, variant->timeout)) != STOP) {
		if (got == DATA)
			sabot_point(task, "with the event");
		if (edge_consume(task)) {
			SABOT_OK(eventfd_write(shared->stop, 1));
			break;
		}
	}
	sabot_observe(task, "new data wake a survivor");
}

static const struct sabot_role roles[] = {
	{ "producer", PRODUCERS, produce },
	{ "consumer", 2, wait_and_consume },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each producer's records are read in order", SABOT_WHEN_SETTLED, edge_order_is_kept },
	{ "what was written is read at the end", SABOT_AT_END, edge_nothing_is_left },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &drains },
	{ .name = "kill-producer",
	  .variant = &drains,
	  .fault = { .kind = SABOT_KILL, .role = "producer" } },
	{ .name = "kill-anywhere", .variant = &looks_again, .fault = { .kind = SABOT_KILL } },
	{ .name = "reads-once", .variant = &reads_once, .caught_by = "lost wake-up" },
	{ .name = "never-looks-again",
	  .variant = &drains,
	  .fault = { .kind = SABOT_KILL, .role = "consumer" },
	  .caught_by = "lost wake-up" },
	{ .name = "platform-event-taken",
	  .variant = &drains,
	  .fault = { .kind = SABOT_KILL, .role = "consumer", .point = "with the event" },
	  .characterises = "who took an edge-triggered event is killed before it has read",
	  .known = known },
	{ 0 },
};

static const char *const points[] = { "with the event", NULL };

const struct sabot_scenario epoll_edge = {
	.name = "epoll-edge",
	.group = "sockets-epoll",
	.about = "an edge-triggered event is told once: who does not read all, or dies, stalls all",
	.tags = "crash recovery time producer-consumer platform",
	.shared_size = sizeof(struct edge),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.needs_steps = true,
};
