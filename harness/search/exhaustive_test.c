/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exhaustive search against counts that are known, against all interleavings one by one, and
 * against bugs that show in few schedules only.
 */
#include "search/exhaustive_test.h"

#include "os/checker.h"

#include <sys/wait.h>

static const struct exhaustive_options reduced = { 0 }, brute = { .brute = true };

static uint64_t choose(unsigned n, unsigned k)
{
	return k == 0 ? 1 : choose(n - 1, k - 1) * n / k;
}

/* Each task `count` times the same, with a value of its own. */
static void fill(struct program *program, unsigned tasks, unsigned count, enum what what,
		 bool same_variable)
{
	unsigned i, j;

	memset(program, 0, sizeof(*program));
	for (i = 0; i < tasks; i++)
		for (j = 0; j < count; j++)
			program->tasks[i][j] =
				(struct instruction){ (uint8_t)what,
						      (uint8_t)(same_variable ? 0 : i),
						      (uint8_t)(1 + i * count + j) };
}

static void expect_schedules(const struct program *program,
			     const struct exhaustive_options *options, uint64_t schedules)
{
	static struct result result;

	explore_program(program, options, &result);
	assert_null(result.gap);
	assert_int_equal(result.schedules, schedules);
}

static void independent_steps_have_one_schedule(void **state)
{
	static const enum what whats[] = { POINT, STORE, ADD, LOAD, POST, TRY_LOCK, SLEEP };
	struct program program;
	unsigned i, n;

	(void)state;
	for (i = 0; i < sizeof(whats) / sizeof(whats[0]); i++)
		for (n = 1; n <= 5; n++) {
			fill(&program, 2 + n % 2, n, whats[i], false);
			expect_schedules(&program, &reduced, 1);
		}
	/* Who reads only does not depend on who does so either. */
	fill(&program, 3, 4, LOAD, true);
	expect_schedules(&program, &reduced, 1);
}

static void dependent_steps_have_all(void **state)
{
	struct program program;
	unsigned n;

	(void)state;
	for (n = 1; n <= 5; n++) {
		fill(&program, 2, n, ADD, true);
		expect_schedules(&program, &reduced, choose(2 * n, n));
		/* The start of each task is a step too. */
		expect_schedules(&program, &brute, choose(2 * n + 2, n + 1));
		fill(&program, 2, n, POST, true);
		expect_schedules(&program, &reduced, choose(2 * n, n));
	}
	for (n = 1; n <= 2; n++) {
		fill(&program, 3, n, ADD, true);
		expect_schedules(&program, &reduced, choose(3 * n, n) * choose(2 * n, n));
	}
}

/*
 * What changes in memory unseen, anybody may have read: all orders but of the two starts, which
 * change nothing, and so swap where they come one after the other.
 */
static void unseen_stores_depend_on_all(void **state)
{
	struct program program;
	unsigned i, n;

	(void)state;
	for (n = 1; n <= 3; n++) {
		memset(&program, 0, sizeof(program));
		program.plain = true;
		for (i = 0; i < 2 * n; i++) {
			uint8_t what = i % 2 ? ADD : POINT;

			program.tasks[0][i] = (struct instruction){ what, 0, 1 };
			program.tasks[1][i] = (struct instruction){ what, 1, 1 };
		}
		expect_schedules(&program, &reduced, choose(2 * n + 2, n + 1) - choose(2 * n, n));
	}
}

static void print_program(const struct program *program)
{
	unsigned i, j;

	for (i = 0; i < TASKS; i++)
		for (j = 0; j < OPS && program->tasks[i][j].what; j++)
			print_error("task %u: %u %u %u\n", i, program->tasks[i][j].what,
				    program->tasks[i][j].variable, program->tasks[i][j].value);
}

