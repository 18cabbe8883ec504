/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writers fill anonymous memory that all have by descriptor, unmap it, and seal it; a reader that
 * finds the seal relies on what it reads.
 *
 * Shows: F_SEAL_WRITE is refused (EBUSY) while anybody has the memory mapped so that it could still
 * be written, and who is dead has nothing mapped; once it is there, nobody maps it so again (EPERM,
 * fcntl(2), memfd_create(2)). So the seal means that all is there and stays, and whoever keeps a
 * mapping keeps the seal away. Does not show: how others come by the descriptor (unix-fd-passing).
 */
#include "sealed.h"

#include <stdatomic.h>

enum { LOOKS = 4 };

struct variant {
	bool keeps_mapping, trusts_first_word;
};

static const struct variant good;
static const struct variant keeps_mapping = { .keeps_mapping = true };
static const struct variant trusts_first_word = { .trusts_first_word = true };

static void setup(struct sabot_env *env)
{
	sealed_make(sabot_env_shared(env));
}

/* Both may do so at once: what they write is the same. */
static void fill(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const struct sealed *sealed = sabot_shared(task);
	size_t size = sizeof(struct sealed_words), i;
	atomic_uint *words = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, sealed->fd, 0);

	if (words == MAP_FAILED) {
		sabot_assert(task, errno == EPERM && sealed_is(sealed), "errno %d", errno);
		return;
	}
	for (i = 0; i < SEALED_WORDS; i++) {
		atomic_store_explicit(&words[i], SEALED_FIRST + (unsigned)i, memory_order_relaxed);
		sabot_point(task, "filled a word");
	}
	if (!variant->keeps_mapping)
		SABOT_OK(munmap(words, size));
	sealed_seal(task, sealed);
}

static void look(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const struct sealed *sealed = sabot_shared(task);
	int looks;

	for (looks = 0; looks < LOOKS; looks++) {
		bool trusts = sealed_is(sealed);
		struct sealed_words words = sealed_read(sealed);

		if (variant->trusts_first_word)
			trusts = words.word[0] == SEALED_FIRST;
		sabot_assert(task, !trusts || sealed_valid(&words), "the words are %u and %u",
			     words.word[0], words.word[1]);
		(void)sched_yield();
	}
}

static void sealed_is_whole(struct sabot_check *check)
{
	const struct sealed *sealed = sabot_check_shared(check);
	bool is_sealed = sealed_is(sealed);
	struct sealed_words words = sealed_read(sealed);

	sabot_require(check, !is_sealed || sealed_valid(&words),
		      "it is sealed, and the words are %u and %u", words.word[0], words.word[1]);
}

static void somebody_seals(struct sabot_check *check)
{
	sabot_require(check,
		      sealed_is(sabot_check_shared(check)) || sabot_killed(check, "writer") == 2,
		      "a writer has ended, and it is not sealed");
}

static const struct sabot_role roles[] = {
	{ "writer", 2, fill },
	{ "reader", 1, look },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "what is sealed is all there", SABOT_WHEN_ALWAYS, sealed_is_whole },
	{ "a writer that lives seals it", SABOT_AT_END, somebody_seals },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-two",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL },
	  .second = { .kind = SABOT_KILL } },
	{ .name = "keeps-mapping", .variant = &keeps_mapping, .caught_by = "livelock" },
	{ .name = "trust-the-first-word", .variant = &trusts_first_word, .caught_by = "assertion" },
	{ 0 },
};

static const char *const points[] = { "filled a word", NULL };

const struct sabot_scenario memfd_seal = {
	.name = "memfd-seal",
	.group = "shared-memory",
	.about = "a seal says that all is written; whoever keeps a mapping keeps it away",
	.tags = "crash recovery publication livelock",
	.shared_size = sizeof(struct sealed),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
	.needs_steps = true,
};
