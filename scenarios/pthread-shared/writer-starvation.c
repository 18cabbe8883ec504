/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two readers whose reads overlap go on until a writer has been in. With a lock that prefers
 * readers the writer never gets in: somebody always reads.
 *
 * Shows: a process-shared rwlock of the kind PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP lets a
 * writer in before the next readers, within a bound of steps; the default kind does not have to,
 * and the kind that is named for writers, PTHREAD_RWLOCK_PREFER_WRITER_NP, is the default under
 * another name (pthread_rwlockattr_setkind_np(3), BUGS). All parties yield in turn, so no schedule
 * but the lock keeps the writer out. Does not show: the price, that a reader which reads again
 * inside of its read waits for itself; any death, as nobody gets a rwlock from the dead, and the
 * readers end with the writer alone (rwlock-after-death).
 */
#include "pshared.h"

#include <sched.h>
#include <stdatomic.h>

enum { LIMIT_STEPS = 400, READS_MAX = 50 };

struct shared {
	pthread_rwlock_t lock;
	bool written;
	atomic_uint reads;
};

struct variant {
	int kind;
	unsigned reads_max; /* the readers give up then; 0: never */
};

static const struct variant good = { PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, 0 };
static const struct variant readers_first = { PTHREAD_RWLOCK_PREFER_READER_NP, 0 };
static const struct variant few_default = { PTHREAD_RWLOCK_DEFAULT_NP, READS_MAX };
static const struct variant few_writer = { PTHREAD_RWLOCK_PREFER_WRITER_NP, READS_MAX };
static const struct variant few_good = { PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, READS_MAX };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);

	pshared_rwlock_init(&shared->lock, variant->kind);
}

static void read_on(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	bool written;

	do {
		SABOT_ZERO(pthread_rwlock_rdlock(&shared->lock));
		shared->reads++;
		written = shared->written;
		SABOT_OK(sched_yield()); /* the other reader comes in */
		SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
	} while (!written && (!variant->reads_max || shared->reads < variant->reads_max));
}

static void write_once(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	bool late;

	SABOT_OK(sched_yield()); /* they begin */
	SABOT_ZERO(pthread_rwlock_wrlock(&shared->lock));
	late = shared->reads >= READS_MAX;
	sabot_observe(task, "the writer gets in%s", late ? " when the readers give up" : "");
	shared->written = true;
	SABOT_ZERO(pthread_rwlock_unlock(&shared->lock));
}

static void both_did(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, shared->written && shared->reads >= 2, "%swritten, %u reads",
		      shared->written ? "" : "not ", shared->reads);
}

static const struct sabot_role roles[] = {
	{ "reader", 2, read_on },
	{ "writer", 1, write_once },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the writer has written, and all have read", SABOT_AT_END, both_did },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "stop-anybody",
	  .variant = &good,
	  .fault.kind = SABOT_STOP,
	  .about = "who is stopped for a while keeps nobody out for good" },
	{ .name = "readers-first", .variant = &readers_first, .caught_by = "livelock" },
	{ .name = "platform-default",
	  .variant = &few_default,
	  .characterises = "readers of a default rwlock overlap while a writer waits",
	  .known = (const char *const[]){ "the writer gets in",
					  "the writer gets in when the readers give up", NULL } },
	{ .name = "platform-named-for-writers",
	  .variant = &few_writer,
	  .characterises = "readers of a rwlock of kind PREFER_WRITER_NP overlap while a writer "
			   "waits",
	  .known = (const char *const[]){ "the writer gets in",
					  "the writer gets in when the readers give up", NULL } },
	{ .name = "platform-nonrecursive",
	  .variant = &few_good,
	  .characterises =
		  "readers of a rwlock of kind PREFER_WRITER_NONRECURSIVE_NP overlap while "
		  "a writer waits",
	  .known = (const char *const[]){ "the writer gets in", NULL } },
	{ 0 },
};

const struct sabot_scenario writer_starvation = {
	.name = "writer-starvation",
	.group = "pthread-shared",
	.about = "a writer gets in between readers that overlap, by the kind of the lock",
	.tags = "rwlock starvation livelock platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.limit_steps = LIMIT_STEPS,
	.keeps_no_state = true,
};
