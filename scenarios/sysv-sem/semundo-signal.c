/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A counting semaphore tells consumers of the items that a producer made: a signal, not a lock.
 *
 * Shows: such a post is without SEM_UNDO. With it, exit_sem() takes back what the producer posted
 * at its death, or at its normal end, and stops at zero for what others have taken (semop(2);
 * Linux ipc/sem.c, exit_sem()): items lie there that nobody counts. A take may well have SEM_UNDO,
 * until a second call, +1 with and -1 without it, says that the item is taken for good. Does not
 * show: that whoever dies after that has done anything with the item.
 */
#include "goods.h"

enum { OUTSIDE, TAKING }; /* marks */

struct variant {
	short undo_post, undo_take; /* SEM_UNDO, or 0 */
	bool is_shown;		    /* not judged */
};

static const struct variant good = { 0, SEM_UNDO, false };
static const struct variant undo_post = { SEM_UNDO, SEM_UNDO, false };
static const struct variant plain_take = { 0, 0, false };
static const struct variant shown = { SEM_UNDO, 0, true };

static void setup(struct sabot_env *env)
{
	permits_make(sabot_env_shared(env), 1, 0);
}

static void produce(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct goods *goods = sabot_shared(task);
	int i;

	for (i = 0; i < GOODS_ITEMS; i++) {
		goods_lay(goods);
		permits_change(&goods->permits, 0, +1, variant->undo_post);
		goods->made++;
	}
}

static void consume(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct goods *goods = sabot_shared(task);
	struct sembuf take = { 0, -1, variant->undo_take };
	struct sembuf keep[] = { { 0, +1, variant->undo_take }, { 0, -1, 0 } };

	while (permits_come(task, &goods->permits, &take, 1)) {
		sabot_mark(task, TAKING);
		SABOT_OK(semop(goods->permits.semid, keep, 2));
		goods_take(goods);
		sabot_mark(task, OUTSIDE);
	}
}

static void none_is_lost(struct sabot_check *check)
{
	const struct goods *goods = sabot_check_shared(check);
	const struct variant *variant = sabot_check_variant(check);

	if (!variant->is_shown)
		permits_require(check, 0, goods_left(goods) - (int)sabot_alive(check, TAKING));
}

static void none_is_twice(struct sabot_check *check)
{
	const struct goods *goods = sabot_check_shared(check);

	sabot_require(check, goods_valid(goods), "of %u items %u were taken, as %d, %d and %d",
		      goods->made, goods->taken, goods->taken_items[0], goods->taken_items[1],
		      goods->taken_items[2]);
}

static void tell_value(struct sabot_check *check)
{
	const struct goods *goods = sabot_check_shared(check);
	const char *items = goods_left(goods) > 0 ? "items are left" : "all are taken";

	sabot_check_observe(check, "%s, the value is %d", items, permits_value(check, 0));
}

static const struct sabot_role roles[] = {
	{ "producer", 1, produce },
	{ "consumer", 2, consume },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "every item made is taken or still there", SABOT_WHEN_SETTLED, none_is_lost },
	{ "each item is taken once, in order", SABOT_WHEN_ALWAYS, none_is_twice },
	{ "the value is told at the end", SABOT_AT_END, tell_value },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-two",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "producer" },
	  .second = { SABOT_KILL, .role = "consumer" } },
	{ .name = "post-with-undo",
	  .variant = &undo_post,
	  .fault = { SABOT_KILL, .role = "producer" },
	  .caught_by = "every item made is taken or still there" },
	{ .name = "take-without-undo",
	  .variant = &plain_take,
	  .fault = { SABOT_KILL, .role = "consumer", .where = SABOT_WOKEN },
	  .caught_by = "every item made is taken or still there" },
	{ .name = "platform",
	  .variant = &shown,
	  .fault = { SABOT_KILL, .role = "producer" },
	  .characterises = "a process dies that posted with SEM_UNDO what others take",
	  .known = (const char *const[]){ "items are left, the value is 0",
					  "all are taken, the value is 0", NULL } },
	{ 0 },
};

const struct sabot_scenario semundo_signal = {
	.name = "semundo-signal",
	.group = "sysv-sem",
	.about = "a post is no lock: with SEM_UNDO the poster's end takes it back",
	.tags = "crash producer-consumer signal platform",
	.shared_size = sizeof(struct goods),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.keeps_no_state = true,
};
