/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several workers wait for one descriptor, each on a list of its own or all on one, to be told that
 * it is time to end. Nobody takes the event away.
 *
 * Shows: a level-triggered event reaches all, an edge on a shared list one of them (epoll(7)). On a
 * shared list each waiter wakes the next as it leaves, so that one who is killed when it has been
 * woken takes the wake-up of all others along (Linux fs/eventpoll.c, ep_done_scan()). Does not
 * show: what a herd costs; waiters of which an event wakes one (epoll-exclusive); the death of the
 * ringer, without whom all wait for ever by right.
 */
#include "bell.h"

struct variant {
	uint32_t flags;
	bool one_list;
};

static const struct variant own_lists = { 0 };
static const struct variant own_lists_edge = { .flags = EPOLLET };
static const struct variant one_list = { .one_list = true };
static const struct variant one_list_edge = { .flags = EPOLLET, .one_list = true };

static const char *const known_all[] = { "all living workers are told", NULL };
static const char *const known_edge[] = { "some worker is not told",
					  "worker blocks for ever in epoll_wait", NULL };
static const char *const known_none[] = { "all living workers are told", "no living worker is told",
					  "some worker is not told",
					  "worker blocks for ever in epoll_wait", NULL };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);

	bell_hang(sabot_env_shared(env), variant->flags, variant->one_list);
}

static void wait_for_bell(struct sabot_task *task)
{
	struct bell *bell = sabot_shared(task);
	unsigned worker = sabot_index(task);

	(void)watch_wait(bell->list[worker], -1);
	bell->told[worker] = true;
}

static const struct sabot_role roles[] = {
	{ "worker", WORKERS, wait_for_bell },
	{ "ringer", 1, bell_be_ringer },
	{ 0 },
};

#define KILL_WORKER SABOT_KILL, .role = "worker"

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &own_lists },
	{ .name = "no-fault-one-list", .variant = &one_list },
	{ .name = "no-fault-own-edges", .variant = &own_lists_edge },
	{ .name = "kill-worker", .variant = &own_lists, .fault = { KILL_WORKER } },
	{ .name = "kill-own-edges", .variant = &own_lists_edge, .fault = { KILL_WORKER } },
	{ .name = "one-list",
	  .variant = &one_list,
	  .fault = { KILL_WORKER, .where = SABOT_WOKEN },
	  .caught_by = "lost wake-up" },
	{ .name = "edge-on-one-list", .variant = &one_list_edge, .caught_by = "lost wake-up" },
	{ .name = "platform-own-lists",
	  .variant = &own_lists,
	  .characterises = "tasks wait on lists of their own, level-triggered, and an event comes",
	  .known = known_all },
	{ .name = "platform-one-list",
	  .variant = &one_list,
	  .characterises = "tasks wait on one list, level-triggered, and an event comes",
	  .known = known_all },
	{ .name = "platform-edge",
	  .variant = &one_list_edge,
	  .characterises = "tasks wait on one list, edge-triggered, and an event comes",
	  .known = known_edge },
	{ .name = "platform-one-list-killed",
	  .variant = &one_list,
	  .fault = { KILL_WORKER, .where = SABOT_WOKEN },
	  .characterises =
		  "of several on one list, level-triggered, the one that is woken is killed",
	  .known = known_none },
	{ 0 },
};

const struct sabot_scenario epoll_herd = {
	.name = "epoll-herd",
	.group = "sockets-epoll",
	.about = "whom of many waiters an event wakes, and what becomes of it when that one dies",
	.tags = "crash platform",
	.shared_size = sizeof(struct bell),
	.setup = setup,
	.roles = roles,
	.invariants = bell_invariants,
	.cases = cases,
};
