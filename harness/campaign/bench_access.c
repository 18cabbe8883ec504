/* SPDX-License-Identifier: Apache-2.0 */
/* What an access of memory costs in code that is compiled with memory points. */
#include "campaign/bench_part.h"

#include "os/sys.h"

#include <sabot/sabot.h>

#include <stdlib.h>

enum { BLOCKS = 8, ACCESSES = 20000, SHORT_ACCESSES = 20 };

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
	uint64_t shared_ns, private_ns, empty_ns;
};

static uint64_t time_writes(void (*volatile *announce)(void *), uint64_t *words)
{
	uint64_t began_ns = sys_now_ns();
	int i;

	for (i = 0; i < ACCESSES; i++) {
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
static const struct sabot_role one[] = { { "one", 1, many_accesses }, { 0 } };
static const struct sabot_role two[] = { { "one", 2, few_accesses }, { 0 } };

static const struct sabot_scenario access_scenario = {
	.name = "access",
	.group = "bench",
	.roles = one,
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

struct access_costs {
	double shared, private;
};

static double less(double a, double b)
{
	return a < b ? a : b;
}

static struct access_costs measure(bool races)
{
	struct access_costs best = { 1e18, 1e18 };
	struct execution execution;
	int i;

	bench_fill(&execution, &access_scenario);
	execution.brief = true;
	execution.races = races;
	for (i = 0; i < BLOCKS; i++) {
		const struct access_shared *shared;

		(void)execution_run(&execution);
		shared = control->shared;
		best.shared =
			less(best.shared, (double)shared->shared_ns - (double)shared->empty_ns);
		best.private =
			less(best.private, (double)shared->private_ns - (double)shared->empty_ns);
	}
	return (struct access_costs){ best.shared / ACCESSES, best.private / ACCESSES };
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

void bench_access(struct bench *bench, double scale)
{
	struct access_costs plain = measure(false), races = measure(true);

	bench_add(bench, (struct bench_row){ .name = "shared access without a switch",
					     .unit = "ns",
					     .value = plain.shared,
					     .bar = 12 });
	bench_add(bench, (struct bench_row){ .name = "shared access, races looked for",
					     .unit = "ns",
					     .value = races.shared,
					     .bar = 30 });
	bench_add(bench, (struct bench_row){ .name = "private access",
					     .unit = "ns",
					     .value = plain.private,
					     .bar = 2.5 });
	bench_short(bench, scale);
}
