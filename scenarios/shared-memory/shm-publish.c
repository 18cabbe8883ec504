/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer fills a page of POSIX shared memory and then raises a flag; readers come at any time.
 *
 * Shows: whoever finds the flag up finds all data, though the writer dies anywhere, and however
 * each process has mapped the object (shm_overview(7)). The flag is stored with release order and
 * loaded with acquire order, else a processor or compiler may have it up before the data: as a data
 * race that is found although one process runs at a time. Does not show: data that change later
 * (seqlock).
 */
#include "object.h"

#include <sched.h>
#include <stdatomic.h>

enum { WORDS = 3, FIRST = 100, LOOKS = 4 };

#define NAME "/page"

struct page {
	atomic_bool is_ready;
	unsigned words[WORDS];
};

struct shared {
	const struct page *page; /* as setup has mapped it */
};

struct variant {
	bool flag_first;
	memory_order order; /* of the flag */
};

static const struct variant good = { false, memory_order_release };
static const struct variant flag_first = { true, memory_order_release };
static const struct variant relaxed_flag = { false, memory_order_relaxed };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->page = object_map_once(object_make(NAME, sizeof(struct page)), sizeof(struct page));
}

static void publish(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct page *page = object_map_once(object_open(NAME), sizeof(*page));
	unsigned i;

	if (variant->flag_first)
		atomic_store_explicit(&page->is_ready, true, memory_order_release);
	for (i = 0; i < WORDS; i++) {
		sabot_point(task, "between two words");
		page->words[i] = FIRST + i;
	}
	sabot_point(task, "all is written");
	/* Pairs with the load in look(). */
	atomic_store_explicit(&page->is_ready, true, variant->order);
	SABOT_OK(munmap(page, sizeof(*page)));
}

static void look(struct sabot_task *task)
{
	struct page *page = object_map_once(object_open(NAME), sizeof(*page));
	unsigned i, looks = LOOKS;

	while (!atomic_load_explicit(&page->is_ready, memory_order_acquire) && --looks > 0)
		sched_yield();
	for (i = 0; i < WORDS && looks > 0; i++) {
		sabot_point(task, "between two looks");
		sabot_assert(task, page->words[i] == FIRST + i, "word %u is %u", i, page->words[i]);
	}
	SABOT_OK(munmap(page, sizeof(*page)));
}

static void flag_means_data(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned i;

	if (!atomic_load_explicit(&shared->page->is_ready, memory_order_acquire))
		return;
	for (i = 0; i < WORDS; i++)
		sabot_require(check, shared->page->words[i] == FIRST + i,
			      "the flag is up, and word %u is %u", i, shared->page->words[i]);
}

static const struct sabot_role roles[] = {
	{ "writer", 1, publish },
	{ "reader", 2, look },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the flag is up only when all data are there", SABOT_WHEN_ALWAYS, flag_means_data },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "flag-first",
	  .variant = &flag_first,
	  .caught_by = "the flag is up only when all data are there" },
	{ .name = "relaxed-flag", .variant = &relaxed_flag, .caught_by = "data race" },
	{ 0 },
};

static const char *const points[] = { "between two words", "all is written", "between two looks",
				      NULL };

const struct sabot_scenario shm_publish = {
	.name = "shm-publish",
	.group = "shared-memory",
	.about = "data, then the flag: nobody finds the flag without the data",
	.tags = "crash publication",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
