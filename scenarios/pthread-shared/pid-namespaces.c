/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two containers share memory, and a recursive lock in it. Each has a PID namespace of its own, and
 * the process that takes the lock is number 1 in either.
 *
 * Shows: a lock that knows its owner by a number must have one that nobody else can have. A
 * recursive pthread mutex compares thread ids as each sees its own, so two owners who are both
 * number 1 are inside at once, and an error-checking one tells the second that it waits for itself
 * (glibc nptl/pthread_mutex_lock.c; pid_namespaces(7)); the same with a hand-made lock that is
 * named by getpid(). All users of such a lock belong into one PID namespace. Does not show: a
 * robust one, whose kernel compares the same numbers when an owner dies.
 */
#include "../section.h"
#include "parties.h"
#include "pshared.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>

enum { FIRST_OF_NAMESPACE = 1 };

struct shared {
	pthread_mutex_t mutex;
	atomic_int owner; /* the word of the other lock: a number, or 0 */
};

struct variant {
	int type; /* of the mutex */
	bool own_namespaces, by_word, same_number;
};

static const struct variant good = { .type = PTHREAD_MUTEX_RECURSIVE };
static const struct variant by_word = { .by_word = true };
static const struct variant same_number = { .by_word = true, .same_number = true };
static const struct variant recursive = { PTHREAD_MUTEX_RECURSIVE, .own_namespaces = true };
static const struct variant checks = { PTHREAD_MUTEX_ERRORCHECK, .own_namespaces = true };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);

	pshared_mutex_make(&shared->mutex,
			   &(struct pshared_mutex){ PTHREAD_MUTEX_ROBUST, variant->type, 0 });
}

/* False: it has it already, as far as it can tell. */
static bool lock(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int self = variant->same_number ? FIRST_OF_NAMESPACE : getpid(), owner = 0, error;

	if (variant->by_word) {
		while (!atomic_compare_exchange_strong(&shared->owner, &owner, self) &&
		       owner != self) {
			owner = 0;
			SABOT_OK(sched_yield());
		}
		return true;
	}
	error = pthread_mutex_lock(&shared->mutex);
	if (error)
		sabot_observe(task, "a lock gets %s", strerrorname_np(error));
	return error != EDEADLK && pshared_mutex_has(&shared->mutex, error);
}

static void pass(struct sabot_task *task, unsigned number)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	(void)number;
	if (!lock(task))
		return;
	section_stay(task, 1);
	if (variant->by_word)
		atomic_store(&shared->owner, 0);
	else
		(void)pthread_mutex_unlock(&shared->mutex); /* of two owners one is refused */
}

static void contain(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	if (!variant->own_namespaces) {
		pass(task, 0);
		return;
	}
	if (unshare(CLONE_NEWPID) != 0)
		sabot_skip(task, "no PID namespace of its own: %s", strerrorname_np(errno));
	(void)parties_fork(task, pass, 0);
}

static const struct sabot_role roles[] = { { "container", 2, contain }, { 0 } };

#define ONE_IS_INSIDE "one at most is inside"

static const struct sabot_invariant invariants[] = {
	{ ONE_IS_INSIDE, SABOT_WHEN_SETTLED, section_one_is_inside },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "by-word", .variant = &by_word },
	{ .name = "kill-anywhere", .variant = &good, .fault.kind = SABOT_KILL },
	{ .name = "same-number", .variant = &same_number, .caught_by = ONE_IS_INSIDE },
	{ .name = "platform-recursive",
	  .variant = &recursive,
	  .characterises =
		  "a recursive mutex is locked from two PID namespaces, by number 1 of each",
	  .known = (const char *const[]){ "not so: " ONE_IS_INSIDE, NULL } },
	{ .name = "platform-errorcheck",
	  .variant = &checks,
	  .characterises = "an error-checking mutex is locked from two PID namespaces, by number 1 "
			   "of each",
	  .known = (const char *const[]){ "a lock gets EDEADLK", NULL } },
	{ 0 },
};

const struct sabot_scenario pid_namespaces = {
	.name = "pid-namespaces",
	.group = "pthread-shared",
	.about = "two owners of a lock have the same number, in two PID namespaces",
	.tags = "crash mutex robust fork platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = section_points,
};
