/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process is killed that holds many robust mutexes. The kernel tells of its death for each, up to
 * a number: it walks no longer list.
 *
 * Shows: all of a few dozen come free, and exactly those; of more than ROBUST_LIST_LIMIT (2048 in
 * Linux include/uapi/linux/futex.h) the kernel leaves those that were taken first locked for ever,
 * robust or not. Samba kept away from robust mutexes for databases for this reason. Does not show:
 * a list that is damaged, on which the walk ends as well.
 */
#include "pshared.h"

enum { MANY = 2200, FEW = 40, NOT_ROBUST = 7 };

struct shared {
	pthread_mutex_t last; /* taken last, and waited for */
	pthread_mutex_t rest[MANY];
	unsigned stuck;
};

struct variant {
	int count;
	bool one_is_not_robust;
};

static const struct variant few = { FEW, false };
static const struct variant many = { MANY, false };
static const struct variant one_stalled = { FEW, true };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);
	int i;

	pshared_mutex_init(&shared->last, PTHREAD_MUTEX_ROBUST);
	for (i = 0; i < variant->count; i++)
		pshared_mutex_init(&shared->rest[i], variant->one_is_not_robust && i == NOT_ROBUST
							     ? PTHREAD_MUTEX_STALLED
							     : PTHREAD_MUTEX_ROBUST);
}

static void hold(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int i;

	for (i = 0; i < variant->count; i++) {
		(void)pshared_mutex_has(&shared->rest[i], pthread_mutex_lock(&shared->rest[i]));
		sabot_progress(task);
	}
	(void)pshared_mutex_has(&shared->last, pthread_mutex_lock(&shared->last));
	sabot_point(task, "has all");
	SABOT_ZERO(pthread_mutex_unlock(&shared->last));
	while (i--) {
		SABOT_ZERO(pthread_mutex_unlock(&shared->rest[i]));
		sabot_progress(task);
	}
}

/* Who had the last one when it died had all of them. */
static void inherit(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int i, error = pthread_mutex_lock(&shared->last);
	unsigned stuck = 0;

	(void)pshared_mutex_has(&shared->last, error);
	for (i = 0; error == EOWNERDEAD && i < variant->count; i++) {
		pthread_mutex_t *mutex = &shared->rest[i];

		if (pshared_mutex_has(mutex, pthread_mutex_trylock(mutex)))
			SABOT_ZERO(pthread_mutex_unlock(mutex));
		else
			stuck++;
		sabot_progress(task);
	}
	if (stuck)
		sabot_observe(task, "of %d mutexes %u stay locked", variant->count + 1, stuck);
	shared->stuck = stuck;
	SABOT_ZERO(pthread_mutex_unlock(&shared->last));
}

static void none_is_stuck(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, shared->stuck == 0, "%u mutexes stay locked", shared->stuck);
}

static const struct sabot_role roles[] = { { "holder", 1, hold }, { "heir", 1, inherit }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "every mutex of the dead comes free", SABOT_WHEN_SETTLED, none_is_stuck },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &few },
	{ .name = "kill-anywhere", .variant = &few, .fault.kind = SABOT_KILL },
	{ .name = "one-not-robust",
	  .variant = &one_stalled,
	  .fault = { SABOT_KILL, .role = "holder", .point = "has all" },
	  .caught_by = "every mutex of the dead comes free" },
	{ .name = "platform",
	  .variant = &many,
	  .fault = { SABOT_KILL, .role = "holder", .point = "has all" },
	  .characterises = "a process is killed that holds 2201 robust mutexes",
	  .known = (const char *const[]){ "of 2201 mutexes 153 stay locked",
					  "not so: every mutex of the dead comes free", NULL } },
	{ 0 },
};

static const char *const points[] = { "has all", NULL };

const struct sabot_scenario robust_limit = {
	.name = "robust-limit",
	.group = "pthread-shared",
	.about = "the kernel frees the robust mutexes of the dead, up to a number",
	.tags = "crash mutex robust platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
