/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes count in shared memory, by fetch_add, or by reading and a compare-and-exchange
 * that is tried again.
 *
 * Shows: nobody's addition is lost, and whoever is killed has added each time once or not at all
 * (C17 7.17.7). A counter that is loaded, added to and stored loses additions, and is reported as a
 * data race as well: ThreadSanitizer sees no race between processes. Does not show: what weaker
 * memory orders allow; a single location is coherent under all of them.
 */
#include <sabot/sabot.h>

#include <stdatomic.h>

enum { ADDERS = 3, ADDITIONS = 3 };

struct shared {
	_Atomic unsigned count;
	unsigned plain;
	unsigned finished[ADDERS]; /* each by its own adder: additions that it knows to be done */
};

enum how { FETCH_ADD, EXCHANGE, LOAD_AND_STORE, PLAIN };

static const enum how fetch_add = FETCH_ADD, exchange = EXCHANGE;
static const enum how load_and_store = LOAD_AND_STORE, plain = PLAIN;

static void add_one(struct shared *shared, enum how how)
{
	unsigned old = atomic_load(&shared->count);

	switch (how) {
	case FETCH_ADD:
		atomic_fetch_add(&shared->count, 1);
		break;
	case EXCHANGE:
		while (!atomic_compare_exchange_weak(&shared->count, &old, old + 1))
			continue;
		break;
	case LOAD_AND_STORE:
		atomic_store(&shared->count, old + 1);
		break;
	case PLAIN:
		shared->plain++;
		break;
	}
}

static void add(struct sabot_task *task)
{
	const enum how *how = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int i;

	for (i = 0; i < ADDITIONS; i++) {
		add_one(shared, *how);
		shared->finished[sabot_index(task)]++;
	}
}

static void nothing_is_lost(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned count = shared->count + shared->plain, finished = 0, killed, i;

	for (i = 0; i < ADDERS; i++)
		finished += shared->finished[i];
	killed = sabot_killed(check, "adder");
	sabot_require(check, count >= finished && count <= finished + killed,
		      "the count is %u after %u additions; %u were in the hands of the dead", count,
		      finished, killed);
}

static const struct sabot_role roles[] = { { "adder", ADDERS, add }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "each addition counts once", SABOT_AT_END, nothing_is_lost },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &fetch_add },
	{ .name = "kill-anywhere", .variant = &fetch_add, .fault = { .kind = SABOT_KILL } },
	{ .name = "exchange", .variant = &exchange },
	{ .name = "exchange-kill", .variant = &exchange, .fault = { .kind = SABOT_KILL } },
	{ .name = "load-and-store",
	  .variant = &load_and_store,
	  .caught_by = "each addition counts once" },
	{ .name = "plain", .variant = &plain, .caught_by = "data race" },
	{ 0 },
};

const struct sabot_scenario counter_cas = {
	.name = "counter-cas",
	.group = "atomics",
	.about = "several processes count in shared memory; no addition is lost",
	.tags = "lock-free crash",
	.shared_size = sizeof(struct shared),
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.keeps_no_state = true,
	.needs_memory_points = true,
};
