/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user of a rwlock in shared memory is killed, and somebody else comes later, to read or to
 * write.
 *
 * Shows, as facts of the platform: a dead reader stays counted, so writers never get in; a dead
 * writer keeps everybody out; and so may a dead writer that only waited, when the last reader has
 * handed the lock to it (glibc nptl/pthread_rwlock_common.c); uWSGI and APCu have met it. A user
 * that dies outside of the lock leaves nothing. Does not show: how to recover
 * (rwlock-dead-holder).
 */
#include "pshared.h"

#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum use { READS, WRITES, WAITS };

struct shared {
	pthread_rwlock_t lock;
	int fd;		   /* of a file; the victim and the reader lock a byte of it as they live */
	atomic_uint begun; /* of these two */
	unsigned came;	   /* of those who come late */
};

struct variant {
	enum use use; /* the victim's */
};

static const struct variant reads = { READS }, writes = { WRITES }, waits = { WAITS };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	pshared_rwlock_init(&shared->lock, PTHREAD_RWLOCK_DEFAULT_NP);
	shared->fd = SABOT_OK(open("life", O_RDWR | O_CREAT, 0600));
}

static void lock_lives(const struct shared *shared, short type, off_t first, off_t count)
{
	struct flock lock = { .l_type = type, .l_start = first, .l_len = count };

	SABOT_OK(fcntl(shared->fd, F_SETLKW, &lock));
}

static void live(struct shared *shared, off_t life)
{
	lock_lives(shared, F_WRLCK, life, 1);
	shared->begun++;
}

static void be_victim(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	live(shared, 0);
	sabot_point(task, "outside");
	SABOT_ZERO(variant->use == READS ? pthread_rwlock_rdlock(&shared->lock)
					 : pthread_rwlock_wrlock(&shared->lock));
	sabot_point(task, "inside");
	SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
	lock_lives(shared, F_UNLCK, 0, 1);
}

/* Reads while the victim waits to write. */
static void be_reader(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	live(shared, 1);
	if (variant->use == WAITS)
		SABOT_ZERO(pthread_rwlock_rdlock(&shared->lock));
	sabot_point(task, "inside");
	if (variant->use == WAITS)
		SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
	lock_lives(shared, F_UNLCK, 1, 1);
}

/* When those who live have ended, and the victim has, too, or is dead. */
static void come_late(struct sabot_task *task, bool writes_late)
{
	struct shared *shared = sabot_shared(task);

	while (shared->begun < 2)
		SABOT_OK(sched_yield());
	lock_lives(shared, F_RDLCK, 0, 2);
	SABOT_ZERO(writes_late ? pthread_rwlock_wrlock(&shared->lock)
			       : pthread_rwlock_rdlock(&shared->lock));
	sabot_observe(task, "a late %s gets in", writes_late ? "writer" : "reader");
	shared->came++;
	SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
	lock_lives(shared, F_UNLCK, 0, 2);
}

static void read_late(struct sabot_task *task)
{
	come_late(task, false);
}

static void write_late(struct sabot_task *task)
{
	come_late(task, true);
}

static void all_came(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, shared->came == 2, "%u of 2 came in", shared->came);
}

static const struct sabot_role roles[] = {
	{ "victim", 1, be_victim },
	{ "reader", 1, be_reader },
	{ "late-reader", 1, read_late },
	{ "late-writer", 1, write_late },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "who comes late gets in", SABOT_AT_END, all_came },
	{ 0 },
};

#define NO_WRITER "late-writer blocks for ever in pthread_rwlock_wrlock"
#define NO_READER "late-reader blocks for ever in pthread_rwlock_rdlock"

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &waits },
	{ .name = "kill-outside",
	  .variant = &reads,
	  .fault = { SABOT_KILL, .role = "victim", .point = "outside" } },
	{ .name = "reader-dies",
	  .variant = &reads,
	  .fault = { SABOT_KILL, .role = "victim", .point = "inside" },
	  .caught_by = "deadlock" },
	{ .name = "platform-reader",
	  .variant = &reads,
	  .fault = { SABOT_KILL, .role = "victim", .point = "inside" },
	  .characterises = "a reader inside of a rwlock is killed",
	  .known = (const char *const[]){ NO_WRITER, "a late reader gets in", NULL } },
	{ .name = "platform-writer",
	  .variant = &writes,
	  .fault = { SABOT_KILL, .role = "victim", .point = "inside" },
	  .characterises = "a writer inside of a rwlock is killed",
	  .known = (const char *const[]){ NO_WRITER, NO_READER, NULL } },
	{ .name = "platform-asleep",
	  .variant = &waits,
	  .fault = { SABOT_KILL, .role = "victim", .where = SABOT_ASLEEP },
	  .characterises = "a writer that waits for a rwlock is killed in its sleep",
	  .known = (const char *const[]){ NO_WRITER, NO_READER, NULL } },
	{ .name = "platform-woken",
	  .variant = &waits,
	  .fault = { SABOT_KILL, .role = "victim", .where = SABOT_WOKEN },
	  .characterises = "a writer that waits for a rwlock is killed when it was woken",
	  .known = (const char *const[]){ NO_WRITER, NO_READER, NULL } },
	{ 0 },
};

static const char *const points[] = { "outside", "inside", NULL };

const struct sabot_scenario rwlock_after_death = {
	.name = "rwlock-after-death",
	.group = "pthread-shared",
	.about = "who comes late to a rwlock whose user was killed",
	.tags = "rwlock crash platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