/* Both ways lead to the same states at the end. */
static void compare(const struct program *program, const struct exhaustive_options *options,
		    const struct exhaustive_options *with, uint64_t sums[2])
{
	static struct result left, right;

	explore_program(program, options, &left);
	explore_program(program, with, &right);
	sums[0] += left.schedules;
	sums[1] += right.schedules;
	if (!left.gap && !right.gap && left.state_count == right.state_count &&
	    !memcmp(left.states, right.states, left.state_count * sizeof(left.states[0])))
		return;
	print_program(program);
	fail_msg("%u states after %llu schedules (%s), %u after %llu (%s)", left.state_count,
		 (unsigned long long)left.schedules, left.gap ? left.gap : "all", right.state_count,
		 (unsigned long long)right.schedules, right.gap ? right.gap : "all");
}

static void make_program(struct program *program, struct random *random, const enum what *whats,
			 size_t count, unsigned tasks, unsigned length)
{
	unsigned i, j;

	memset(program, 0, sizeof(*program));
	for (i = 0; i < tasks; i++)
		for (j = 0; j < length; j++)
			program->tasks[i][j] =
				(struct instruction){ (uint8_t)whats[random_below(random, count)],
						      (uint8_t)random_below(random, 2),
						      (uint8_t)(1 + random_below(random, 3)) };
}

/* Forks are dear where a checker maps its own memory: fewer programs show as much of memory there.
 */
enum { PART = CHECKER_IS_ASAN ? 5 : 1 };

static void random_programs(const enum what *whats, size_t count, unsigned programs, bool plain)
{
	struct program program;
	struct random random;
	uint64_t sums[2] = { 0 };
	unsigned i;

	random_seed_stream(&random, 1, count, whats[0], plain);
	for (i = 0; i < programs / PART; i++) {
		make_program(&program, &random, whats, count, 2 + i % 2, i % 2 ? 1 : 3);
		program.plain = plain;
		compare(&program, &reduced, &brute, sums);
	}
	print_message("%llu schedules instead of %llu\n", (unsigned long long)sums[0],
		      (unsigned long long)sums[1]);
}

static void memory_leads_to_the_same(void **state)
{
	static const enum what whats[] = { STORE, LOAD, ADD, EXCHANGE, POINT, RAISE };

	(void)state;
	random_programs(whats, 6, 50, false);
	random_programs(whats, 6, 30, true);
}

static void semaphores_lead_to_the_same(void **state)
{
	static const enum what posix[] = { WAIT, POST, TRY_WAIT, POST, LOAD, STORE };
	static const enum what system_v_ones[] = { TAKE, GIVE, GIVE, TAKE_UNTIL, LOAD, STORE };

	(void)state;
	random_programs(posix, 6, 24, false);
	random_programs(system_v_ones, 6, 24, false);
	random_programs(system_v_ones, 6, 20, true);
}

static void locks_lead_to_the_same(void **state)
{
	static const enum what whats[] = { LOCK, UNLOCK, TRY_LOCK, LOAD, STORE, SLEEP };

	(void)state;
	random_programs(whats, 6, 20, false);
}

/* All wait in loops for the last one, which stores at its end what they wait for. */
static void loops_end(void **state)
{
	static const enum what waits[] = { YIELD_UNTIL, POLL_UNTIL, SPIN_UNTIL, SPIN_TIMES };
	static const enum what others[] = { ADD, LOAD, STORE, TRY_LOCK, POINT };
	struct program program;
	struct random random;
	uint64_t sums[2] = { 0 };
	unsigned i, j;

	(void)state;
	random_seed_stream(&random, 1, 0, 0, 0);
	for (i = 0; i < 32; i++) {
		bool plain = i >= 24;
		struct instruction wait = { (uint8_t)waits[i % (plain ? 2 : 4)], 0, 7 };
		unsigned waiters = 1 + i % 8 / 4;

		make_program(&program, &random, others, 5, 1 + waiters, 1);
		for (j = 0; j <= waiters; j++)
			program.tasks[j][0].variable = 1;
		program.plain = plain;
		program.tasks[0][1] = wait;
		if (waiters == 2)
			program.tasks[1][0] = wait;
		program.tasks[waiters][1] = (struct instruction){ STORE, 0, 7 };
		compare(&program, &reduced, waiters == 1 ? &brute : &reduced, sums);
	}
}

