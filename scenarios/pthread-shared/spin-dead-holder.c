/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The holder of a spin lock in shared memory is killed.
 *
 * Shows: pthread_spin_lock() spins for ever on a lock whose holder is no more, and the CPU with it
 * (pthread_spin_lock(3p) knows no death); that is found as what it is, and not by a time-out. A
 * lock whose word names its owner can be taken over by who finds the owner gone, if that is done by
 * compare-and-swap, so that one does it, and the data repaired then. Does not show: a pid that was
 * given to another process meanwhile, for which an owner needs more than a pid (the time of its
 * start, or a pidfd); a child that nobody has waited for counts as there. Seen in the wild: peers
 * of a killed process of Fast-DDS at full load (issue 2398).
 */
#include "named_spin.h"

static const struct named_spin_way takeover = { .repairs = true };
static const struct named_spin_way plain = { .plain = true };
static const struct named_spin_way threads = { .plain = true, .threads = true };
static const struct named_spin_way no_repair = { .repairs = false };
static const struct named_spin_way by_store = { .by_store = true, .repairs = true };
static const struct named_spin_way tries = { .plain = true, .only_tries = true };

static void setup(struct sabot_env *env)
{
	struct named_spin *shared = sabot_env_shared(env);

	SABOT_ZERO(pthread_spin_init(&shared->lock, PTHREAD_PROCESS_SHARED));
}

static void pass(struct sabot_task *task, unsigned number)
{
	const struct named_spin_way *variant = sabot_variant(task);
	struct named_spin *shared = sabot_shared(task);
	int round;

	(void)number;
	for (round = 0; round < ROUNDS; round++) {
		if (!spin_lock(task))
			return;
		pair_write(task, &shared->pair);
		if (variant->plain)
			SABOT_ZERO(pthread_spin_unlock(&shared->lock));
		else
			atomic_store(&shared->owner, 0);
	}
}

static void work(struct sabot_task *task)
{
	pass(task, 0);
}

static void hold(struct sabot_task *task)
{
	static const struct party_kind all[] = { { pass, 3 }, { 0 } };
	const struct named_spin_way *variant = sabot_variant(task);

	if (variant->threads)
		parties_run(task, all);
	else
		pass(task, 0);
}

static const struct sabot_role roles[] = {
	{ "holder", 1, hold },
	{ "waiter", 2, work },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &takeover },
	{ .name = "spinlock", .variant = &plain },
	{ .name = "threads", .variant = &threads, .about = "beside the two other processes" },
	{ .name = "kill-anywhere", .variant = &takeover, .fault.kind = SABOT_KILL },
	{ .name = "kill-the-recoverer",
	  .variant = &takeover,
	  .fault = { SABOT_KILL, .role = "holder" },
	  .second = { SABOT_KILL, .role = "waiter" } },
	{ .name = "no-takeover",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .role = "holder" },
	  .caught_by = "livelock" },
	{ .name = "no-repair",
	  .variant = &no_repair,
	  .fault = { SABOT_KILL, .role = "holder" },
	  .caught_by = "assertion" },
	{ .name = "takeover-by-store",
	  .variant = &by_store,
	  .fault = { SABOT_KILL, .role = "holder", .point = PAIR_POINT },
	  .caught_by = "one at most is inside" },
	{ .name = "platform-lock",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .role = "holder", .point = PAIR_POINT },
	  .characterises = "the holder of a spin lock is killed",
	  .known = (const char *const[]){ "waiter runs for ever",
					  "waiter spins for ever in pthread_spin_lock", NULL } },
	{ .name = "platform-trylock",
	  .variant = &tries,
	  .fault = { SABOT_KILL, .role = "holder", .point = PAIR_POINT },
	  .characterises = "the holder of a spin lock is killed that others try",
	  .known = (const char *const[]){ "a trylock gets EBUSY", NULL } },
	{ 0 },
};

static const char *const points[] = { SECTION_POINT, PAIR_POINT, "owner is gone", NULL };

const struct sabot_scenario spin_dead_holder = {
	.name = "spin-dead-holder",
	.group = "pthread-shared",
	.about = "a spin lock whose holder is killed, and one that names its owner",
	.tags = "spinlock crash recovery livelock platform",
	.shared_size = sizeof(struct named_spin),
	.setup = setup,
	.roles = roles,
	.invariants = pair_invariants,
	.cases = cases,
	.points = points,
	.limit_steps = LIMIT_STEPS,
};
