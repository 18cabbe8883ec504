/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread ends while it has a lock in memory that several processes share: it is cancelled, calls
 * pthread_exit(3), or its process is killed.
 *
 * Shows: cleanup handlers (pthread_cleanup_push(3)) give the lock back when a thread is cancelled
 * or leaves, and nothing does so otherwise, although the process lives; a robust mutex is told of
 * by EOWNERDEAD in all of these, since the kernel walks the list of a thread's robust mutexes at
 * its end (exit_robust_list() in kernel/futex/core.c). Does not show: what the lock guards.
 */
#include "inside.h"

#include <unistd.h>

struct variant {
	int robust;
	bool cleans, leaves; /* pthread_exit() in place of waiting to be cancelled */
};

static const struct variant cleans = { .cleans = true };
static const struct variant cleans_robust = { .robust = PTHREAD_MUTEX_ROBUST, .cleans = true };
static const struct variant leaves = { .cleans = true, .leaves = true };
static const struct variant leaves_as_is = { .leaves = true };
static const struct variant robust_as_is = { .robust = PTHREAD_MUTEX_ROBUST };
static const struct variant as_is = { .cleans = false };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);

	inside_init(sabot_env_shared(env), variant->robust);
}

/* Until it is cancelled, at any point from its first on; or leaves. */
static void rest(void *task, const struct variant *variant)
{
	while (!variant->leaves)
		(void)pause();
	sabot_point(task, SECTION_POINT); /* where the other process may find it */
}

static void *work(void *task)
{
	const struct variant *variant = sabot_variant(task);

	inside_enter(task);
	if (!variant->cleans) {
		rest(task, variant);
		pthread_exit(NULL);
	}
	pthread_cleanup_push(inside_leave, task);
	rest(task, variant);
	pthread_exit(NULL);
	pthread_cleanup_pop(1);
}

static void have_worker(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, work, task));
	if (!variant->leaves)
		SABOT_ZERO(pthread_cancel(thread));
	SABOT_ZERO(pthread_join(thread, NULL));
	inside_enter(task);
	inside_leave(task);
}

static const struct sabot_role roles[] = { { "process", 2, have_worker }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one is inside", SABOT_WHEN_SETTLED, section_one_is_inside },
	{ 0 },
};

static const char *const stuck[] = { "process blocks for ever in pthread_join",
				     "process blocks for ever in pthread_mutex_lock", NULL };
static const char *const told[] = { "the next one gets EOWNERDEAD", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &cleans },
	{ .name = "leaves", .variant = &leaves },
	{ .name = "kill-anywhere", .variant = &cleans_robust, .fault = { .kind = SABOT_KILL } },
	{ .name = "robust", .variant = &robust_as_is },
	{ .name = "no-cleanup", .variant = &as_is, .caught_by = "deadlock" },
	{ .name = "platform",
	  .variant = &leaves_as_is,
	  .characterises = "a thread ends while it has a mutex",
	  .known = stuck },
	{ .name = "platform-robust",
	  .variant = &robust_as_is,
	  .characterises = "a thread is cancelled while it has a robust mutex",
	  .known = told },
	{ 0 },
};

const struct sabot_scenario thread_death = {
	.name = "thread-death",
	.group = "signals-processes",
	.about = "a thread ends with a lock, and its process lives on",
	.tags = "crash lock recovery platform",
	.shared_size = sizeof(pthread_mutex_t),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
