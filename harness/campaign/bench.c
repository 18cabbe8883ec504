/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/bench.h"

#include "campaign/bench_floor.h"
#include "check/expect.h"
#include "check/invariant.h"
#include "check/stuck.h"
#include "exec/execution.h"
#include "os/sys.h"
#include "search/strategies.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>

enum { POINTS = 10, PASSES = 20000 };

struct bench_shared {
	int semid;
	uint64_t began_ns, ended_ns;
};

/* ---- Scenarios of the benchmark: as little as can be, so that what is left is the engine ---- */

static void ten_points(struct sabot_task *task)
{
	int i;

	for (i = 0; i < POINTS; i++)
		sabot_point(task, "step");
}

static void many_points(struct sabot_task *task)
{
	struct bench_shared *shared = sabot_shared(task);
	int i;

	if (sabot_index(task) == 0)
		shared->began_ns = sys_now_ns();
	for (i = 0; i < PASSES; i++)
		sabot_point(task, "step");
	shared->ended_ns = sys_now_ns();
}

static void wait_for_ever(struct sabot_task *task)
{
	struct bench_shared *shared = sabot_shared(task);
	struct sembuf take = { 0, -1, 0 };

	shared->began_ns = sys_now_ns();
	SABOT_OK(semop(shared->semid, &take, 1));
}

static void make_semaphore(struct sabot_env *env)
{
	struct bench_shared *shared = sabot_env_shared(env);

	shared->semid = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
}

static const struct sabot_case plain_case[] = { { .name = "plain" }, { 0 } };
static const struct sabot_role two_short[] = { { "one", 2, ten_points }, { 0 } };
static const struct sabot_role two_long[] = { { "one", 2, many_points }, { 0 } };
static const struct sabot_role one_long[] = { { "one", 1, many_points }, { 0 } };
static const struct sabot_role five_waiters[] = { { "one", 5, wait_for_ever }, { 0 } };

static const struct sabot_scenario short_scenario = {
	.name = "short",
	.group = "bench",
	.roles = two_short,
	.cases = plain_case,
	.shared_size = sizeof(struct bench_shared),
	.keeps_no_state = true,
};
static const struct sabot_scenario switch_scenario = {
	.name = "switch",
	.group = "bench",
	.roles = two_long,
	.cases = plain_case,
	.shared_size = sizeof(struct bench_shared),
	.limit_steps = PASSES * 4,
};
static const struct sabot_scenario point_scenario = {
	.name = "point",
	.group = "bench",
	.roles = one_long,
	.cases = plain_case,
	.shared_size = sizeof(struct bench_shared),
	.limit_steps = PASSES * 4,
};
static const struct sabot_scenario stuck_scenario = {
	.name = "stuck",
	.group = "bench",
	.roles = five_waiters,
	.cases = plain_case,
	.shared_size = sizeof(struct bench_shared),
	.setup = make_semaphore,
};

static void begin_nothing(struct decider *decider)
{
	(void)decider;
}

/* Never stays: each point is a hand-over. */
static int next_other(struct decider *decider, const struct choice *choice)
{
	uint64_t others = choice->ready;

	(void)decider;
	if (choice->current >= 0)
		others &= ~task_bit(choice->current);
	return others ? __builtin_ctzll(others) : choice->standard;
}

static const struct strategy always_switch = {
	.name = "always-switch",
	.about = "benchmark",
	.begin = begin_nothing,
	.next = next_other,
};

static void fill(struct execution *execution, const struct sabot_scenario *scenario)
{
	*execution = (struct execution){
		.scenario = scenario,
		.scase = scenario->cases,
		.strategy = &strategy_replay,
		.seed = 1,
		.judge = invariant_judge,
		.stuck = stuck_judge,
		.ended = expect_judge,
	};
}

static void add(struct bench *bench, struct bench_row row)
{
	double compared = row.floor > 0 ? row.ratio : row.value;

	row.pass = row.at_least ? compared >= row.bar : compared <= row.bar;
	if (bench->count < BENCH_ROWS_MAX)
		bench->rows[bench->count++] = row;
}

static double time_executions(const struct execution *execution, unsigned rounds)
{
	uint64_t began_ns;
	unsigned i;

	(void)execution_run(execution);
	began_ns = sys_now_ns();
	for (i = 0; i < rounds; i++)
		(void)execution_run(execution);
	began_ns = sys_now_ns() - began_ns;
	execution_end_pool();
	return (double)began_ns / rounds;
}

