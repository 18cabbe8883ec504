/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A loop that yields until somebody has done something lets that one run, under every strategy; and
 * so, in the end, does one that only asks again, whether others wait for a turn or for time.
 */
#include "intercept/seeded_test.h"

#include <sched.h>
#include <semaphore.h>

struct shared {
	unsigned done;
	sem_t posted;
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

/* ---- Without a yield ------------------------------------------------------------------------ */

static void set_up(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	SABOT_OK(sem_init(&shared->posted, 1, 0));
}

static void try_again(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	while (sem_trywait(&shared->posted) != 0)
		continue;
}

static void post_late(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	if (sabot_index(task) == 0)
		sleep(1); /* tidy-allow calls: virtual time, that others wait for */
	sabot_point(task, "working");
	SABOT_OK(sem_post(&shared->posted));
}

static const struct sabot_role impatient_roles[] = {
	{ "impatient", 2, try_again },
	{ "late", 2, post_late },
	{ 0 },
};

static const struct sabot_scenario trying = {
	.name = "trying",
	.group = "test",
	.setup = set_up,
	.roles = impatient_roles,
	.shared_size = sizeof(struct shared),
	.limit_steps = 1000,
};

static void loops_end(const struct sabot_scenario *scenario)
{
	static const struct strategy *const tried[] = { &strategy_replay, &strategy_random,
							&strategy_pct, &strategy_pos };
	struct execution execution = { .scenario = scenario,
				       .scase = &seeded_case,
				       .depth = 3,
				       .length = 40,
				       .stuck = stuck_judge,
				       .ended = expect_judge };
	size_t i;

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

static void loops_that_yield_end(void **state)
{
	(void)state;
	loops_end(&yielding);
}

static void loops_that_ask_again_end(void **state)
{
	(void)state;
	loops_end(&trying);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(loops_that_yield_end),
					    cmocka_unit_test(loops_that_ask_again_end) };

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
