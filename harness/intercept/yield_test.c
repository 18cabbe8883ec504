/* SPDX-License-Identifier: Apache-2.0 */
/* A loop that yields until somebody has done something lets that one run, under every strategy. */
#include "intercept/seeded_test.h"

#include <sched.h>

struct shared {
	unsigned done;
};

static void wait_for_both(struct sabot_task *task)
{
	const volatile struct shared *shared = sabot_shared(task);

	while (shared->done < 2)
		sched_yield();
}

/* Waits as well, for the other one, between two points of its own. */
static void work(struct sabot_task *task)
{
	volatile struct shared *shared = sabot_shared(task);

	while (shared->done < sabot_index(task))
		sched_yield();
	sabot_point(task, "working");
	shared->done++;
}

static const struct sabot_role roles[] = {
	{ "waiter", 2, wait_for_both },
	{ "worker", 2, work },
	{ 0 },
};

static const struct sabot_scenario yielding = {
	.name = "yielding",
	.group = "test",
	.roles = roles,
	.shared_size = sizeof(struct shared),
	.limit_steps = 400,
};

static void loops_that_yield_end(void **state)
{
	static const struct strategy *const tried[] = { &strategy_replay, &strategy_random,
							&strategy_pct };
	struct execution execution = { .scenario = &yielding,
				       .scase = &seeded_case,
				       .depth = 3,
				       .length = 40,
				       .stuck = stuck_judge,
				       .ended = expect_judge };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(tried) / sizeof(tried[0]); i++)
		for (execution.seed = 1; execution.seed <= 100; execution.seed++) {
			execution.strategy = tried[i];
			assert_int_equal(execution_run(&execution), 0);
			if (control->finding.kind != KIND_NONE)
				fail_msg("%s, seed %llu: %s", tried[i]->name,
					 (unsigned long long)execution.seed,
					 control->finding.message);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(loops_that_yield_end) };

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
