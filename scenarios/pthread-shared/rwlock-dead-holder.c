/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader or a writer is killed inside of a rwlock in shared memory, or while it waits for it.
 *
 * Shows: there is no robust rwlock (pthread_rwlock_init(3p)), so the others wait for the dead. What
 * helps is a leased_lease, a record lock that brackets every use of the rwlock and ends with its
 * process: who has waited in vain for a time takes all leases, which proves that nobody living uses
 * the rwlock, and makes it anew; the record is repaired first, so that a death of the recoverer
 * leaves both to the next. Does not show: what the platform does to each latecomer
 * (rwlock-after-death).
 */
#include "leased_rwlock.h"

static const struct leased_rwlock_way leases = { .leases = true, .repairs = true };
static const struct leased_rwlock_way no_repair = { .leases = true };
static const struct leased_rwlock_way plain = { .leases = false };

static void setup(struct sabot_env *env)
{
	struct leased_rwlock *shared = sabot_env_shared(env);

	pshared_rwlock_init(&shared->lock, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	shared->fd = SABOT_OK(open("leases", O_RDWR | O_CREAT, 0600));
}

static void read_record(struct sabot_task *task)
{
	struct leased_rwlock *shared = sabot_shared(task);

	leased_enter(task, false);
	record_read(task, &shared->record, sabot_index(task), false);
	leased_leave(task);
}

static void write_record(struct sabot_task *task)
{
	struct leased_rwlock *shared = sabot_shared(task);
	int round;

	for (round = 0; round < ROUNDS; round++) {
		leased_enter(task, true);
		record_write(task, &shared->record, false);
		leased_leave(task);
	}
}

static const struct sabot_role roles[] = {
	{ "reader", READERS, read_record },
	{ "writer", WRITERS, write_record },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &leases },
	{ .name = "kill-anywhere", .variant = &leases, .fault.kind = SABOT_KILL },
	{ .name = "kill-the-recoverer",
	  .variant = &leases,
	  .fault = { SABOT_KILL, .role = "writer", .point = HALF_WRITTEN },
	  .second.kind = SABOT_KILL },
	{ .name = "no-repair",
	  .variant = &no_repair,
	  .fault = { SABOT_KILL, .role = "writer", .point = HALF_WRITTEN },
	  .caught_by = READS_ARE_WHOLE },
	{ .name = "reader-dies-inside",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .role = "reader", .point = HALF_READ },
	  .caught_by = "deadlock" },
	{ .name = "writer-dies-inside",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .role = "writer", .point = HALF_WRITTEN },
	  .caught_by = "deadlock" },
	{ .name = "waiting-writer-dies",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .role = "writer", .where = SABOT_ASLEEP | SABOT_WOKEN },
	  .caught_by = "deadlock" },
	{ 0 },
};

static const char *const points[] = { HALF_READ, HALF_WRITTEN, "repaired", NULL };

const struct sabot_scenario rwlock_dead_holder = {
	.name = "rwlock-dead-holder",
	.group = "pthread-shared",
	.about = "a rwlock whose users die is made anew by who holds all leases",
	.tags = "rwlock crash recovery file-locks time",
	.shared_size = sizeof(struct leased_rwlock),
	.setup = setup,
	.roles = roles,
	.invariants = record_invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
