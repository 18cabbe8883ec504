/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store that takes what comes with a token no older than it has seen, and the leases that the
 * tokens are of: with time-outs by a clock, guarded by a semaphore that the dead give back.
 */
#ifndef SCENARIOS_SHARED_MEMORY_LEASED_STORE_H
#define SCENARIOS_SHARED_MEMORY_LEASED_STORE_H

#include <sabot/sabot.h>

#include <sys/sem.h>
#include <time.h>

enum { WORKERS = 2, LEASE_S = 10 };

struct leased_store {
	int semid;	  /* guards what follows; its owner's death gives it back */
	int token;	  /* of the last lease */
	int64_t until[2]; /* it lasts: as its taker's clock counts, and as CLOCK_MONOTONIC does */
	int seen;	  /* the newest token that the store has written with */
	bool went_back, stolen, begun[WORKERS], written[WORKERS];
};

struct leased_store_way {
	clockid_t clock;
	bool no_token, trusts_begin, starts_again;
};

static inline void store_change(const struct leased_store *shared, int by)
{
	struct sembuf operation = { 0, (short)by, SEM_UNDO };

	SABOT_OK(semop(shared->semid, &operation, 1));
}

static inline int64_t store_seconds(clockid_t clock)
{
	struct timespec now;

	SABOT_OK(clock_gettime(clock, &now));
	return now.tv_sec;
}

/* Returns the new lease's token, or 0 while another one lasts. */
static inline int store_take_lease(struct leased_store *shared, clockid_t clock)
{
	int64_t now, monotonic;
	int token = 0;

	store_change(shared, -1);
	now = store_seconds(clock);
	monotonic = store_seconds(CLOCK_MONOTONIC);
	if (now >= shared->until[0]) {
		shared->stolen |= monotonic < shared->until[1];
		shared->until[0] = now + LEASE_S;
		shared->until[1] = monotonic + LEASE_S;
		token = ++shared->token;
	}
	store_change(shared, 1);
	return token;
}

/* Returns whether the store took it. */
static inline bool store_write_with(struct sabot_task *task, struct leased_store *shared, int token)
{
	const struct leased_store_way *variant = sabot_variant(task);
	bool takes;

	store_change(shared, -1);
	takes = variant->no_token || token >= shared->seen;
	if (takes) {
		shared->went_back |= token < shared->seen;
		shared->seen = token;
		shared->written[sabot_index(task)] = true;
	}
	store_change(shared, 1);
	return takes;
}

static inline void store_tokens_grow(struct sabot_check *check)
{
	const struct leased_store *shared = sabot_check_shared(check);

	sabot_require(check, !shared->went_back, "the store's token is %d, and was newer",
		      shared->seen);
}

static inline void store_none_is_stolen(struct sabot_check *check)
{
	const struct leased_store *shared = sabot_check_shared(check);

	sabot_require(check, !shared->stolen, "lease %d was taken before the last one ended",
		      shared->token);
}

static inline void store_all_have_written(struct sabot_check *check)
{
	const struct leased_store_way *variant = sabot_check_variant(check);
	const struct leased_store *shared = sabot_check_shared(check);
	unsigned missing = 0;
	int i;

	for (i = 0; i < WORKERS; i++)
		missing += !shared->written[i];
	sabot_require(check, missing <= (variant->starts_again ? 0 : sabot_killed(check, NULL)),
		      "%u have not written, %u were killed", missing, sabot_killed(check, NULL));
}

#endif
