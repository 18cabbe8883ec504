/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One process takes a lock, another gives it back: the duty to do so travels between them.
 *
 * Shows: an adjustment belongs to the process that made it (semop(2)). With SEM_UNDO on both sides
 * the giver's end takes the give back, and the taker's gives a second time. So the duty must change
 * hands by the same call that hands over the work: the taker's +1 with SEM_UNDO and -1 without
 * cancel its adjustment, +1 without and -1 with make one for the giver, and nobody dies in between.
 * Does not show: work that nobody is left to receive; it stays in the other semaphore.
 */
#include "permits.h"

enum { LOCK, HANDED, SEMAPHORES };
enum { NOTHING, HAS_LOCK }; /* marks */

struct variant {
	short undo_take, undo_give; /* SEM_UNDO, or 0 */
	bool duty_travels;
};

static const struct variant good = { SEM_UNDO, SEM_UNDO, true };
static const struct variant both_undo = { SEM_UNDO, SEM_UNDO, false };
static const struct variant no_undo = { 0, 0, false };

static void setup(struct sabot_env *env)
{
	struct permits *permits = sabot_env_shared(env);

	permits_make(permits, SEMAPHORES, 0);
	SABOT_OK(semctl(permits->semid, LOCK, SETVAL, 1));
}

static void take_and_hand_over(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct permits *permits = sabot_shared(task);
	struct sembuf take = { LOCK, -1, variant->undo_take };
	struct sembuf hand[] = { { HANDED, +1, 0 }, { LOCK, +1, SEM_UNDO }, { LOCK, -1, 0 } };

	if (!permits_come(task, permits, &take, 1))
		return;
	sabot_mark(task, HAS_LOCK);
	SABOT_OK(semop(permits->semid, hand, variant->duty_travels ? 3 : 1));
	sabot_mark(task, NOTHING);
}

static void receive_and_give(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct permits *permits = sabot_shared(task);
	struct sembuf receive[] = { { HANDED, -1, 0 }, { LOCK, +1, 0 }, { LOCK, -1, SEM_UNDO } };
	struct sembuf give = { LOCK, +1, variant->undo_give };

	if (!permits_come(task, permits, receive, variant->duty_travels ? 3 : 1))
		return;
	sabot_mark(task, HAS_LOCK);
	SABOT_OK(semop(permits->semid, &give, 1));
	sabot_mark(task, NOTHING);
}

static void lock_is_somewhere(struct sabot_check *check)
{
	int lock = permits_value(check, LOCK), handed = permits_value(check, HANDED);
	int held = (int)sabot_alive(check, HAS_LOCK);

	sabot_require(check, lock + handed + held == 1,
		      "the lock is %d, handed over %d times, %d of the living have it", lock,
		      handed, held);
}

static const struct sabot_role roles[] = {
	{ "taker", 2, take_and_hand_over },
	{ "giver", 2, receive_and_give },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the lock is free, handed over, or held once", SABOT_WHEN_SETTLED, lock_is_somewhere },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-two",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL },
	  .second = { .kind = SABOT_KILL } },
	{ .name = "both-with-undo",
	  .variant = &both_undo,
	  .caught_by = "the lock is free, handed over, or held once" },
	{ .name = "neither-with-undo",
	  .variant = &no_undo,
	  .fault = { .kind = SABOT_KILL },
	  .caught_by = "the lock is free, handed over, or held once" },
	{ 0 },
};

const struct sabot_scenario semundo_cross = {
	.name = "semundo-cross",
	.group = "sysv-sem",
	.about = "a lock taken here and given there: its undo must travel with it",
	.tags = "crash lock recovery",
	.shared_size = sizeof(struct permits),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.keeps_no_state = true,
};