/* To look again at what has not changed is no new choice: before the store, or after it. */
static void a_spin_is_two_choices(void **state)
{
	struct program program = { .tasks = { { { SPIN_UNTIL, 0, 1 } }, { { STORE, 0, 1 } } } };
	struct result result;

	(void)state;
	explore_program(&program, &reduced, &result);
	assert_null(result.gap);
	assert_in_range(result.schedules, 2, 3);
	/* One that gives up by itself is not cut: each of its looks may be the first to see it. */
	program.tasks[0][0].what = SPIN_TIMES;
	explore_program(&program, &reduced, &result);
	assert_null(result.gap);
	assert_int_equal(result.schedules, 8);
}

static void bounds_lead_to_the_same(void **state)
{
	static const enum what whats[] = { STORE, LOAD, ADD, EXCHANGE, TRY_WAIT, POST, WAIT };
	struct program program;
	struct random random;
	uint64_t sums[2] = { 0 };
	unsigned i;

	(void)state;
	random_seed_stream(&random, 2, 0, 0, 0);
	for (i = 0; i < 40 / PART; i++) {
		struct exhaustive_options few = { .bounded = true, .preemptions = i % 3 };
		struct exhaustive_options all = few;

		all.brute = true;
		make_program(&program, &random, whats, 7, 2 + i % 2, i % 2 ? 2 : 4);
		compare(&program, &few, &all, sums);
	}
	/* Without a preemption, one after the other. */
	fill(&program, 3, 4, ADD, true);
	expect_schedules(&program, &(struct exhaustive_options){ .bounded = true }, 6);
}

/* ---- What must not be missed --------------------------------------------------------------- */

static void not_both_marked(struct sabot_check *check)
{
	sabot_require(check, sabot_alive(check, 1) < 2, "both");
}

static void checks_see_each_state(void **state)
{
	static const struct sabot_invariant invariants[] = {
		{ "at most one is marked", SABOT_WHEN_SETTLED, not_both_marked }, { 0 }
	};
	static const struct instruction body[] = {
		{ POINT, 0, 0 }, { MARK, 0, 1 }, { POINT, 0, 0 }, { MARK, 0, 0 }
	};
	struct program program = { 0 };
	struct result result;

	(void)state;
	memcpy(program.tasks[0], body, sizeof(body));
	memcpy(program.tasks[1], body, sizeof(body));
	/* Nothing else depends on marks: without the check there is one schedule, and no bug. */
	expect_schedules(&program, &reduced, 1);
	invariants_now = invariants;
	explore_program(&program, &reduced, &result);
	assert_true(result.findings > 0);
	explore_program(&program, &brute, &result);
	assert_true(result.findings > 0);
	invariants_now = NULL;
}

/* Each has to come exactly after the other: of 12870 interleavings, one. */
static void make_ladder(struct program *program)
{
	unsigned i;

	memset(program, 0, sizeof(*program));
	for (i = 0; i < 8; i++) {
		program->tasks[0][i] = (struct instruction){ RAISE, 0, (uint8_t)(2 * i) };
		program->tasks[1][i] = (struct instruction){ RAISE, 0, (uint8_t)(2 * i + 1) };
	}
	program->tasks[1][8] = (struct instruction){ BUG_IF, 0, 16 };
}

static bool random_finds_it(const struct program *program)
{
	static const struct sabot_role roles[] = { { "task", 2, run_program }, { 0 } };
	static const struct sabot_case scase = { .name = "case" };
	static const struct sabot_scenario scenario = { .name = "program",
							.group = "test",
							.shared_size = sizeof(struct shared),
							.setup = setup_program,
							.roles = roles };
	struct execution execution = { .scenario = &scenario,
				       .scase = &scase,
				       .strategy = &strategy_random,
				       .seed = 1,
				       .stuck = run_stuck,
				       .ended = judge_end };

	program_now = program;
	for (execution.number = 0; execution.number < 300; execution.number++) {
		assert_int_equal(execution_run(&execution), 0);
		if (((const struct shared *)control->shared)->bug)
			return true;
	}
	return false;
}

