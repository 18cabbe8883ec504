/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer changes several words, and readers that take no lock look whether it did so meanwhile: a
 * sequence that is odd while words change (Linux, Documentation/locking/seqlock.rst).
 *
 * Shows: nobody uses torn words, with the fences that Boehm gives (MSPC 2012): without the writer's
 * the words arrive before the sequence is odd. A writer that dies while it is odd leaves the
 * readers to try again for ever; with two copies of the words, of which one is whole at any time
 * (the latch of the same document), they go on. Does not show: the reader's fence, since no load is
 * done early here.
 */
#include "sequence_lock.h"

#include <sabot/sabot.h>

enum { WRITES = 2, READS = 2, LIMIT_STEPS = 300 };

static const struct sequence_way good = { .latch = false };
static const struct sequence_way latch = { .latch = true };
static const struct sequence_way no_fence = { .no_fence = true };
static const struct sequence_way latch_no_fence = { .latch = true, .no_fence = true };
static const struct sequence_way plain = { .plain = true };
static const struct sequence_way no_second_look = { .no_second_look = true };

static void write_all(struct sabot_task *task)
{
	unsigned value;

	for (value = 1; value <= WRITES; value++)
		sequence_write(sabot_shared(task), sabot_variant(task), value);
}

static void read_all(struct sabot_task *task)
{
	struct sequence_look look;
	int read;

	for (read = 0; read < READS; read++) {
		while (!sequence_try_read(sabot_shared(task), sabot_variant(task), &look))
			continue;
		sabot_progress(task);
		sabot_assert(task, sequence_look_valid(&look),
			     "words of writing %u are of %u and %u", look.sequence / 2,
			     look.words[0], look.words[1]);
	}
}

static const struct sabot_role roles[] = { { "writer", 1, write_all },
					   { "reader", 2, read_all },
					   { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "pso", .variant = &good, .memory = SABOT_PSO },
	{ .name = "latch", .variant = &latch },
	{ .name = "latch-pso", .variant = &latch, .memory = SABOT_PSO },
	{ .name = "kill-reader",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "reader" } },
	{ .name = "kill-anywhere", .variant = &latch, .fault = { .kind = SABOT_KILL } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "no-fence", .variant = &no_fence, .memory = SABOT_PSO, .caught_by = "assertion" },
	{ .name = "latch-no-fence",
	  .variant = &latch_no_fence,
	  .memory = SABOT_PSO,
	  .caught_by = "assertion" },
	{ .name = "plain-words", .variant = &plain, .caught_by = "data race" },
	{ .name = "no-second-look", .variant = &no_second_look, .caught_by = "assertion" },
	{ .name = "odd-for-ever",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "writer" },
	  .caught_by = "livelock" },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "writer" },
	  .characterises = "the writer of a seqlock is killed",
	  .known = (const char *const[]){ "reader runs for ever", NULL } },
	{ 0 },
};

const struct sabot_scenario seqlock = {
	.name = "seqlock",
	.group = "atomics",
	.about = "readers without a lock look whether the writer came between",
	.tags = "lock-free memory-order crash livelock platform",
	.shared_size = sizeof(struct sequence_lock),
	.roles = roles,
	.cases = cases,
	.limit_steps = LIMIT_STEPS,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
