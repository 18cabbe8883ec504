/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One permit as the value of an eventfd(2): to read takes it, to write gives it back. A keeper sees
 * by the hang-up of a pipe that a worker is gone; when the permit is not there and nobody living
 * holds it, the keeper puts it back.
 *
 * Shows: the kernel gives nothing back for the dead, and who is killed when a write has woken it,
 * before it runs, takes the permit along (Linux fs/eventfd.c): so the keeper must look what is
 * there, and not ask what the dead said; EFD_SEMAPHORE gives one permit for each read. Does not
 * show: several permits of which some are lost; see the jobserver.
 */
#include "permit.h"

static const struct permit_way kept = { .kept = true };
static const struct permit_way asks = { .kept = true, .asks = true };
static const struct permit_way two_permits = { .more = 1 };
static const struct permit_way unkept = { .kept = false };

static const char *const known_inside[] = { "worker blocks for ever in read", NULL };
static const char *const known_woken[] = { "nobody has the permit", NULL };

static void setup(struct sabot_env *env)
{
	const struct permit_way *variant = sabot_env_variant(env);
	struct permit *shared = sabot_env_shared(env);
	uint32_t i;

	shared->permit = SABOT_OK(eventfd(1 + variant->more, EFD_SEMAPHORE));
	shared->list = SABOT_OK(epoll_create1(0));
	for (i = 0; i < WORKERS; i++) {
		SABOT_OK(pipe(shared->alive[i]));
		watch_add(shared->list, shared->alive[i][0], EPOLLIN | EPOLLONESHOT, i);
	}
}

static void work(struct sabot_task *task)
{
	struct permit *shared = sabot_shared(task);
	unsigned me = sabot_index(task);
	eventfd_t one;

	permit_keep_end(shared, me);
	while (shared->rounds[me] < ROUNDS) {
		SABOT_OK(eventfd_read(shared->permit, &one));
		sabot_assert(task, one == 1, "one read takes %d permits", (int)one);
		shared->holds[me] = true;
		sabot_mark(task, INSIDE);
		sabot_point(task, "inside");
		sabot_mark(task, OUTSIDE);
		SABOT_OK(eventfd_write(shared->permit, 1));
		shared->holds[me] = false;
		shared->rounds[me]++;
	}
	SABOT_OK(close(shared->alive[me][1]));
}

static const struct sabot_role roles[] = {
	{ "worker", WORKERS, work },
	{ "keeper", 1, permit_keep },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "no more are inside than there are permits", SABOT_WHEN_ALWAYS, permit_one_inside },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &kept },
	{ .name = "two-permits", .variant = &two_permits },
	{ .name = "kill-anywhere", .variant = &kept, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-two-workers",
	  .variant = &kept,
	  .fault = { .kind = SABOT_KILL, .role = "worker" },
	  .second = { .kind = SABOT_KILL, .role = "worker" } },
	{ .name = "unkept",
	  .variant = &unkept,
	  .fault = { .kind = SABOT_KILL, .role = "worker" },
	  .caught_by = "deadlock" },
	{ .name = "asks-the-dead",
	  .variant = &asks,
	  .fault = { .kind = SABOT_KILL, .role = "worker" },
	  .caught_by = "deadlock" },
	{ .name = "platform-inside",
	  .variant = &unkept,
	  .fault = { .kind = SABOT_KILL, .role = "worker", .point = "inside" },
	  .characterises = "who took the value of an eventfd is killed",
	  .known = known_inside },
	{ .name = "platform-woken",
	  .variant = &kept,
	  .fault = { .kind = SABOT_KILL, .role = "worker", .where = SABOT_WOKEN },
	  .characterises = "a reader of an eventfd is killed when a write has woken it",
	  .known = known_woken },
	{ 0 },
};

static const char *const points[] = { "inside", NULL };

const struct sabot_scenario eventfd_permit = {
	.name = "eventfd-permit",
	.group = "sockets-epoll",
	.about = "a permit that is an eventfd's value is lost with whoever holds it or is woken",
	.tags = "lock crash recovery platform",
	.shared_size = sizeof(struct permit),
	.needs_priorities = true, /* who has read, and has not noted it, would look gone */
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
