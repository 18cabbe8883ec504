/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three parties meet phase by phase. One is killed while it waits for the others; its keeper starts
 * it again, and it comes a second time.
 *
 * Shows: a barrier counts arrivals, and the dead one's stays counted: it opens for two living and a
 * phantom, before the third has come (glibc nptl/pthread_barrier_wait.c; no robust kind exists).
 * Who states its arrival by name, and waits for what takes nothing (a semaphore that is set to zero
 * for each party and phase, and semop(2) waiting for zero), may die and come again at any place.
 * Does not show: how the others learn that nobody starts it again, as when its keeper dies first:
 * they wait for it by right. A party that dies before it arrives, and a barrier that is destroyed
 * after such a death, are facts of the platform.
 */
#include "meeting.h"

static const struct meeting_way by_name = { .by_name = true, .is_kept = true, .phases = PHASES };
static const struct meeting_way by_count = { .is_kept = true, .phases = PHASES };
static const struct meeting_way threads = { .threads = true, .phases = PHASES };
static const struct meeting_way one_phase = { .phases = 1 };
static const struct meeting_way destroyed = { .is_destroyed = true, .phases = 1 };

static void setup(struct sabot_env *env)
{
	struct meeting *shared = sabot_env_shared(env);
	int i;

	pshared_barrier_init(&shared->barrier, PARTIES);
	shared->semid = SABOT_OK(semget(IPC_PRIVATE, PARTIES * PHASES, 0600));
	for (i = 0; i < PARTIES * PHASES; i++)
		SABOT_OK(semctl(shared->semid, i, SETVAL, 1));
}

/* Only the first party has a keeper. The others are started again from outside, if at all. */
static void keep(struct sabot_task *task)
{
	static const struct party_kind all[] = { { meeting_attend, PARTIES }, { 0 } };
	const struct meeting_way *variant = sabot_variant(task);
	int status;

	if (variant->threads) {
		parties_run(task, all);
		return;
	}
	do
		status = parties_fork(task, meeting_attend, 0);
	while (WIFSIGNALED(status) && variant->is_kept);
}

static void come(struct sabot_task *task)
{
	const struct meeting_way *variant = sabot_variant(task);
	struct meeting *shared = sabot_shared(task);

	if (variant->threads)
		sabot_point(task, "has no part");
	else
		meeting_attend(task, 1 + sabot_index(task));
	sabot_observe(task, "the barrier opens for the others");
	if (variant->is_destroyed && sabot_index(task) == 0) {
		SABOT_ZERO(pthread_barrier_destroy(&shared->barrier));
		sabot_observe(task, "the barrier is destroyed");
	}
}

static const struct sabot_role roles[] = {
	{ "keeper", 1, keep },
	{ "party", PARTIES - 1, come },
	{ 0 },
};

#define ALL_ENTERED "nobody passes a phase that not all have entered"

static const struct sabot_invariant invariants[] = {
	{ ALL_ENTERED, SABOT_WHEN_SETTLED, meeting_all_entered },
	{ "a barrier tells one party that it is the serial one", SABOT_AT_END, meeting_one_serial },
	{ 0 },
};

/* The keeper's child. */
#define KILL_KEPT SABOT_KILL, .who = "keeper#0/1"

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &by_name },
	{ .name = "barrier", .variant = &by_count },
	{ .name = "threads", .variant = &threads },
	{ .name = "kill-anywhere", .variant = &by_name, .fault = { KILL_KEPT } },
	{ .name = "restart-party",
	  .variant = &by_name,
	  .fault = { SABOT_RESTART, .role = "party" } },
	{ .name = "phantom",
	  .variant = &by_count,
	  .fault = { KILL_KEPT, .where = SABOT_ASLEEP },
	  .caught_by = ALL_ENTERED },
	{ .name = "platform-before",
	  .variant = &one_phase,
	  .fault = { KILL_KEPT, .point = "before the phase" },
	  .characterises = "one of three parties is killed before it comes to a barrier",
	  .known = (const char *const[]){ "party blocks for ever in pthread_barrier_wait", NULL } },
	{ .name = "platform-waiting",
	  .variant = &one_phase,
	  .fault = { KILL_KEPT, .where = SABOT_ASLEEP },
	  .characterises = "one of three parties is killed while it waits at a barrier",
	  .known = (const char *const[]){ "the barrier opens for the others", NULL } },
	{ .name = "platform-destroy",
	  .variant = &destroyed,
	  .fault = { KILL_KEPT, .where = SABOT_ASLEEP },
	  .characterises = "a barrier is destroyed, at which one of the parties was killed",
	  .known = (const char *const[]){ "the barrier opens for the others",
					  "party blocks for ever in pthread_barrier_destroy",
					  NULL } },
	{ 0 },
};

static const char *const points[] = { "before the phase", "has no part", NULL };

const struct sabot_scenario barrier_phantom = {
	.name = "barrier-phantom",
	.group = "pthread-shared",
	.about = "one who waited at a barrier is killed, and counts on",
	.tags = "barrier crash recovery fork platform",
	.shared_size = sizeof(struct meeting),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
