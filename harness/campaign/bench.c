/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/bench_part.h"

#include "campaign/bench_floor.h"
#include "check/expect.h"
#include "check/invariant.h"
#include "check/stuck.h"
#include "exec/execution.h"
#include "os/sys.h"
#include "search/strategies.h"

#include <semaphore.h>
#include <stdatomic.h>
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

void bench_fill(struct execution *execution, const struct sabot_scenario *scenario)
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

void bench_add(struct bench *bench, struct bench_row row)
{
	double compared = row.floor > 0 ? row.ratio : row.value;

	row.pass = row.at_least ? compared >= row.bar : compared <= row.bar;
	if (bench->count < BENCH_ROWS_MAX)
		bench->rows[bench->count++] = row;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

/* Of some runs the best: what else the machine does only ever adds. */
enum { BLOCKS = 8 };

static _Atomic uint64_t *still_alive;

static double time_executions(const struct execution *execution, unsigned rounds)
{
	uint64_t began_ns;
	unsigned i;

	(void)execution_run(execution);
	began_ns = sys_now_ns();
	for (i = 0; i < rounds; i++) {
		(void)execution_run(execution);
		if (i % 1024 == 0)
			atomic_fetch_add(still_alive, 1);
	}
	began_ns = sys_now_ns() - began_ns;
	execution_end_pool();
	return (double)began_ns / rounds;
}

/* A figure and its floor, in turn, so that both see the same machine. */
static void add_executions(struct bench *bench, const struct execution *execution, unsigned rounds,
			   bool killed, struct bench_row row)
{
	double floor = 1e18, value = 1e18;
	unsigned i;

	for (i = 0; i < BLOCKS; i++) {
		floor = least(floor, bench_floor_forks(rounds / BLOCKS, killed));
		value = least(value, time_executions(execution, rounds / BLOCKS));
	}
	row.unit = "1/s";
	row.value = 1e9 / value;
	row.floor = 1e9 / floor;
	row.ratio = floor / value;
	row.at_least = true;
	bench_add(bench, row);
}

static void bench_executions(struct bench *bench, double scale)
{
	unsigned rounds = (unsigned)(2000 * scale) + BLOCKS;
	struct plan_fault kill = { .kind = PLAN_KILL, .op = 5, .victim = "one#1", .call = "point" };
	struct execution execution;

	bench_fill(&execution, &short_scenario);
	add_executions(bench, &execution, rounds, false,
		       (struct bench_row){ .name = "executions, fork each",
					   .bar = 0.8,
					   .floor_name = "two bare fork + exit + wait" });
	execution.pool = true;
	add_executions(bench, &execution, rounds, false,
		       (struct bench_row){ .name = "executions, tasks kept alive",
					   .bar = 10,
					   .floor_name = "two bare fork + exit + wait" });
	execution.pool = false;
	execution.faults = &kill;
	execution.fault_count = 1;
	add_executions(bench, &execution, rounds, true,
		       (struct bench_row){ .name = "executions with a SIGKILL, fork each",
					   .bar = 0.7,
					   .floor_name = "two bare forks, one killed, wait" });
}

static double inside_ns(const struct execution *execution)
{
	const struct bench_shared *shared;

	(void)execution_run(execution);
	shared = control->shared;
	return (double)(shared->ended_ns - shared->began_ns);
}

static void bench_switch(struct bench *bench, double scale)
{
	unsigned rounds = (unsigned)(10000 * scale), i;
	double floor = 1e18, value = 1e18;
	struct execution execution;

	bench_fill(&execution, &switch_scenario);
	execution.strategy = &always_switch;
	for (i = 0; i < BLOCKS; i++) {
		floor = least(floor, bench_floor_futex(rounds));
		value = least(value, inside_ns(&execution) / (2 * PASSES));
	}
	bench_add(bench,
		  (struct bench_row){ "hand-over between two processes", "ns", value, floor,
				      value / floor, 1.3, false, false, "bare futex hand-over" });
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

	bench_fill(&execution, &stuck_scenario);
	execution.stuck = timed_stuck;
	for (i = 0; i < rounds; i++) {
		(void)execution_run(&execution);
		sum += (double)(verdict_ns - ((struct bench_shared *)control->shared)->began_ns);
	}
	bench_add(bench, (struct bench_row){ "deadlock of five, last sleep to verdict", "us",
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

/* As many as the name says: what is measured is not stretched. */
static void bench_memory(struct bench *bench, double scale)
{
	unsigned rounds = (unsigned)(1e6 * scale) + BLOCKS, i;
	struct execution execution;

	bench_fill(&execution, &short_scenario);
	execution.pool = true;
	for (i = 0; i < BLOCKS; i++) {
		(void)time_executions(&execution, rounds / BLOCKS);
		bench_cost_look();
	}
	snprintf(bench->memory_name, sizeof(bench->memory_name),
		 "supervisor's memory after %u executions", rounds - BLOCKS);
	bench_add(bench, (struct bench_row){ bench->memory_name, "MiB", peak_mib(), 0, 0, 64, false,
					     false, "" });
}

void bench_run(struct bench *bench, double scale, _Atomic uint64_t *alive)
{
	still_alive = alive;
	bench_cost_look();
	bench_executions(bench, scale);
	bench_cost_look();
	bench_switch(bench, scale);
	bench_verdict(bench, scale);
	bench_memory(bench, scale);
	bench_cost(bench, scale);
}
