/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The holder of a mutex in shared memory is killed: what each kind of mutex tells who comes then,
 * and who waited already, by lock, trylock and timed lock.
 *
 * Shows: a mutex that is not robust stays locked by somebody who is no more: a lock waits for ever,
 * a trylock gets EBUSY and a timed lock its time-out. A robust one goes to exactly one next owner,
 * told by EOWNERDEAD, by whichever of the three calls (pthread_mutexattr_setrobust(3)); with
 * priority inheritance, too; and one of the recursive type as if it had been locked once. With
 * priority inheritance alone the kernel hands the mutex over, which libc does not expect: glibc
 * 2.36 aborts who waited already (nptl/pthread_mutex_lock.c). Does not show: more owners that die.
 * Seen in the wild: a libc that told ENOTRECOVERABLE in place of EOWNERDEAD, for mutexes that
 * processes share alone (musl 384d103d94).
 */
#include "guarded.h"

struct variant {
	struct pshared_mutex like;
	enum pshared_how how; /* HOWS: each waiter by another */
};

#define ROBUST PTHREAD_MUTEX_ROBUST

static const struct variant robust = { { ROBUST, 0, 0 }, HOWS };
static const struct variant recursive = { { ROBUST, PTHREAD_MUTEX_RECURSIVE, 0 }, HOWS };
static const struct variant inherits = { { ROBUST, 0, PTHREAD_PRIO_INHERIT }, HOWS };
static const struct variant stalled = { { PTHREAD_MUTEX_STALLED, 0, 0 }, HOWS };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct guarded *guarded = sabot_env_shared(env);

	pshared_mutex_make(&guarded->mutex, &variant->like);
}

static void own(struct sabot_task *task, int error)
{
	const struct variant *variant = sabot_variant(task);
	struct guarded *guarded = sabot_shared(task);

	guarded_own(task, guarded, &variant->like, error);
	/* Taken before the one to whom the kernel has handed it: neither owns it. */
	if (variant->like.robust != ROBUST && !pair_is_whole(&guarded->pair)) {
		(void)pthread_mutex_unlock(&guarded->mutex);
		return;
	}
	guarded_write(task, guarded, &variant->like);
}

static void hold(struct sabot_task *task)
{
	struct guarded *guarded = sabot_shared(task);

	own(task, pthread_mutex_lock(&guarded->mutex));
}

static void wait(struct sabot_task *task)
{
	static const char *const names[] = { "a lock", "a trylock", "a timed lock" };
	const struct variant *variant = sabot_variant(task);
	struct guarded *guarded = sabot_shared(task);
	enum pshared_how how =
		variant->how == HOWS ? (enum pshared_how)sabot_index(task) : variant->how;
	int error = guarded_wait(guarded, &variant->like, how);

	if (error)
		sabot_observe(task, "%s gets %s", names[how], strerrorname_np(error));
	sabot_assert(task, error != ENOTRECOVERABLE,
		     "somebody was told, and repaired it: %s gets %s", names[how],
		     strerrorname_np(error));
	if (error == 0 || error == EOWNERDEAD)
		own(task, error);
}

static const struct sabot_role roles[] = { { "holder", 1, hold }, { "waiter", HOWS, wait }, { 0 } };

#define HOLDER_IS_KILLED(kind, what, known_, ...)                                                  \
	{                                                                                          \
		.name = "platform-" kind, .variant = &(const struct variant){ __VA_ARGS__ },       \
		.fault = { SABOT_KILL, .role = "holder", .point = PAIR_POINT },                    \
		.characterises = "the holder of a " what " is killed", .known = (known_)           \
	}

static const char *const known_lock[] = { "a lock gets EOWNERDEAD", NULL };
static const char *const known_try[] = { "a trylock gets EOWNERDEAD", NULL };
static const char *const known_timed[] = { "a timed lock gets EOWNERDEAD", NULL };
static const char *const known_again[] = { "a lock gets EOWNERDEAD", "its second lock gets EDEADLK",
					   NULL };
static const char *const known_abort[] = { "waiter died of SIGABRT in pthread_mutex_lock",
					   "waiter blocks for ever in pthread_mutex_lock", NULL };
static const char *const known_stalled[] = { "a trylock gets EBUSY", "a timed lock gets ETIMEDOUT",
					     "waiter blocks for ever in pthread_mutex_lock", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &robust },
	{ .name = "kill-anywhere", .variant = &robust, .fault.kind = SABOT_KILL },
	{ .name = "kill-recursive", .variant = &recursive, .fault.kind = SABOT_KILL },
	{ .name = "kill-inheriting", .variant = &inherits, .fault.kind = SABOT_KILL },
	{ .name = "not-robust",
	  .variant = &stalled,
	  .fault = { SABOT_KILL, .role = "holder" },
	  .caught_by = "deadlock" },
	HOLDER_IS_KILLED("not-robust", "mutex that is not robust", known_stalled, { 0 }, HOWS),
	HOLDER_IS_KILLED("robust", "robust mutex", known_lock, { ROBUST, 0, 0 }, LOCK),
	HOLDER_IS_KILLED("robust-trylock", "robust mutex that others try", known_try,
			 { ROBUST, 0, 0 }, TRYLOCK),
	HOLDER_IS_KILLED("robust-timed", "robust mutex that others wait for until a time",
			 known_timed, { ROBUST, 0, 0 }, TIMEDLOCK),
	HOLDER_IS_KILLED("robust-inheriting", "robust mutex with priority inheritance", known_lock,
			 { ROBUST, 0, PTHREAD_PRIO_INHERIT }, LOCK),
	HOLDER_IS_KILLED("inheriting", "mutex with priority inheritance that is not robust",
			 known_abort, { 0, 0, PTHREAD_PRIO_INHERIT }, LOCK),
	HOLDER_IS_KILLED("robust-errorcheck", "robust, error-checking mutex", known_again,
			 { ROBUST, PTHREAD_MUTEX_ERRORCHECK, 0 }, LOCK),
	{ 0 },
};

const struct sabot_scenario mutex_dead_holder = {
	.name = "mutex-dead-holder",
	.group = "pthread-shared",
	.about = "what a mutex tells after its holder was killed, by its kind",
	.tags = "crash mutex robust time platform",
	.shared_size = sizeof(struct guarded),
	.setup = setup,
	.roles = roles,
	.invariants = pair_invariants,
	.cases = cases,
	.points = pair_points,
	.keeps_no_state = true,
};
