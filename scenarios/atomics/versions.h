/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of a number: readers state which they read, and an updater uses one again that nobody
 * reads.
 */
#ifndef SCENARIOS_ATOMICS_VERSIONS_H
#define SCENARIOS_ATOMICS_VERSIONS_H

#include <sabot/sabot.h>

#include <stdatomic.h>

enum { READERS = 2, READS = 2, UPDATES = 3, LIMIT_STEPS = 300 };
#define GIVEN_BACK UINT32_MAX

struct version {
	unsigned number;
	atomic_uint atomic_number; /* the same, for those that are no data race */
};

struct versions {
	atomic_uint current;
	atomic_uint sections[READERS]; /* odd: the reader is inside */
	struct version versions[UPDATES + 1];
};

struct versions_way {
	bool at_once; /* gives back without a look */
	bool keeps;   /* does not wait, but keeps what may be in use */
	bool no_fence, atomic_numbers;
};

static inline void versions_fence(const struct versions_way *variant)
{
	/* The two sides' pair: a reader finds what is current, or is seen to be inside. */
	if (!variant->no_fence)
		atomic_thread_fence(memory_order_seq_cst);
}

static inline void versions_set_number(struct sabot_task *task, unsigned version, unsigned number)
{
	const struct versions_way *variant = sabot_variant(task);
	struct version *at = &((struct versions *)sabot_shared(task))->versions[version];

	if (variant->atomic_numbers)
		atomic_store_explicit(&at->atomic_number, number, memory_order_relaxed);
	else
		at->number = number;
}

static inline unsigned versions_get_number(struct sabot_task *task, unsigned version)
{
	const struct versions_way *variant = sabot_variant(task);
	struct version *at = &((struct versions *)sabot_shared(task))->versions[version];

	return variant->atomic_numbers
		       ? atomic_load_explicit(&at->atomic_number, memory_order_relaxed)
		       : at->number;
}

/* Whether the reader has been outside since what was current before is so no more. */
static inline bool versions_is_outside(atomic_uint *section, const struct versions_way *variant)
{
	unsigned seen = atomic_load_explicit(section, memory_order_acquire);

	while (!variant->keeps && seen % 2 &&
	       atomic_load_explicit(section, memory_order_acquire) == seen)
		continue;
	return seen % 2 == 0 || !variant->keeps;
}

static inline bool versions_is_free(struct versions *shared, const struct versions_way *variant)
{
	unsigned i;

	versions_fence(variant);
	for (i = 0; i < READERS && !variant->at_once; i++)
		if (!versions_is_outside(&shared->sections[i], variant))
			return false;
	return true;
}

#endif