static void bench_executions(struct bench *bench, double scale)
{
	unsigned rounds = (unsigned)(2000 * scale);
	double floor = bench_floor_forks(rounds, false), killed, forked, kept;
	struct plan_fault kill = { .kind = PLAN_KILL, .op = 5, .victim = "one#1", .call = "point" };
	struct execution execution;

	fill(&execution, &short_scenario);
	forked = time_executions(&execution, rounds);
	add(bench,
	    (struct bench_row){ "executions, fork each", "1/s", 1e9 / forked, 1e9 / floor,
				floor / forked, 0.8, true, false, "two bare fork + exit + wait" });
	execution.pool = true;
	kept = time_executions(&execution, rounds * 10);
	add(bench,
	    (struct bench_row){ "executions, tasks kept alive", "1/s", 1e9 / kept, 1e9 / floor,
				floor / kept, 10, true, false, "two bare fork + exit + wait" });
	execution.pool = false;
	execution.faults = &kill;
	execution.fault_count = 1;
	floor = bench_floor_forks(rounds, true);
	killed = time_executions(&execution, rounds);
	add(bench, (struct bench_row){ "executions with a SIGKILL, fork each", "1/s", 1e9 / killed,
				       1e9 / floor, floor / killed, 0.7, true, false,
				       "two bare forks, one killed, wait" });
}

static double inside_ns(const struct execution *execution)
{
	const struct bench_shared *shared;

	(void)execution_run(execution);
	shared = control->shared;
	return (double)(shared->ended_ns - shared->began_ns);
}

/* A call that the compiler cannot see through: what any call costs, before it is a point. */
static void (*volatile empty_call)(struct decider *decider) = begin_nothing;

static double call_ns(void)
{
	uint64_t began_ns = sys_now_ns();
	int i;

	for (i = 0; i < PASSES; i++)
		empty_call(NULL);
	return (double)(sys_now_ns() - began_ns) / PASSES;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

static void bench_steps(struct bench *bench, double scale)
{
	unsigned rounds = (unsigned)(10000 * scale), i;
	double floor = bench_floor_futex(rounds), value = 1e18;
	struct execution execution;

	fill(&execution, &switch_scenario);
	execution.strategy = &always_switch;
	for (i = 0; i < 3; i++)
		value = least(value, inside_ns(&execution) / (2 * PASSES));
	add(bench, (struct bench_row){ "hand-over between two processes", "ns", value, floor,
				       value / floor, 1.3, false, false, "bare futex hand-over" });
	fill(&execution, &point_scenario);
	value = 1e18;
	for (i = 0; i < 5; i++)
		value = least(value, inside_ns(&execution) / PASSES);
	value -= call_ns();
	add(bench, (struct bench_row){ "point without a switch, beyond the call", "ns", value, 0, 0,
				       30, false, false, "" });
}

static uint64_t verdict_ns;

static void timed_stuck(void)
{
	stuck_judge();
	verdict_ns = sys_now_ns();
}

static void bench_verdict(struct bench *bench, double scale)
{
	unsigned rounds = (unsigned)(50 * scale) + 1, i;
	struct execution execution;
	double sum = 0;

	fill(&execution, &stuck_scenario);
	execution.stuck = timed_stuck;
	for (i = 0; i < rounds; i++) {
		(void)execution_run(&execution);
		sum += (double)(verdict_ns - ((struct bench_shared *)control->shared)->began_ns);
	}
	add(bench, (struct bench_row){ "deadlock of five, last sleep to verdict", "us",
				       sum / rounds / 1e3, 0, 0, 1000, false, false, "" });
}

/* Peak resident memory of this process, MiB. */
static double peak_mib(void)
{
	char line[256];
	double kib = 0;
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmHWM: %lf", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib / 1024;
}

static void bench_memory(struct bench *bench, double scale)
{
	unsigned rounds = (unsigned)(50000 * scale);
	double before = peak_mib(), after;
	struct execution execution;

	fill(&execution, &short_scenario);
	execution.pool = true;
	(void)time_executions(&execution, rounds);
	after = peak_mib();
	add(bench, (struct bench_row){ "supervisor's memory at a million executions", "MiB",
				       after + (after - before) * (1e6 / rounds), 0, 0, 64, false,
				       false, "" });
}

void bench_run(struct bench *bench, double scale)
{
	bench_executions(bench, scale);
	bench_steps(bench, scale);
	bench_verdict(bench, scale);
	bench_memory(bench, scale);
}
