/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers and writers of one record under a process-shared rwlock, and what a death does to it.
 *
 * Shows: a writer excludes everybody, no reader sees half a write, and whoever dies outside of the
 * lock harms nobody. A rwlock has no owner and no robust kind (pthread_rwlock_init(3p), glibc
 * nptl/pthread_rwlock_common.c): a reader that dies inside stays counted, a writer that dies inside
 * stays the writer, and the next writer waits for ever. uWSGI and APCu have met both.
 * Does not show: how soon a writer gets in. The kind used here prefers writers; the default lets
 * readers that overlap starve them (pthread_rwlockattr_setkind_np(3)).
 */
#include <sabot/sabot.h>

#include <pthread.h>

enum { OUTSIDE, READING, WRITING }; /* marks */
enum { READERS = 2, WRITERS = 2, ROUNDS = 2 };

struct record {
	unsigned left, right; /* equal, outside of a write */
};

struct shared {
	pthread_rwlock_t lock;
	struct record record;
	struct record seen[READERS];
};

struct variant {
	bool reads_locked, writes_alone;
};

static const struct variant good = { true, true };
static const struct variant reader_unlocked = { false, true };
static const struct variant writers_share = { true, false };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	pthread_rwlockattr_t attr;

	SABOT_ZERO(pthread_rwlockattr_init(&attr));
	SABOT_ZERO(pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(
		pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP));
	SABOT_ZERO(pthread_rwlock_init(&shared->lock, &attr));
	SABOT_ZERO(pthread_rwlockattr_destroy(&attr));
}

static void read_record(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const struct variant *variant = sabot_variant(task);
	struct record seen;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		sabot_point(task, "outside");
		if (variant->reads_locked) {
			SABOT_ZERO(pthread_rwlock_rdlock(&shared->lock));
			sabot_mark(task, READING);
		}
		seen.left = shared->record.left;
		sabot_point(task, "half read");
		seen.right = shared->record.right;
		shared->seen[sabot_index(task)] = seen;
		if (variant->reads_locked)
			SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
		sabot_mark(task, OUTSIDE);
	}
}

static void write_record(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const struct variant *variant = sabot_variant(task);
	int round;

	for (round = 0; round < ROUNDS; round++) {
		sabot_point(task, "outside");
		SABOT_ZERO(variant->writes_alone ? pthread_rwlock_wrlock(&shared->lock)
						 : pthread_rwlock_rdlock(&shared->lock));
		sabot_mark(task, WRITING);
		shared->record.left++;
		sabot_point(task, "half written");
		shared->record.right++;
		SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
		sabot_mark(task, OUTSIDE);
	}
}

static void writers_exclude(struct sabot_check *check)
{
	unsigned reading = sabot_alive(check, READING), writing = sabot_alive(check, WRITING);

	sabot_require(check, writing == 0 || (writing == 1 && reading == 0),
		      "%u are writing and %u reading at once", writing, reading);
}

static void reads_are_whole(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < READERS; i++)
		sabot_require(check, shared->seen[i].left == shared->seen[i].right,
			      "reader#%d saw %u and %u", i, shared->seen[i].left,
			      shared->seen[i].right);
}

static const struct sabot_role roles[] = {
	{ "reader", READERS, read_record },
	{ "writer", WRITERS, write_record },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "a writer excludes everybody", SABOT_WHEN_SETTLED, writers_exclude },
	{ "no reader sees half a write", SABOT_WHEN_SETTLED, reads_are_whole },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-outside",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = SABOT_ANY_ROLE, .point = "outside" } },
	{ .name = "reader-dies-inside",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "reader", .point = "half read" },
	  .caught_by = "deadlock",
	  .about = "as it is, not as it should be: writers wait for a dead reader" },
	{ .name = "writer-dies-inside",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "writer", .point = "half written" },
	  .caught_by = "deadlock",
	  .about = "as it is, not as it should be: all wait for a dead writer" },
	{ .name = "reader-without-lock",
	  .variant = &reader_unlocked,
	  .caught_by = "no reader sees half a write" },
	{ .name = "writers-share",
	  .variant = &writers_share,
	  .caught_by = "a writer excludes everybody" },
	{ 0 },
};

static const char *const points[] = { "outside", "half read", "half written", NULL };

const struct sabot_scenario readers_writers = {
	.name = "readers-writers",
	.group = "pthread-shared",
	.about = "a rwlock keeps reads whole; whoever dies inside of it leaves it locked",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
