/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers write to a store under a lease: who has it may write until it ends, and then the next may
 * take it, so that a dead or paused holder holds up nobody for ever.
 *
 * Shows: a holder can be held up past the end of its lease without knowing, so the store must
 * refuse what comes with an older token than it has seen; a lease that is timed by CLOCK_REALTIME
 * ends early for whoever has its clock set forwards (clock_settime(2)); and who is started again
 * has to ask the store what it had done. Does not show: a store on another machine, or clocks that
 * drift.
 */
#include "leased_store.h"

static const struct leased_store_way good = { .clock = CLOCK_MONOTONIC };
static const struct leased_store_way restarted = { .clock = CLOCK_MONOTONIC, .starts_again = true };
static const struct leased_store_way no_token = { .clock = CLOCK_MONOTONIC, .no_token = true };
static const struct leased_store_way wall_clock = { .clock = CLOCK_REALTIME };
static const struct leased_store_way trusts_begin = { .clock = CLOCK_MONOTONIC,
						      .trusts_begin = true,
						      .starts_again = true };

static void setup(struct sabot_env *env)
{
	struct leased_store *shared = sabot_env_shared(env);

	shared->semid = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	SABOT_OK(semctl(shared->semid, 0, SETVAL, 1));
}

static void work(struct sabot_task *task)
{
	const struct leased_store_way *variant = sabot_variant(task);
	const struct timespec lease = { .tv_sec = LEASE_S };
	struct leased_store *shared = sabot_shared(task);
	bool *begun = &shared->begun[sabot_index(task)];
	bool done = shared->written[sabot_index(task)] || (*begun && variant->trusts_begin);

	while (!done) {
		int token = store_take_lease(shared, variant->clock);

		if (!token) {
			SABOT_OK(clock_nanosleep(CLOCK_MONOTONIC, 0, &lease, NULL));
			continue;
		}
		*begun = true;
		sabot_point(task, "has the lease");
		done = store_write_with(task, shared, token);
	}
}

static const struct sabot_role roles[] = { { "worker", WORKERS, work }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "the store goes by ever newer leases", SABOT_WHEN_ALWAYS, store_tokens_grow },
	{ "a lease is taken once the last one has ended", SABOT_WHEN_ALWAYS, store_none_is_stolen },
	{ "who lives, or was started again, has written", SABOT_AT_END, store_all_have_written },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "delay-anywhere", .variant = &good, .fault = { .kind = SABOT_DELAY } },
	{ .name = "clock-anywhere", .variant = &good, .fault = { .kind = SABOT_CLOCK } },
	{ .name = "restart-anywhere", .variant = &restarted, .fault = { .kind = SABOT_RESTART } },
	{ .name = "no-token",
	  .variant = &no_token,
	  .fault = { .kind = SABOT_DELAY },
	  .caught_by = "the store goes by ever newer leases" },
	{ .name = "wall-clock",
	  .variant = &wall_clock,
	  .fault = { .kind = SABOT_CLOCK },
	  .caught_by = "a lease is taken once the last one has ended" },
	{ .name = "trusts-its-beginning",
	  .variant = &trusts_begin,
	  .fault = { .kind = SABOT_RESTART },
	  .caught_by = "who lives, or was started again, has written" },
	{ 0 },
};

static const char *const points[] = { "has the lease", NULL };

const struct sabot_scenario lease = {
	.name = "lease",
	.group = "shared-memory",
	.about = "leases end while their holders are paused, and clocks are set",
	.tags = "crash recovery time",
	.shared_size = sizeof(struct leased_store),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