static void a_bug_that_random_misses_is_found(void **state)
{
	struct program program;
	struct result result;

	(void)state;
	make_ladder(&program);
	assert_false(random_finds_it(&program));
	explore_program(&program, &reduced, &result);
	assert_null(result.gap);
	assert_true(result.bugs > 0);
	assert_true(result.schedules < 200);
}

/* The first schedule ends with a finding before the second task did anything. */
static void fail_at_first(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	sabot_assert(task, load(shared, 0) == 1, "not yet");
	store(shared, &shared->bug, 1);
}

static void store_first(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	store(shared, &shared->variables[0], 1);
}

static void a_finding_hides_no_other(void **state)
{
	static const struct sabot_role roles[] = { { "failing", 1, fail_at_first },
						   { "storing", 1, store_first },
						   { 0 } };
	static const struct sabot_scenario scenario = { .name = "early",
							.group = "test",
							.shared_size = sizeof(struct shared),
							.roles = roles };
	struct result result;

	(void)state;
	explore_scenario(&scenario, &reduced, &result);
	assert_true(result.findings > 0);
	assert_true(result.bugs > 0);
}

/* ---- Processes ----------------------------------------------------------------------------- */

static void fork_one(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	pid_t child = fork();
	uint64_t seen;

	if (child == 0) {
		store(shared, &shared->variables[0], 2);
		_exit(0);
	}
	seen = load(shared, 0);
	waitpid(child, NULL, 0);
	store(shared, &shared->seen[0], seen * 8 + load(shared, 0));
}

static void children_lead_to_the_same(void **state)
{
	static const struct sabot_role roles[] = { { "parent", 1, fork_one },
						   { "storing", 1, store_first },
						   { 0 } };
	static const struct sabot_scenario scenario = { .name = "forking",
							.group = "test",
							.shared_size = sizeof(struct shared),
							.roles = roles };
	struct result left, right;

	(void)state;
	explore_scenario(&scenario, &reduced, &left);
	explore_scenario(&scenario, &brute, &right);
	assert_null(left.gap);
	assert_int_equal(left.state_count, right.state_count);
	assert_memory_equal(left.states, right.states, left.state_count * sizeof(left.states[0]));
	assert_true(left.schedules < right.schedules);
}

/* Another number of steps each time, by what no schedule decides. */
static void depend_on_pid(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	add(shared, &shared->variables[0], (uint64_t)getpid());
	add(shared, &shared->variables[0], 1);
}

static void what_is_not_deterministic_is_told(void **state)
{
	static const struct sabot_role roles[] = { { "task", 2, depend_on_pid }, { 0 } };
	static const struct sabot_scenario scenario = { .name = "astray",
							.group = "test",
							.shared_size = sizeof(struct shared),
							.roles = roles };
	struct result result;

	(void)state;
	explore_scenario(&scenario, &reduced, &result);
	assert_true(result.astray);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(independent_steps_have_one_schedule),
		cmocka_unit_test(dependent_steps_have_all),
		cmocka_unit_test(unseen_stores_depend_on_all),
		cmocka_unit_test(memory_leads_to_the_same),
		cmocka_unit_test(semaphores_lead_to_the_same),
		cmocka_unit_test(locks_lead_to_the_same),
		cmocka_unit_test(loops_end),
		cmocka_unit_test(a_spin_is_two_choices),
		cmocka_unit_test(bounds_lead_to_the_same),
		cmocka_unit_test(checks_see_each_state),
		cmocka_unit_test(a_bug_that_random_misses_is_found),
		cmocka_unit_test(a_finding_hides_no_other),
		cmocka_unit_test(children_lead_to_the_same),
		cmocka_unit_test(what_is_not_deterministic_is_told),
	};

	if (getenv("ONLY"))
		cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
