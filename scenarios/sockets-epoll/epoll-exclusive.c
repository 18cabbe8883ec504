/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several workers wait for one descriptor with EPOLLEXCLUSIVE, each on a list of its own, so that
 * an event wakes one of them. Whoever is told rings again, for the next.
 *
 * Shows: one of them is told (epoll_ctl(2)), and if it is killed when it has been woken, the event
 * goes with it: waiting again, with a time-out, does not tell of it either, since the descriptor is
 * on no list of ready ones but the dead one's (Linux fs/eventpoll.c, ep_poll_callback()). Only a
 * look at the descriptor itself, poll(2), finds it. Does not show: lists that several share
 * (epoll-herd).
 */
#include "bell.h"

struct variant {
	bool relays; /* who was told rings again, for the next */
	int timeout; /* ms; 0: none */
	bool looks;  /* after a time-out, at the descriptor itself */
};

static const struct variant exclusive = { 0 };
static const struct variant relay = { .relays = true };
static const struct variant impatient = { .relays = true, .timeout = 1000 };
static const struct variant looks = { .relays = true, .timeout = 1000, .looks = true };

static const char *const known_some[] = { "all living workers are told", "some worker is not told",
					  "worker blocks for ever in epoll_wait", NULL };
static const char *const known_none[] = { "all living workers are told", "no living worker is told",
					  "some worker is not told",
					  "worker blocks for ever in epoll_wait", NULL };

static void setup(struct sabot_env *env)
{
	bell_hang(sabot_env_shared(env), EPOLLEXCLUSIVE, false);
}

static void wait_for_bell(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct bell *bell = sabot_shared(task);
	unsigned worker = sabot_index(task);

	while (watch_wait(bell->list[worker], variant->timeout ? variant->timeout : -1) < 0)
		if (variant->looks && bell_rings(bell))
			break;
	bell->told[worker] = true;
	if (variant->relays)
		bell_ring(bell);
}

static const struct sabot_role roles[] = {
	{ "worker", WORKERS, wait_for_bell },
	{ "ringer", 1, bell_be_ringer },
	{ 0 },
};

#define KILL_WORKER SABOT_KILL, .role = "worker"

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &looks },
	{ .name = "kill-looks", .variant = &looks, .fault = { KILL_WORKER } },
	{ .name = "exclusive", .variant = &exclusive, .caught_by = "lost wake-up" },
	{ .name = "relay",
	  .variant = &relay,
	  .fault = { KILL_WORKER, .where = SABOT_WOKEN },
	  .caught_by = "lost wake-up" },
	{ .name = "impatient",
	  .variant = &impatient,
	  .fault = { KILL_WORKER, .where = SABOT_WOKEN },
	  .caught_by = "livelock" },
	{ .name = "platform-exclusive",
	  .variant = &exclusive,
	  .characterises =
		  "tasks wait on lists of their own with EPOLLEXCLUSIVE, and an event comes",
	  .known = known_some },
	{ .name = "platform-exclusive-killed",
	  .variant = &relay,
	  .fault = { KILL_WORKER, .where = SABOT_WOKEN },
	  .characterises = "of several with EPOLLEXCLUSIVE the one that is woken is killed",
	  .known = known_none },
	{ 0 },
};

const struct sabot_scenario epoll_exclusive = {
	.name = "epoll-exclusive",
	.group = "sockets-epoll",
	.about = "an event wakes one of many waiters, and goes with it when that one dies",
	.tags = "crash livelock platform",
	.shared_size = sizeof(struct bell),
	.setup = setup,
	.roles = roles,
	.invariants = bell_invariants,
	.cases = cases,
};
