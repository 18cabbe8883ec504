/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes open a shared memory object by name; the first makes it, gives it a size and
 * fills it, and may die at any of these.
 *
 * Shows: a name says nothing of what is behind it, and outlives its maker (shm_open(3),
 * shm_overview(7)). So all of it is done under a lock that ends with its holder (flock(2)), and
 * whoever has the lock next goes on from what is there. Who trusts the name meets a mapping without
 * memory (SIGBUS, mmap(2)), or waits for ever. The name is left if the janitor dies, which removes
 * it at the end. Does not show: a name that is removed while others come by it. Seen in the wild:
 * whoever opens a segment of Boost.Interprocess whose maker was killed before it had said
 * "initialized" spins for that word (issue 128).
 */
#include "area.h"

struct variant {
	enum area_way way;
	bool only_maps; /* and looks whether there is anything */
};

static const struct variant locked = { AREA_LOCKED, false };
static const struct variant trusting = { AREA_TRUSTING, false };
static const struct variant waiting = { AREA_WAITING, false };
static const struct variant trusting_name = { AREA_TRUSTING, true };

static void setup(struct sabot_env *env)
{
	struct area_users *users = sabot_env_shared(env);

	janitor_setup(&users->janitor);
}

static void start(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct area *area = variant->way == AREA_LOCKED ? area_open_locked(task)
							: area_open_or_create(task, variant->way);
	unsigned i;

	if (variant->only_maps)
		(void)atomic_load_explicit(&area->is_ready, memory_order_acquire);
	for (i = 0; i < AREA_WORDS && !variant->only_maps; i++)
		sabot_assert(task, area->words[i] == AREA_FIRST + i, "word %u is %u", i,
			     area->words[i]);
	SABOT_OK(munmap(area, sizeof(*area)));
}

static void clean(struct sabot_task *task)
{
	const struct area_users *users = sabot_shared(task);

	janitor_wait(&users->janitor);
	sabot_observe(task, shm_unlink(AREA_NAME) == 0 ? "the name is left" : "no name is left");
}

static void made_once(struct sabot_check *check)
{
	const struct area_users *users = sabot_check_shared(check);

	sabot_require(check, users->makers <= 1, "%u have made it", users->makers);
}

static const struct sabot_role roles[] = {
	{ "starter", 3, start },
	{ "janitor", 1, clean },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "at most one makes it", SABOT_WHEN_ALWAYS, made_once },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &locked },
	{ .name = "kill-anywhere", .variant = &locked, .fault = { SABOT_KILL, .role = "starter" } },
	{ .name = "kill-two",
	  .variant = &locked,
	  .fault = { SABOT_KILL, .role = "starter" },
	  .second = { SABOT_KILL, .role = "starter" } },
	{ .name = "no-fault-waiting", .variant = &waiting },
	{ .name = "trust-the-name", .variant = &trusting_name, .caught_by = "crash" },
	{ .name = "trust-the-size", .variant = &trusting, .caught_by = "data race" },
	{ .name = "wait-for-the-maker",
	  .variant = &waiting,
	  .fault = { SABOT_KILL, .role = "starter" },
	  .caught_by = "livelock" },
	{ .name = "nobody-cleans",
	  .variant = &locked,
	  .fault = { SABOT_KILL, .role = "janitor" },
	  .caught_by = "leak" },
	{ .name = "platform",
	  .variant = &locked,
	  .fault = { SABOT_KILL, .role = "starter", .point = "half filled" },
	  .characterises = "the maker of a POSIX shared memory object dies while it fills it",
	  .known = (const char *const[]){ "what the dead had written is there", "the name is left",
					  NULL } },
	{ .name = "platform-empty",
	  .variant = &trusting_name,
	  .characterises = "a process maps more than a shared memory object has, and looks there",
	  .known = (const char *const[]){ "starter died of SIGBUS after atomic_load",
					  "the name is left", NULL } },
	{ 0 },
};

static const char *const points[] = { "half filled", NULL };

const struct sabot_scenario shm_create_init = {
	.name = "shm-create-init",
	.group = "shared-memory",
	.about = "whoever makes a shared memory object may die before there is anything in it",
	.tags = "crash recovery startup platform",
	.shared_size = sizeof(struct area_users),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
