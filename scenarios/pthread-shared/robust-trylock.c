/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process looks with pthread_mutex_trylock() whether a robust mutex can be used at all, and locks
 * it then. Its owner is dead: trylock says so by EOWNERDEAD, and has taken the mutex.
 *
 * Shows: EOWNERDEAD is no failure. Who gets it owns the mutex (pthread_mutex_lock(3p)), and must
 * repair the data and go on, or give the mutex back; who goes on as after a failure waits for
 * itself. Realm's database had that: a test of validity by trylock, and the lock after it. Does not
 * show: what becomes of data that cannot be repaired; robust-notrecoverable does.
 */
#include "guarded.h"

enum { ROUNDS = 2 };

struct variant {
	bool takes_for_failure, repairs;
};

static const struct variant good = { .repairs = true };
static const struct variant no_repair = { .repairs = false };
static const struct variant failure = { .takes_for_failure = true, .repairs = true };

static void setup(struct sabot_env *env)
{
	struct guarded *guarded = sabot_env_shared(env);

	pshared_mutex_init(&guarded->mutex, PTHREAD_MUTEX_ROBUST);
}

/* What a lock or a trylock said; true if the mutex is had. */
static bool has_it(struct sabot_task *task, int error)
{
	const struct variant *variant = sabot_variant(task);
	struct guarded *guarded = sabot_shared(task);

	if (error == EOWNERDEAD) {
		if (variant->repairs)
			pair_repair(&guarded->pair);
		SABOT_ZERO(pthread_mutex_consistent(&guarded->mutex));
		return true;
	}
	return error == 0;
}

static void lock(struct sabot_task *task)
{
	struct guarded *guarded = sabot_shared(task);
	int error = pthread_mutex_lock(&guarded->mutex);

	if (!has_it(task, error))
		SABOT_ZERO(error);
}

static void probe(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct guarded *guarded = sabot_shared(task);
	int round;

	for (round = 0; round < ROUNDS; round++) {
		int error = pthread_mutex_trylock(&guarded->mutex);

		if (variant->takes_for_failure ? error != 0 : !has_it(task, error))
			lock(task);
		pair_write(task, &guarded->pair);
		SABOT_ZERO(pthread_mutex_unlock(&guarded->mutex));
	}
}

static void hold(struct sabot_task *task)
{
	struct guarded *guarded = sabot_shared(task);

	lock(task);
	pair_write(task, &guarded->pair);
	SABOT_ZERO(pthread_mutex_unlock(&guarded->mutex));
}

static const struct sabot_role roles[] = { { "holder", 1, hold }, { "prober", 2, probe }, { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault.kind = SABOT_KILL },
	{ .name = "kill-two",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "holder" },
	  .second = { SABOT_KILL, .role = "prober" } },
	{ .name = "taken-for-failure",
	  .variant = &failure,
	  .fault = { SABOT_KILL, .role = "holder" },
	  .caught_by = "self-deadlock" },
	{ .name = "no-repair",
	  .variant = &no_repair,
	  .fault = { SABOT_KILL, .role = "holder" },
	  .caught_by = "assertion" },
	{ 0 },
};

const struct sabot_scenario robust_trylock = {
	.name = "robust-trylock",
	.group = "pthread-shared",
	.about = "a trylock that says EOWNERDEAD has taken the mutex",
	.tags = "crash recovery mutex robust",
	.shared_size = sizeof(struct guarded),
	.setup = setup,
	.roles = roles,
	.invariants = pair_invariants,
	.cases = cases,
	.points = pair_points,
	.keeps_no_state = true,
};
