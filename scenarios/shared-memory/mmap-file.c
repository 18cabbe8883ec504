/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writers store into a file that they have mapped, and are killed without msync().
 *
 * Shows: a store into a MAP_SHARED mapping is in the file at once, for whoever has it mapped, reads
 * it, or opens it later, and it stays there when the writer dies (mmap(2), msync(2)); a store into
 * a MAP_PRIVATE one never is. Does not show: a loss of power, for which msync() is; nor that two
 * stores are there together, for which it is not.
 */
#include "mapped_log.h"

struct variant {
	int flags;
	memory_order order; /* of the count of stores */
};

static const struct variant shared_map = { MAP_SHARED, memory_order_release };
static const struct variant private_map = { MAP_PRIVATE, memory_order_release };
static const struct variant relaxed_count = { MAP_SHARED, memory_order_relaxed };

static void setup(struct sabot_env *env)
{
	struct logged_stores *shared = sabot_env_shared(env);

	shared->fd = SABOT_OK(open(MAPPED_LOG_NAME, O_RDWR | O_CREAT, 0600));
	SABOT_OK(ftruncate(shared->fd, sizeof(struct mapped_log)));
}

static void store(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct logged_stores *shared = sabot_shared(task);
	struct mapped_log *log = mapped_log_map(variant->flags);
	unsigned writer = sabot_index(task), number;

	for (number = 0; number < MAPPED_LOG_STORES; number++) {
		log->entries[writer][number] = mapped_log_entry(writer, number);
		/* Pairs with the load in mapped_log_missing(). */
		atomic_fetch_add_explicit(&shared->stored[writer], 1, variant->order);
		sabot_point(task, "stored");
	}
	SABOT_OK(munmap(log, sizeof(*log)));
}

/* Comes at any time, maps it anew, and looks. */
static void look(struct sabot_task *task)
{
	const struct logged_stores *shared = sabot_shared(task);
	struct mapped_log *log = mapped_log_map(MAP_SHARED);
	unsigned missing;

	sabot_point(task, "mapped");
	missing = mapped_log_missing(shared, log);
	sabot_assert(task, missing == 0, "%u stores are not in a later mapping", missing);
	SABOT_OK(munmap(log, sizeof(*log)));
}

static void file_has_all(struct sabot_check *check)
{
	const struct logged_stores *shared = sabot_check_shared(check);
	struct mapped_log log = { 0 };
	bool is_whole = pread(shared->fd, &log, sizeof(log), 0) == sizeof(log);
	unsigned missing = mapped_log_missing(shared, &log);

	sabot_require(check, is_whole && missing == 0, "of %u and %u stores %u are not in the file",
		      shared->stored[0], shared->stored[1], missing);
}

static void tell_stores(struct sabot_check *check)
{
	const struct logged_stores *shared = sabot_check_shared(check);
	struct mapped_log log = { 0 };

	if (!sabot_killed(check, "writer") || pread(shared->fd, &log, sizeof(log), 0) <= 0)
		return;
	sabot_check_observe(check, "what the dead had stored %s in the file",
			    mapped_log_missing(shared, &log) ? "is not" : "is");
}

static const struct sabot_role roles[] = {
	{ "writer", MAPPED_LOG_WRITERS, store },
	{ "reader", 1, look },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "what was stored is in the file", SABOT_WHEN_ALWAYS, file_has_all },
	{ "the stores are told of", SABOT_AT_END, tell_stores },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &shared_map },
	{ .name = "kill-anywhere", .variant = &shared_map, .fault = { .kind = SABOT_KILL } },
	{ .name = "private-map",
	  .variant = &private_map,
	  .fault = { SABOT_KILL, .role = "writer" },
	  .caught_by = "what was stored is in the file" },
	{ .name = "relaxed-count",
	  .variant = &relaxed_count,
	  .caught_by = "data race",
	  .about = "the count does not say that the stores before it are there" },
	{ .name = "platform",
	  .variant = &shared_map,
	  .fault = { SABOT_KILL, .role = "writer", .point = "stored" },
	  .characterises = "a process dies that stored into a shared mapping of a file",
	  .known = (const char *const[]){ "what the dead had stored is in the file", NULL } },
	{ 0 },
};

static const char *const points[] = { "stored", "mapped", NULL };

const struct sabot_scenario mmap_file = {
	.name = "mmap-file",
	.group = "shared-memory",
	.about = "stores into a mapped file outlive their writer, without msync",
	.tags = "crash durability platform",
	.shared_size = sizeof(struct logged_stores),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
