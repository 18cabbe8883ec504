/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers and writers of one record under a process-shared rwlock.
 *
 * Shows: a writer excludes everybody, no reader sees half a write, and whoever dies outside of the
 * lock harms nobody (pthread_rwlock_wrlock(3p)). A reader without the lock is a data race; to make
 * the accesses atomic ends the race, and the reader sees half a write all the same. Does not show:
 * what a death inside of it does (rwlock-dead-holder), nor how soon a writer gets in
 * (writer-starvation).
 */
#include "parties.h"
#include "pshared.h"
#include "record.h"

enum { ROUNDS = 2 };

struct shared {
	struct record record;
	pthread_rwlock_t lock;
};

struct variant {
	bool reads_locked, writes_alone, relaxed, threads;
};

static const struct variant good = { .reads_locked = true, .writes_alone = true };
static const struct variant threads = { true, true, .threads = true };
static const struct variant reader_unlocked = { .writes_alone = true };
static const struct variant reader_relaxed = { .writes_alone = true, .relaxed = true };
static const struct variant writers_share = { .reads_locked = true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	pshared_rwlock_init(&shared->lock, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
}

static void read_record(struct sabot_task *task, unsigned number)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int round;

	for (round = 0; round < ROUNDS; round++) {
		sabot_point(task, "outside");
		if (variant->reads_locked) {
			SABOT_ZERO(pthread_rwlock_rdlock(&shared->lock));
			sabot_mark(task, READING);
		}
		record_read(task, &shared->record, number, variant->relaxed);
		if (variant->reads_locked)
			SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
		sabot_mark(task, OUTSIDE);
	}
}

static void write_record(struct sabot_task *task, unsigned number)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int round;

	(void)number;
	for (round = 0; round < ROUNDS; round++) {
		sabot_point(task, "outside");
		SABOT_ZERO(variant->writes_alone ? pthread_rwlock_wrlock(&shared->lock)
						 : pthread_rwlock_rdlock(&shared->lock));
		sabot_mark(task, WRITING);
		record_write(task, &shared->record, variant->relaxed);
		SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
		sabot_mark(task, OUTSIDE);
	}
}

static void be_reader(struct sabot_task *task)
{
	static const struct party_kind all[] = { { read_record, READERS },
						 { write_record, WRITERS },
						 { 0 } };
	const struct variant *variant = sabot_variant(task);

	if (!variant->threads)
		read_record(task, sabot_index(task));
	else if (sabot_index(task) == 0)
		parties_run(task, all);
}

static void be_writer(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	if (variant->threads)
		sabot_point(task, "outside"); /* all are threads of a reader */
	else
		write_record(task, sabot_index(task));
}

static const struct sabot_role roles[] = {
	{ "reader", READERS, be_reader },
	{ "writer", WRITERS, be_writer },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "threads", .variant = &threads },
	{ .name = "kill-outside", .variant = &good, .fault = { SABOT_KILL, .point = "outside" } },
	{ .name = "reader-without-lock", .variant = &reader_unlocked, .caught_by = "data race" },
	{ .name = "atomics-for-lock", .variant = &reader_relaxed, .caught_by = READS_ARE_WHOLE },
	{ .name = "writers-share", .variant = &writers_share, .caught_by = WRITER_EXCLUDES },
	{ 0 },
};

const struct sabot_scenario readers_writers = {
	.name = "readers-writers",
	.group = "pthread-shared",
	.about = "a rwlock keeps reads whole and writers apart",
	.tags = "rwlock crash",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = record_invariants,
	.cases = cases,
	.points = record_points,
	.keeps_no_state = true,
};
