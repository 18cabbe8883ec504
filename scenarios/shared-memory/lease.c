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
#include <sabot/sabot.h>

#include <sys/sem.h>
#include <time.h>

enum { WORKERS = 2, LEASE_S = 10 };

struct shared {
	int semid;	  /* guards what follows; its owner's death gives it back */
	int token;	  /* of the last lease */
	int64_t until[2]; /* it lasts: as its taker's clock counts, and as CLOCK_MONOTONIC does */
	int seen;	  /* the newest token that the store has written with */
	bool went_back, stolen, begun[WORKERS], written[WORKERS];
};

struct variant {
	clockid_t clock;
	bool no_token, trusts_begin, starts_again;
};

static const struct variant good = { .clock = CLOCK_MONOTONIC };
static const struct variant restarted = { .clock = CLOCK_MONOTONIC, .starts_again = true };
static const struct variant no_token = { .clock = CLOCK_MONOTONIC, .no_token = true };
static const struct variant wall_clock = { .clock = CLOCK_REALTIME };
static const struct variant trusts_begin = { .clock = CLOCK_MONOTONIC,
					     .trusts_begin = true,
					     .starts_again = true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->semid = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	SABOT_OK(semctl(shared->semid, 0, SETVAL, 1));
}

static void change(const struct shared *shared, int by)
{
	struct sembuf operation = { 0, (short)by, SEM_UNDO };

	SABOT_OK(semop(shared->semid, &operation, 1));
}

static int64_t seconds(clockid_t clock)
{
	struct timespec now;

	SABOT_OK(clock_gettime(clock, &now));
	return now.tv_sec;
}

/* Returns the new lease's token, or 0 while another one lasts. */
static int take_lease(struct shared *shared, clockid_t clock)
{
	int64_t now, monotonic;
	int token = 0;

	change(shared, -1);
	now = seconds(clock);
	monotonic = seconds(CLOCK_MONOTONIC);
	if (now >= shared->until[0]) {
		shared->stolen |= monotonic < shared->until[1];
		shared->until[0] = now + LEASE_S;
		shared->until[1] = monotonic + LEASE_S;
		token = ++shared->token;
	}
	change(shared, 1);
	return token;
}

/* Returns whether the store took it. */
static bool write_with(struct sabot_task *task, struct shared *shared, int token)
{
	const struct variant *variant = sabot_variant(task);
	bool takes;

	change(shared, -1);
	takes = variant->no_token || token >= shared->seen;
	if (takes) {
		shared->went_back |= token < shared->seen;
		shared->seen = token;
		shared->written[sabot_index(task)] = true;
	}
	change(shared, 1);
	return takes;
}

static void work(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const struct timespec lease = { .tv_sec = LEASE_S };
	struct shared *shared = sabot_shared(task);
	bool *begun = &shared->begun[sabot_index(task)];
	bool done = shared->written[sabot_index(task)] || (*begun && variant->trusts_begin);

	while (!done) {
		int token = take_lease(shared, variant->clock);

		if (!token) {
			SABOT_OK(clock_nanosleep(CLOCK_MONOTONIC, 0, &lease, NULL));
			continue;
		}
		*begun = true;
		sabot_point(task, "has the lease");
		done = write_with(task, shared, token);
	}
}

static void tokens_grow(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, !shared->went_back, "the store's token is %d, and was newer",
		      shared->seen);
}

static void none_is_stolen(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, !shared->stolen, "lease %d was taken before the last one ended",
		      shared->token);
}

static void all_have_written(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	const struct shared *shared = sabot_check_shared(check);
	unsigned missing = 0;
	int i;

	for (i = 0; i < WORKERS; i++)
		missing += !shared->written[i];
	sabot_require(check, missing <= (variant->starts_again ? 0 : sabot_killed(check, NULL)),
		      "%u have not written, %u were killed", missing, sabot_killed(check, NULL));
}

static const struct sabot_role roles[] = { { "worker", WORKERS, work }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "the store goes by ever newer leases", SABOT_WHEN_ALWAYS, tokens_grow },
	{ "a lease is taken once the last one has ended", SABOT_WHEN_ALWAYS, none_is_stolen },
	{ "who lives, or was started again, has written", SABOT_AT_END, all_have_written },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
