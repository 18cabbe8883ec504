/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each member of a ring holds a byte of a file and wants the next one's.
 *
 * Shows: the kernel refuses the lock that would close a cycle (EDEADLK), so that a member can give
 * its byte up and begin anew; but it looks only so far (fcntl(2), BUGS; Linux fs/locks.c, which
 * stops after ten steps), and a longer ring waits for ever. Does not show: false alarms, which
 * threads that share descriptors can get.
 */
#include "circle.h"

#define ALL_HAD_BOTH "each member had both of its bytes, or was killed"

enum { MEMBERS = 13, KERNEL_LIMIT = 12 };

struct variant {
	int members;
	bool by_address; /* the lower byte first, so that no ring closes */
	bool gives_up;	 /* when it is refused a byte */
};

static const struct variant ordered = { MEMBERS, .by_address = true };
static const struct variant short_ring = { .members = KERNEL_LIMIT };
static const struct variant long_ring = { .members = MEMBERS };
static const struct variant gives_up = { KERNEL_LIMIT, .gives_up = true };

static const char *const known_short[] = { "a lock is refused with EDEADLK", NULL };
static const char *const known_long[] = { "member blocks for ever in fcntl(F_SETLKW)", NULL };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);

	circle_make(sabot_env_shared(env), variant->members, MEMBERS);
}

/* False: it gave up. Who is refused one byte waits for that one first, with none in its hands. */
static bool take_around(struct sabot_task *task, int first, int second)
{
	const struct variant *variant = sabot_variant(task);
	const struct circle *circle = sabot_shared(task);
	int refused;

	SABOT_OK(circle_take(circle, first));
	circle_close(task, circle);
	while (circle_take(circle, second) != 0) {
		sabot_assert(task, errno == EDEADLK, "a byte is refused, errno %d", errno);
		sabot_observe(task, "a lock is refused with EDEADLK");
		circle_drop(circle);
		if (variant->gives_up)
			return false;
		refused = second;
		second = first;
		first = refused;
		SABOT_OK(circle_take(circle, first));
	}
	return true;
}

static void join(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct circle *circle = sabot_shared(task);
	int own = (int)sabot_index(task), next = (own + 1) % variant->members;
	bool has_both = true;

	sabot_point(task, "born");
	if (own >= variant->members)
		return;
	if (variant->by_address)
		circle_take_in_order(circle, own, next);
	else
		has_both = take_around(task, own, next);
	circle->had_both |= (unsigned)has_both << own;
	circle_drop(circle);
}

static void all_had_both(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	unsigned missing = circle_missing(sabot_check_shared(check), variant->members);

	sabot_require(check, (unsigned)__builtin_popcount(missing) <= sabot_killed(check, "member"),
		      "members %#x never had both bytes, and %u were killed", missing,
		      sabot_killed(check, "member"));
}

static const struct sabot_role roles[] = { { "member", MEMBERS, join }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ ALL_HAD_BOTH, SABOT_AT_END, all_had_both },
	{ 0 },
};

static const char *const points[] = { "born", CIRCLE_POINT, NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &ordered },
	{ .name = "backs-off", .variant = &short_ring },
	{ .name = "kill-in-the-ring",
	  .variant = &short_ring,
	  .fault = { .kind = SABOT_KILL, .point = CIRCLE_POINT } },
	{ .name = "gives-up", .variant = &gives_up, .caught_by = ALL_HAD_BOTH },
	{ .name = "longer-than-the-kernel-looks", .variant = &long_ring, .caught_by = "deadlock" },
	{ .name = "platform-12",
	  .variant = &short_ring,
	  .characterises = "12 processes wait for record locks in a ring",
	  .known = known_short },
	{ .name = "platform-13",
	  .variant = &long_ring,
	  .characterises = "13 processes wait for record locks in a ring",
	  .known = known_long },
	{ 0 },
};

const struct sabot_scenario fcntl_long_cycle = {
	.name = "fcntl-long-cycle",
	.group = "record-locks",
	.about = "the kernel refuses the lock that closes a ring of 12, and not one of 13",
	.tags = "lock deadlock platform",
	.shared_size = sizeof(struct circle),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
