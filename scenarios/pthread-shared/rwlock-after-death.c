/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user of a rwlock in shared memory is killed, and somebody else comes later, to read or to
 * write.
 *
 * Shows, as facts of the platform: a dead reader stays counted, so writers never get in; a dead
 * writer keeps everybody out; and so may a dead writer that only waited, when the last reader has
 * handed the lock to it (glibc nptl/pthread_rwlock_common.c); uWSGI and APCu have met it. A user
 * that dies outside of the lock leaves nothing, nor does one that waits for the last one in it.
 * Does not show: how to recover (rwlock-dead-holder); the deaths of the others inside, where each
 * is a victim once more, and before the victim and the reader begin: the late wait for that.
 */
#include "lives.h"

static const struct lives_way reads = { READS }, writes = { WRITES }, waits = { WAITS };

static void setup(struct sabot_env *env)
{
	struct lives *shared = sabot_env_shared(env);

	pshared_rwlock_init(&shared->lock, PTHREAD_RWLOCK_DEFAULT_NP);
	shared->fd = SABOT_OK(open("life", O_RDWR | O_CREAT, 0600));
}

static void be_victim(struct sabot_task *task)
{
	const struct lives_way *variant = sabot_variant(task);
	struct lives *shared = sabot_shared(task);

	lives_live(shared, 0);
	sabot_point(task, "outside");
	SABOT_ZERO(variant->use == READS ? pthread_rwlock_rdlock(&shared->lock)
					 : pthread_rwlock_wrlock(&shared->lock));
	sabot_point(task, "inside");
	SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
	lives_lock(shared, F_UNLCK, 0, 1);
}

/* Reads while the victim waits to write. */
static void be_reader(struct sabot_task *task)
{
	const struct lives_way *variant = sabot_variant(task);
	struct lives *shared = sabot_shared(task);

	lives_live(shared, 1);
	if (variant->use == WAITS)
		SABOT_ZERO(pthread_rwlock_rdlock(&shared->lock));
	sabot_point(task, "inside");
	if (variant->use == WAITS)
		SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
	lives_lock(shared, F_UNLCK, 1, 1);
}

static void read_late(struct sabot_task *task)
{
	lives_come_late(task, false);
}

static void write_late(struct sabot_task *task)
{
	lives_come_late(task, true);
}

static const struct sabot_role roles[] = {
	{ "victim", 1, be_victim },
	{ "reader", 1, be_reader },
	{ "late-reader", 1, read_late },
	{ "late-writer", 1, write_late },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "who comes late gets in", SABOT_AT_END, lives_all_came },
	{ 0 },
};

#define NO_WRITER "late-writer blocks for ever in pthread_rwlock_wrlock"
#define NO_READER "late-reader blocks for ever in pthread_rwlock_rdlock"

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &waits },
	{ .name = "kill-outside",
	  .variant = &reads,
	  .fault = { SABOT_KILL, .role = "victim", .point = "outside" } },
	{ .name = "kill-waiting",
	  .variant = &reads,
	  .fault = { .kind = SABOT_KILL, .where = SABOT_ASLEEP | SABOT_WOKEN } },
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
	.shared_size = sizeof(struct lives),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
