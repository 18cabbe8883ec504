/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An administrator takes one of two permits out of service while a user holds the other.
 *
 * Shows: a relative semop() leaves the holders' adjustments alone, so a holder's death gives its
 * permit back. semctl(SETVAL), as SETALL, clears them in all processes (semctl(2); Linux ipc/sem.c,
 * semctl_setval()): whoever holds then and dies takes its permit along, and whoever gives it back
 * has that undone at its exit. Does not show: that to look at a value and then set it loses what
 * happens in between; the twin has that fault too.
 */
#include "permits.h"

enum { PERMITS, IS_INSIDE, IS_SET, SEMAPHORES };
enum { OUTSIDE, INSIDE }; /* marks */

struct shared {
	struct permits permits;
	int in_service;
};

struct variant {
	bool by_setval;
	bool is_shown; /* not judged; the value is set while the user is inside */
};

static const struct variant relative = { false, false };
static const struct variant by_setval = { true, false };
static const struct variant shown = { true, true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	permits_make(&shared->permits, SEMAPHORES, 0);
	shared->in_service = 2;
	SABOT_OK(semctl(shared->permits.semid, PERMITS, SETVAL, shared->in_service));
}

static void use(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const struct permits *permits = sabot_shared(task);

	permits_change(permits, PERMITS, -1, SEM_UNDO);
	sabot_mark(task, INSIDE);
	if (variant->is_shown) {
		permits_change(permits, IS_INSIDE, +1, 0);
		permits_change(permits, IS_SET, -1, 0);
	}
	sabot_point(task, "inside");
	permits_change(permits, PERMITS, +1, SEM_UNDO);
	sabot_mark(task, OUTSIDE);
}

/* And then uses the one that is left. */
static void withdraw_one(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (variant->is_shown)
		permits_change(&shared->permits, IS_INSIDE, -1, 0);
	if (variant->by_setval) {
		int value = SABOT_OK(semctl(shared->permits.semid, PERMITS, GETVAL));

		SABOT_OK(semctl(shared->permits.semid, PERMITS, SETVAL, value > 0 ? value - 1 : 0));
	} else {
		permits_change(&shared->permits, PERMITS, -1, 0);
	}
	shared->in_service--;
	if (variant->is_shown)
		permits_change(&shared->permits, IS_SET, +2, 0); /* for both */
	use(task);
}

static void value_counts_free(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	const struct variant *variant = sabot_check_variant(check);

	if (!variant->is_shown)
		permits_require(check, PERMITS,
				shared->in_service - (int)sabot_alive(check, INSIDE));
}

static void tell_value(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_check_observe(check, "the value is %d, of %d in service",
			    permits_value(check, PERMITS), shared->in_service);
}

static const struct sabot_role roles[] = {
	{ "user", 1, use },
	{ "administrator", 1, withdraw_one },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the value counts the permits that nobody has", SABOT_WHEN_SETTLED, value_counts_free },
	{ "the value is told at the end", SABOT_AT_END, tell_value },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &relative },
	{ .name = "kill-anywhere", .variant = &relative, .fault = { .kind = SABOT_KILL } },
	{ .name = "by-setval",
	  .variant = &by_setval,
	  .fault = { SABOT_KILL, .role = "user", .point = "inside" },
	  .caught_by = "the value counts the permits that nobody has" },
	{ .name = "platform",
	  .variant = &shown,
	  .fault = { SABOT_KILL, .role = "user", .point = "inside" },
	  .characterises = "a holder with SEM_UNDO dies after another process has used SETVAL",
	  .known = (const char *const[]){ "the value is 0, of 1 in service",
					  "administrator blocks for ever in semop", NULL } },
	{ 0 },
};

static const char *const points[] = { "inside", NULL };

const struct sabot_scenario semundo_setval = {
	.name = "semundo-setval",
	.group = "sysv-sem",
	.about = "SETVAL makes the kernel forget what a holder's death would give back",
	.tags = "crash lock platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
