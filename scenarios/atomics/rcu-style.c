/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An updater publishes versions, and gives an old one back when no reader can have it any more:
 * each reader says when it is inside (Desnoyers and others, IEEE TPDS 23, 2012).
 *
 * Shows: no version is read after it was given back, if the updater waits until each reader was
 * outside once, and if a full fence stands between what each side says and what it looks at:
 * without, readers are missed where stores reach others late, as on x86. A reader that dies inside
 * holds up an updater that waits; one that keeps the version and takes a new one loses memory
 * instead. Does not show: how such memory is found again.
 */
#include "versions.h"

static const struct versions_way good = { .at_once = false };
static const struct versions_way keeps = { .keeps = true };
static const struct versions_way at_once = { .at_once = true };
static const struct versions_way at_once_atomic = { .at_once = true, .atomic_numbers = true };
static const struct versions_way no_fence = { .no_fence = true, .atomic_numbers = true };

static void read_some(struct sabot_task *task)
{
	const struct versions_way *variant = sabot_variant(task);
	struct versions *shared = sabot_shared(task);
	atomic_uint *section = &shared->sections[sabot_index(task)];
	unsigned i;

	for (i = 0; i < READS; i++) {
		unsigned version, number;

		atomic_store_explicit(section, 2 * i + 1, memory_order_relaxed);
		versions_fence(variant);
		/* Pairs with the store in update(): the version is complete. */
		version = atomic_load_explicit(&shared->current, memory_order_acquire);
		number = versions_get_number(task, version);
		sabot_assert(task, number != GIVEN_BACK, "version %u was given back", version);
		sabot_assert(task, versions_get_number(task, version) == number,
			     "version %u was used again", version);
		/* Pairs with the loads in versions_is_outside(): the reader is done with it. */
		atomic_store_explicit(section, 2 * i + 2, memory_order_release);
		sabot_progress(task);
	}
}

static void update(struct sabot_task *task)
{
	const struct versions_way *variant = sabot_variant(task);
	struct versions *shared = sabot_shared(task);
	unsigned current = 0, spare = 1, unused = 2, number;

	for (number = 1; number <= UPDATES; number++) {
		unsigned before = current;

		current = spare;
		versions_set_number(task, current, number);
		/* Pairs with the load in read_some(). */
		atomic_store_explicit(&shared->current, current, memory_order_release);
		if (versions_is_free(shared, variant)) {
			versions_set_number(task, before, GIVEN_BACK);
			spare = before;
		} else {
			sabot_observe(task, "a version is never given back");
			spare = unused++;
		}
	}
}

static const struct sabot_role roles[] = { { "updater", 1, update },
					   { "reader", READERS, read_some },
					   { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "pso", .variant = &good, .memory = SABOT_PSO },
	{ .name = "keeps", .variant = &keeps },
	{ .name = "keeps-pso", .variant = &keeps, .memory = SABOT_PSO },
	{ .name = "kill-updater",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "updater" } },
	{ .name = "kill-anywhere", .variant = &keeps, .fault = { .kind = SABOT_KILL } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "reuse-at-once", .variant = &at_once_atomic, .caught_by = "assertion" },
	{ .name = "reuse-at-once-plain", .variant = &at_once, .caught_by = "data race" },
	{ .name = "no-fence", .variant = &no_fence, .memory = SABOT_TSO, .caught_by = "assertion" },
	{ .name = "dead-reader",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "reader" },
	  .caught_by = "livelock" },
	{ .name = "platform-wait",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "reader" },
	  .characterises = "a reader is killed while an updater waits for all readers",
	  .known = (const char *const[]){ "updater runs for ever", NULL } },
	{ .name = "platform-keep",
	  .variant = &keeps,
	  .fault = { .kind = SABOT_KILL, .role = "reader" },
	  .characterises = "a reader is killed that an updater does not wait for",
	  .known = (const char *const[]){ "a version is never given back", NULL } },
	{ 0 },
};

const struct sabot_scenario rcu_style = {
	.name = "rcu-style",
	.group = "atomics",
	.about = "an old version is used again when no reader can have it",
	.tags = "lock-free memory-order crash livelock platform",
	.shared_size = sizeof(struct versions),
	.roles = roles,
	.cases = cases,
	.limit_steps = LIMIT_STEPS,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
