/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transfers between accounts under a robust mutex: who dies in one is undone by the next owner.
 *
 * Shows: exactly one owner is told of a death (EOWNERDEAD), the next one again if that owner dies
 * in its repair (pthread_mutexattr_setrobust(3); Linux kernel/futex/core.c, handle_futex_death());
 * the same of a thread that ends with the mutex in its hand, while its process lives on. With an
 * undo journal beside the data a transfer has then happened once or not at all, and each that was
 * acknowledged has, though a death may come between any two stores. Does not show: a loss of power,
 * for which memory is no journal. Seen in the wild: nginx takes the lock of a shared zone from a
 * dead worker and repairs nothing, and the next worker crashes on what is half written
 * (nginx-module-vts issue 72).
 */
#include "office.h"
#include "parties.h"

struct variant {
	int robust;
	bool repair, threads, quits;
};

static const struct variant good = { PTHREAD_MUTEX_ROBUST, .repair = true };
static const struct variant no_repair = { PTHREAD_MUTEX_ROBUST, .repair = false };
static const struct variant not_robust = { PTHREAD_MUTEX_STALLED, .repair = true };
static const struct variant in_threads = { PTHREAD_MUTEX_ROBUST, .repair = true, .threads = true };
static const struct variant thread_quits = { PTHREAD_MUTEX_ROBUST, true, true, .quits = true };
static const struct variant stalled_quits = { PTHREAD_MUTEX_STALLED, true, true, .quits = true };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);

	office_open(sabot_env_shared(env), variant->robust);
}

static void lock_office(struct sabot_task *task, struct office *office)
{
	const struct variant *variant = sabot_variant(task);
	int error = pthread_mutex_lock(&office->mutex);

	if (error == EOWNERDEAD) {
		if (variant->repair)
			ledger_repair(task, &office->ledger);
		error = pthread_mutex_consistent(&office->mutex);
	}
	SABOT_ZERO(error);
}

static void transfer(struct sabot_task *task, unsigned clerk)
{
	const struct variant *variant = sabot_variant(task);
	struct office *office = sabot_shared(task);
	unsigned number;

	for (number = 0; number < TRANSFERS; number++) {
		lock_office(task, office);
		if (variant->quits && clerk == 0 && number == 1)
			office_quit(office);
		ledger_transfer(task, &office->ledger, clerk, number);
		SABOT_ZERO(pthread_mutex_unlock(&office->mutex));
		office->acknowledged[clerk]++;
	}
}

static void work(struct sabot_task *task)
{
	static const struct party_kind clerks[] = { { transfer, CLERKS }, { 0 } };
	const struct variant *variant = sabot_variant(task);

	if (!variant->threads)
		transfer(task, sabot_index(task));
	else if (sabot_index(task) == 0)
		parties_run(task, clerks);
}

static const struct sabot_role roles[] = { { "clerk", CLERKS, work }, { 0 } };

#define SUM_IS_CONSTANT "the sum is constant, with the journal undone"

static const struct sabot_invariant invariants[] = {
	{ SUM_IS_CONSTANT, SABOT_WHEN_ALWAYS, office_sum_is_constant },
	{ "what is acknowledged is applied, and once", SABOT_WHEN_ALWAYS, office_applied_once },
	{ "who lives gets its transfers done", SABOT_AT_END, office_living_are_done },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "threads", .variant = &in_threads },
	{ .name = "kill-anywhere", .variant = &good, .fault.kind = SABOT_KILL },
	{ .name = "kill-the-recoverer",
	  .variant = &good,
	  .fault.kind = SABOT_KILL,
	  .second.kind = SABOT_KILL },
	{ .name = "thread-quits",
	  .variant = &thread_quits,
	  .about = "a thread ends in its transfer, the process goes on" },
	{ .name = "consistent-without-repair",
	  .variant = &no_repair,
	  .fault.kind = SABOT_KILL,
	  .caught_by = SUM_IS_CONSTANT },
	{ .name = "not-robust",
	  .variant = &not_robust,
	  .fault.kind = SABOT_KILL,
	  .caught_by = "deadlock" },
	{ .name = "thread-quits-not-robust",
	  .variant = &stalled_quits,
	  .caught_by = "orphaned owner" },
	{ 0 },
};

static const char *const points[] = { "journal written", "half applied", "applied", "half repaired",
				      NULL };

const struct sabot_scenario robust_ledger = {
	.name = "robust-ledger",
	.group = "pthread-shared",
	.about = "transfers under a robust mutex happen once or not at all, whoever dies",
	.tags = "crash recovery mutex robust threads",
	.shared_size = sizeof(struct office),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
