/* SPDX-License-Identifier: Apache-2.0 */
/* What a point costs, and an access of memory in code that is compiled with memory points. */
#include "campaign/bench_part.h"

#include "os/sys.h"

#include <sabot/sabot.h>

#include <stdlib.h>

enum { BLOCKS = 4, PASSES = 20000, SHORT_ACCESSES = 20 };

/* As compiled code calls them: through a pointer that no compiler sees through. */
void __tsan_read8(void *address);
void __tsan_write8(void *address);
static void (*volatile announce_read)(void *address) = __tsan_read8;
static void (*volatile announce_write)(void *address) = __tsan_write8;

static void announce_nothing(void *address)
{
	(void)address;
}

static void (*volatile empty)(void *address) = announce_nothing;

struct access_shared {
	uint64_t words[64];
	uint64_t point_ns, shared_ns, private_ns, empty_ns;
};

static uint64_t time_writes(void (*volatile *announce)(void *), uint64_t *words)
{
	uint64_t began_ns = sys_now_ns();
	int i;

	for (i = 0; i < PASSES; i++) {
		(*announce)(&words[i % 64]);
		words[i % 64] = (uint64_t)i;
	}
	return sys_now_ns() - began_ns;
}

static void many_accesses(struct sabot_task *task)
{
	struct access_shared *shared = sabot_shared(task);
	uint64_t own[64];

	shared->empty_ns = time_writes(&empty, own);
	shared->private_ns = time_writes(&announce_write, own);
	shared->shared_ns = time_writes(&announce_write, shared->words);
}

static void many_points(struct sabot_task *task)
{
	struct access_shared *shared = sabot_shared(task);
	uint64_t began_ns = sys_now_ns();
	int i;

	for (i = 0; i < PASSES; i++)
		empty(NULL);
	shared->empty_ns = sys_now_ns() - began_ns;
	began_ns = sys_now_ns();
	for (i = 0; i < PASSES; i++)
		sabot_point(task, "step");
	shared->point_ns = sys_now_ns() - began_ns;
}

static void few_accesses(struct sabot_task *task)
{
	struct access_shared *shared = sabot_shared(task);
	unsigned me = sabot_index(task), i;

	for (i = 0; i < SHORT_ACCESSES / 4; i++) {
		announce_write(&shared->words[me]);
		shared->words[me]++;
		announce_read(&shared->words[me]);
	}
}

static const struct sabot_case plain_case[] = { { .name = "plain" }, { 0 } };
static const struct sabot_role comes[] = { { "one", 1, many_points }, { 0 } };
static const struct sabot_role accesses[] = { { "one", 1, many_accesses }, { 0 } };
static const struct sabot_role two[] = { { "one", 2, few_accesses }, { 0 } };

static const struct sabot_scenario point_scenario = {
	.name = "point",
	.group = "bench",
	.roles = comes,
	.cases = plain_case,
	.shared_size = sizeof(struct access_shared),
	.limit_steps = PASSES * 4,
};
static const struct sabot_scenario access_scenario = {
	.name = "access",
	.group = "bench",
	.roles = accesses,
	.cases = plain_case,
	.shared_size = sizeof(struct access_shared),
};
static const struct sabot_scenario short_scenario = {
	.name = "short-access",
	.group = "bench",
	.roles = two,
	.cases = plain_case,
	.shared_size = sizeof(struct access_shared),
	.keeps_no_state = true,
};

/* All PASSES together, ns; 0: not measured yet. */
static struct costs {
	double point, shared, raced, private;
} costs;

static void lower(double *best, uint64_t value_ns, uint64_t empty_ns)
{
	double value = (double)value_ns - (double)empty_ns;

	if (value > 0 && (*best <= 0 || value < *best))
		*best = value;
}

static const struct access_shared *run(const struct sabot_scenario *scenario, bool races)
{
	struct execution execution;

	bench_fill(&execution, scenario);
	execution.brief = scenario == &access_scenario;
	execution.races = races;
	(void)execution_run(&execution);
	return control->shared;
}

void bench_cost_look(void)
{
	int i;

	for (i = 0; i < BLOCKS; i++) {
		const struct access_shared *shared = run(&point_scenario, false);

		lower(&costs.point, shared->point_ns, shared->empty_ns);
		shared = run(&access_scenario, false);
		lower(&costs.shared, shared->shared_ns, shared->empty_ns);
		lower(&costs.private, shared->private_ns, shared->empty_ns);
		shared = run(&access_scenario, true);
		lower(&costs.raced, shared->shared_ns, shared->empty_ns);
	}
}

static void bench_short(struct bench *bench, double scale)
{
	unsigned rounds = (unsigned)(20000 * scale) + 1, i;
	struct execution execution;
	uint64_t began_ns;

	bench_fill(&execution, &short_scenario);
	execution.brief = execution.races = execution.pool = true;
	(void)execution_run(&execution);
	began_ns = sys_now_ns();
	for (i = 0; i < rounds; i++)
		(void)execution_run(&execution);
	began_ns = sys_now_ns() - began_ns;
	execution_end_pool();
	bench_add(bench,
		  (struct bench_row){ .name = "20 accesses of two, races looked for, kept alive",
				      .unit = "1/s",
				      .value = 1e9 * rounds / (double)began_ns,
				      .bar = 20000,
				      .at_least = true });
}

static void add_cost(struct bench *bench, const char *name, double cost, double bar)
{
	bench_add(bench, (struct bench_row){
				 .name = name, .unit = "ns", .value = cost / PASSES, .bar = bar });
}

void bench_cost(struct bench *bench, double scale)
{
	add_cost(bench, "point without a switch, beyond the call", costs.point, 30);
	add_cost(bench, "shared access without a switch", costs.shared, 12);
	add_cost(bench, "shared access, races looked for", costs.raced, 30);
	add_cost(bench, "private access", costs.private, 2.5);
	bench_short(bench, scale);
}
