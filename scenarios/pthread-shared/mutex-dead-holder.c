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
#include "pair.h"
#include "pshared.h"

#include <sched.h>
#include <string.h>

enum how { LOCK, TRYLOCK, TIMEDLOCK, HOWS };

struct shared {
	struct pair pair;
	pthread_mutex_t mutex;
};

struct variant {
	struct pshared_mutex like;
	enum how how; /* HOWS: each waiter by another */
};

#define ROBUST PTHREAD_MUTEX_ROBUST

static const struct variant robust = { { ROBUST, 0, 0 }, HOWS };
static const struct variant recursive = { { ROBUST, PTHREAD_MUTEX_RECURSIVE, 0 }, HOWS };
static const struct variant inherits = { { ROBUST, 0, PTHREAD_PRIO_INHERIT }, HOWS };
static const struct variant stalled = { { PTHREAD_MUTEX_STALLED, 0, 0 }, HOWS };
static const struct variant robust_lock = { { ROBUST, 0, 0 }, LOCK };
static const struct variant robust_try = { { ROBUST, 0, 0 }, TRYLOCK };
static const struct variant robust_timed = { { ROBUST, 0, 0 }, TIMEDLOCK };
static const struct variant inherits_lock = { { ROBUST, 0, PTHREAD_PRIO_INHERIT }, LOCK };
static const struct variant stalled_inherits = { { 0, 0, PTHREAD_PRIO_INHERIT }, LOCK };
static const struct variant checks_lock = { { ROBUST, PTHREAD_MUTEX_ERRORCHECK, 0 }, LOCK };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);

	pshared_mutex_make(&shared->mutex, &variant->like);
}

/* One more or one less, on top of the first, if the type allows that. */
static void again(struct sabot_task *task, int (*call)(pthread_mutex_t *mutex))
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (variant->like.type == PTHREAD_MUTEX_RECURSIVE)
		SABOT_ZERO(call(&shared->mutex));
}

static void own(struct sabot_task *task, int error)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (error == EOWNERDEAD) {
		pair_repair(&shared->pair);
		if (variant->like.type == PTHREAD_MUTEX_ERRORCHECK)
			sabot_observe(task, "its second lock gets %s",
				      strerrorname_np(pthread_mutex_lock(&shared->mutex)));
		error = pthread_mutex_consistent(&shared->mutex);
	}
	SABOT_ZERO(error);
	/* Taken before the one to whom the kernel has handed it: neither owns it. */
	if (variant->like.robust != ROBUST && !pair_is_whole(&shared->pair)) {
		(void)pthread_mutex_unlock(&shared->mutex);
		return;
	}
	again(task, pthread_mutex_lock);
	pair_write(task, &shared->pair);
	again(task, pthread_mutex_unlock);
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static void hold(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	own(task, pthread_mutex_lock(&shared->mutex));
}

static int lock(pthread_mutex_t *mutex, enum how how)
{
	struct timespec soon = pshared_soon();

	return how == LOCK	? pthread_mutex_lock(mutex)
	       : how == TRYLOCK ? pthread_mutex_trylock(mutex)
				: pthread_mutex_timedlock(mutex, &soon);
}

static void wait(struct sabot_task *task)
{
	static const char *const names[] = { "a lock", "a trylock", "a timed lock" };
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	enum how how = variant->how == HOWS ? (enum how)sabot_index(task) : variant->how;
	int error;

	/* From a robust mutex something else comes in the end. */
	while ((error = lock(&shared->mutex, how)) == EBUSY || error == ETIMEDOUT) {
		if (variant->like.robust != ROBUST)
			break;
		SABOT_OK(sched_yield());
	}
	if (error)
		sabot_observe(task, "%s gets %s", names[how], strerrorname_np(error));
	sabot_assert(task, error != ENOTRECOVERABLE,
		     "somebody was told, and repaired it: %s gets %s", names[how],
		     strerrorname_np(error));
	if (error == 0 || error == EOWNERDEAD)
		own(task, error);
}

static const struct sabot_role roles[] = { { "holder", 1, hold }, { "waiter", HOWS, wait }, { 0 } };

#define HOLDER_IS_KILLED(kind, what, variant_, known_)                                             \
	{                                                                                          \
		.name = "platform-" kind, .variant = (variant_),                                   \
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
	HOLDER_IS_KILLED("not-robust", "mutex that is not robust", &stalled, known_stalled),
	HOLDER_IS_KILLED("robust", "robust mutex", &robust_lock, known_lock),
	HOLDER_IS_KILLED("robust-trylock", "robust mutex that others try", &robust_try, known_try),
	HOLDER_IS_KILLED("robust-timed", "robust mutex that others wait for until a time",
			 &robust_timed, known_timed),
	HOLDER_IS_KILLED("robust-inheriting", "robust mutex with priority inheritance",
			 &inherits_lock, known_lock),
	HOLDER_IS_KILLED("inheriting", "mutex with priority inheritance that is not robust",
			 &stalled_inherits, known_abort),
	HOLDER_IS_KILLED("robust-errorcheck", "robust, error-checking mutex", &checks_lock,
			 known_again),
	{ 0 },
};

const struct sabot_scenario mutex_dead_holder = {
	.name = "mutex-dead-holder",
	.group = "pthread-shared",
	.about = "what a mutex tells after its holder was killed, by its kind",
	.tags = "crash mutex robust time platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = pair_invariants,
	.cases = cases,
	.points = pair_points,
	.keeps_no_state = true,
};
