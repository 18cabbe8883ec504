/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario that is good until a macro misspells a name in one of its tables. */
#include <sabot/sabot.h>

#ifndef ROLE
#define ROLE "worker"
#endif
#ifndef POINT
#define POINT "here"
#endif
#ifndef ORACLE
#define ORACLE "at most one is inside"
#endif
#ifndef CASE
#define CASE "twin"
#endif

static void go_inside(struct sabot_task *task)
{
	sabot_mark(task, 1);
	sabot_point(task, "here");
}

static void at_most_one_inside(struct sabot_check *check)
{
	sabot_require(check, sabot_alive(check, 1) <= 1, "%u are inside", sabot_alive(check, 1));
}

static const struct sabot_role roles[] = { { "worker", 2, go_inside }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one is inside", SABOT_WHEN_SETTLED, at_most_one_inside },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = CASE,
	  .fault = { SABOT_KILL, .role = ROLE, .point = POINT },
	  .caught_by = ORACLE },
	{ 0 },
};

static const char *const points[] = { "here", NULL };

static const struct sabot_scenario refused = {
	.name = "refused",
	.group = "failures",
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};

SABOT_MODULE(&refused);
