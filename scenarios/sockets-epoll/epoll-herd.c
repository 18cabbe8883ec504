/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several workers wait for one descriptor, each on a list of its own or all on one, to be told that
 * it is time to end. Nobody takes the event away.
 *
 * Shows: a level-triggered event reaches all, an edge on a shared list or EPOLLEXCLUSIVE one of
 * them (epoll(7)). On a shared list each waiter wakes the next as it leaves, so that one who is
 * killed when it has been woken takes the wake-up of all others along; with EPOLLEXCLUSIVE too, and
 * there not even waiting again tells it: the descriptor is on no list of ready ones but the dead
 * one's (Linux fs/eventpoll.c). Does not show: what a herd costs.
 */
#include "watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WORKERS = 3 };

struct shared {
	int bell, list[WORKERS];
	bool told[WORKERS];
};

struct variant {
	uint32_t flags;
	bool one_list;
	bool relays; /* who was told rings again, for the next */
	int timeout; /* ms; 0: none */
	bool looks;  /* after a time-out, at the descriptor itself */
};

static const struct variant own_lists = { 0 };
static const struct variant own_lists_edge = { .flags = EPOLLET };
static const struct variant one_list = { .one_list = true };
static const struct variant one_list_edge = { .flags = EPOLLET, .one_list = true };
static const struct variant exclusive = { .flags = EPOLLEXCLUSIVE };
static const struct variant relay = { .flags = EPOLLEXCLUSIVE, .relays = true };
static const struct variant impatient = { EPOLLEXCLUSIVE, .relays = true, .timeout = 1000 };
static const struct variant looks = { EPOLLEXCLUSIVE, .relays = true, .timeout = 1000,
				      .looks = true };

static const char *const known_all[] = { "all living workers are told", NULL };
static const char *const known_edge[] = { "some worker is not told",
					  "worker blocks for ever in epoll_wait", NULL };
static const char *const known_some[] = { "all living workers are told", "some worker is not told",
					  "worker blocks for ever in epoll_wait", NULL };
static const char *const known_none[] = { "all living workers are told", "no living worker is told",
					  "some worker is not told",
					  "worker blocks for ever in epoll_wait", NULL };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);
	unsigned i;

	shared->bell = SABOT_OK(eventfd(0, 0));
	for (i = 0; i < WORKERS; i++) {
		if (i > 0 && variant->one_list) {
			shared->list[i] = shared->list[0];
			continue;
		}
		shared->list[i] = SABOT_OK(epoll_create1(0));
		watch_add(shared->list[i], shared->bell, EPOLLIN | variant->flags, 0);
	}
}

static void wait_for_bell(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct pollfd bell = { .fd = shared->bell, .events = POLLIN };
	int list = shared->list[sabot_index(task)];

	while (watch_wait(list, variant->timeout ? variant->timeout : -1) < 0)
		if (variant->looks && poll(&bell, 1, 0) == 1)
			break;
	shared->told[sabot_index(task)] = true;
	if (variant->relays)
		SABOT_OK(eventfd_write(shared->bell, 1));
}

static void ring(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	SABOT_OK(eventfd_write(shared->bell, 1));
}

static void tell_herd(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned i, told = 0, living = WORKERS - sabot_killed(check, "worker");

	for (i = 0; i < WORKERS; i++)
		told += shared->told[i];
	if (told == living)
		sabot_check_observe(check, "all living workers are told");
	else if (told)
		sabot_check_observe(check, "some worker is not told");
	else
		sabot_check_observe(check, "no living worker is told");
	sabot_require(check, sabot_killed(check, "ringer") || told >= living,
		      "%u of %u living workers are told", told, living);
}

static const struct sabot_role roles[] = {
	{ "worker", WORKERS, wait_for_bell },
	{ "ringer", 1, ring },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "all who live are told", SABOT_AT_END, tell_herd },
	{ 0 },
};

/* clang-format off */
#define KILL_WORKER { .kind = SABOT_KILL, .role = "worker" }
#define KILL_WOKEN  { .kind = SABOT_KILL, .role = "worker", .where = SABOT_WOKEN }
/* clang-format on */

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &own_lists },
	{ .name = "no-fault-one-list", .variant = &one_list },
	{ .name = "no-fault-own-edges", .variant = &own_lists_edge },
	{ .name = "kill-worker", .variant = &own_lists, .fault = KILL_WORKER },
	{ .name = "kill-own-edges", .variant = &own_lists_edge, .fault = KILL_WORKER },
	{ .name = "kill-looks", .variant = &looks, .fault = KILL_WORKER },
	{ .name = "one-list",
	  .variant = &one_list,
	  .fault = KILL_WOKEN,
	  .caught_by = "lost wake-up" },
	{ .name = "edge-on-one-list", .variant = &one_list_edge, .caught_by = "lost wake-up" },
	{ .name = "exclusive", .variant = &exclusive, .caught_by = "lost wake-up" },
	{ .name = "relay", .variant = &relay, .fault = KILL_WOKEN, .caught_by = "lost wake-up" },
	{ .name = "impatient",
	  .variant = &impatient,
	  .fault = KILL_WOKEN,
	  .caught_by = "livelock" },
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
	{ .name = "platform-exclusive",
	  .variant = &exclusive,
	  .characterises =
		  "tasks wait on lists of their own with EPOLLEXCLUSIVE, and an event comes",
	  .known = known_some },
	{ .name = "platform-one-list-killed",
	  .variant = &one_list,
	  .fault = KILL_WOKEN,
	  .characterises =
		  "of several on one list, level-triggered, the one that is woken is killed",
	  .known = known_none },
	{ .name = "platform-exclusive-killed",
	  .variant = &relay,
	  .fault = KILL_WOKEN,
	  .characterises = "of several with EPOLLEXCLUSIVE the one that is woken is killed",
	  .known = known_none },
	{ 0 },
};

const struct sabot_scenario epoll_herd = {
	.name = "epoll-herd",
	.group = "sockets-epoll",
	.about = "whom of many waiters an event wakes, and what becomes of it when that one dies",
	.tags = "crash platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
