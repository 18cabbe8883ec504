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
#include <sabot/sabot.h>

#include <stdatomic.h>

enum { COPIES = 2, WORDS = 2, WRITES = 2, READS = 2, LIMIT_STEPS = 300 };

struct shared {
	atomic_uint sequence;
	atomic_uint words[COPIES][WORDS]; /* each is how often it was written */
	unsigned plain[WORDS];
};

struct variant {
	bool latch, plain, no_fence, no_second_look;
};

static const struct variant good = { .latch = false };
static const struct variant latch = { .latch = true };
static const struct variant no_fence = { .no_fence = true };
static const struct variant latch_no_fence = { .latch = true, .no_fence = true };
static const struct variant plain = { .plain = true };
static const struct variant no_second_look = { .no_second_look = true };

static void store_words(struct sabot_task *task, unsigned copy, unsigned value)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned i;

	for (i = 0; i < WORDS; i++)
		if (variant->plain)
			shared->plain[i] = value;
		else
			atomic_store_explicit(&shared->words[copy][i], value, memory_order_relaxed);
}

static void fence(const struct variant *variant)
{
	/* Pairs with the fence in try_read(): who sees a new word sees the sequence before it. */
	if (!variant->no_fence)
		atomic_thread_fence(memory_order_release);
}

static void write_all(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned value;

	for (value = 1; value <= WRITES; value++) {
		unsigned even = 2 * value;

		/* Of a latch, odd says that the second copy is whole. */
		atomic_store_explicit(&shared->sequence, even - 1,
				      variant->latch ? memory_order_release : memory_order_relaxed);
		fence(variant);
		store_words(task, 0, value);
		/* Pairs with the first load in try_read(). */
		atomic_store_explicit(&shared->sequence, even, memory_order_release);
		if (!variant->latch)
			continue;
		fence(variant);
		store_words(task, 1, value);
	}
}

/* False: the words may be torn. */
static bool try_read(struct sabot_task *task, unsigned *sequence, unsigned words[WORDS])
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned i;

	*sequence = atomic_load_explicit(&shared->sequence, memory_order_acquire);
	if (!variant->latch && *sequence % 2)
		return false;
	for (i = 0; i < WORDS; i++)
		words[i] = variant->plain ? shared->plain[i]
					  : atomic_load_explicit(&shared->words[*sequence % 2][i],
								 memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	return variant->no_second_look ||
	       atomic_load_explicit(&shared->sequence, memory_order_relaxed) == *sequence;
}

static void read_all(struct sabot_task *task)
{
	unsigned sequence, words[WORDS], read, i;

	for (read = 0; read < READS; read++) {
		while (!try_read(task, &sequence, words))
			continue;
		sabot_progress(task);
		for (i = 0; i < WORDS; i++)
			sabot_assert(task, words[i] == sequence / 2,
				     "word %u of writing %u is of writing %u", i, sequence / 2,
				     words[i]);
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
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.cases = cases,
	.limit_steps = LIMIT_STEPS,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
