/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader or a writer is killed inside of a rwlock in shared memory, or while it waits for it.
 *
 * Shows: there is no robust rwlock (pthread_rwlock_init(3p)), so the others wait for the dead. What
 * helps is a lease, a record lock that brackets every use of the rwlock and ends with its process:
 * who has waited in vain for a time takes all leases, which proves that nobody living uses the
 * rwlock, and makes it anew; the record is repaired first, so that a death of the recoverer leaves
 * both to the next. Does not show: what the platform does to each latecomer (rwlock-after-death).
 */
#include "pshared.h"
#include "record.h"

#include <fcntl.h>
#include <unistd.h>

enum { ROUNDS = 2 };

struct shared {
	struct record record;
	pthread_rwlock_t lock;
	unsigned generation; /* how often the lock was made anew */
	int fd;		     /* of the file whose first byte is the lease */
};

struct variant {
	bool leases, repairs;
};

static const struct variant leases = { .leases = true, .repairs = true };
static const struct variant no_repair = { .leases = true };
static const struct variant plain = { .leases = false };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	pshared_rwlock_init(&shared->lock, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	shared->fd = SABOT_OK(open("leases", O_RDWR | O_CREAT, 0600));
}

static void lease(struct shared *shared, short type)
{
	struct flock lock = { .l_type = type, .l_len = 1 };

	SABOT_OK(fcntl(shared->fd, F_SETLKW, &lock));
}

static void recover(struct sabot_task *task, unsigned generation)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	lease(shared, F_WRLCK);
	if (shared->generation == generation) {
		if (variant->repairs)
			shared->record.right = shared->record.left;
		sabot_point(task, "repaired");
		pshared_rwlock_init(&shared->lock, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
		shared->generation++;
	}
	lease(shared, F_UNLCK);
}

static void enter_leased(struct sabot_task *task, bool write)
{
	struct shared *shared = sabot_shared(task);

	for (;;) {
		struct timespec soon = pshared_soon();
		unsigned generation;
		int error;

		lease(shared, F_RDLCK);
		generation = shared->generation;
		error = write ? pthread_rwlock_timedwrlock(&shared->lock, &soon)
			      : pthread_rwlock_timedrdlock(&shared->lock, &soon);
		if (error == 0)
			return;
		SABOT_ZERO(error == ETIMEDOUT ? 0 : error);
		lease(shared, F_UNLCK);
		recover(task, generation);
	}
}

static void enter(struct sabot_task *task, bool write)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (variant->leases)
		enter_leased(task, write);
	else
		SABOT_ZERO(write ? pthread_rwlock_wrlock(&shared->lock)
				 : pthread_rwlock_rdlock(&shared->lock));
	sabot_mark(task, write ? WRITING : READING);
}

static void leave(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
	sabot_mark(task, OUTSIDE);
	if (variant->leases)
		lease(shared, F_UNLCK);
}

static void read_record(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	enter(task, false);
	record_read(task, &shared->record);
	leave(task);
}

static void write_record(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int round;

	for (round = 0; round < ROUNDS; round++) {
		enter(task, true);
		record_write(task, &shared->record);
		leave(task);
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = record_invariants,
	.cases = cases,
	.points = points,
};
