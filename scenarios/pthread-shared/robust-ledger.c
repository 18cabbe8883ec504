/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transfers between accounts under a robust mutex: who dies in one is undone by the next owner.
 *
 * Shows: exactly one owner is told of a death (EOWNERDEAD), the next one again if that owner dies
 * in its repair (pthread_mutexattr_setrobust(3); Linux kernel/futex/core.c, handle_futex_death()).
 * With an undo journal beside the data a transfer has then happened once or not at all, and each
 * that was acknowledged has. Does not show: deaths between stores that have no named point between
 * them, nor a loss of power, for which memory is no journal.
 */
#include "ledger.h"
#include "pshared.h"

struct shared {
	pthread_mutex_t mutex;
	struct ledger ledger;
	unsigned acknowledged[CLERKS]; /* no point lies between the unlock and the note: exact */
};

struct variant {
	int robust;
	bool repair;
};

static const struct variant good = { PTHREAD_MUTEX_ROBUST, true };
static const struct variant no_repair = { PTHREAD_MUTEX_ROBUST, false };
static const struct variant not_robust = { PTHREAD_MUTEX_STALLED, true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	const struct variant *variant = sabot_env_variant(env);
	int i;

	for (i = 0; i < ACCOUNTS; i++)
		shared->ledger.book.balance[i] = OPENING;
	pshared_mutex_init(&shared->mutex, variant->robust);
}

static void transfer(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const struct variant *variant = sabot_variant(task);
	unsigned number;

	for (number = 0; number < TRANSFERS; number++) {
		int error = pthread_mutex_lock(&shared->mutex);

		if (error == EOWNERDEAD) {
			if (variant->repair)
				ledger_repair(task, &shared->ledger);
			error = pthread_mutex_consistent(&shared->mutex);
		}
		SABOT_ZERO(error);
		ledger_transfer(task, &shared->ledger, number);
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
		shared->acknowledged[sabot_index(task)]++;
	}
}

static void sum_is_constant(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	long sum = ledger_sum(ledger_recovered(&shared->ledger));

	sabot_require(check, sum == ACCOUNTS * OPENING, "the sum is %ld, it was %d", sum,
		      ACCOUNTS * OPENING);
}

static void applied_once(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	const struct book *book = ledger_recovered(&shared->ledger);
	unsigned i;

	for (i = 0; i < CLERKS; i++)
		sabot_require(check, book->applied[i] - shared->acknowledged[i] <= 1,
			      "clerk#%u: %u applied, %u acknowledged", i, book->applied[i],
			      shared->acknowledged[i]);
	sabot_require(check, ledger_valid(book),
		      "balances %ld, %ld, %ld are not those of %u, %u, %u", book->balance[0],
		      book->balance[1], book->balance[2], book->applied[0], book->applied[1],
		      book->applied[2]);
}

static void living_are_done(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned i, done = 0;

	for (i = 0; i < CLERKS; i++)
		done += shared->acknowledged[i] == TRANSFERS;
	sabot_require(check, done + sabot_killed(check, NULL) >= CLERKS,
		      "%u of %d clerks are done, %u were killed", done, CLERKS,
		      sabot_killed(check, NULL));
}

static const struct sabot_role roles[] = { { "clerk", CLERKS, transfer }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "the sum is constant, with the journal undone", SABOT_WHEN_ALWAYS, sum_is_constant },
	{ "what is acknowledged is applied, and once", SABOT_WHEN_ALWAYS, applied_once },
	{ "who lives gets its transfers done", SABOT_AT_END, living_are_done },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = SABOT_ANY_ROLE } },
	{ .name = "kill-the-recoverer",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = SABOT_ANY_ROLE },
	  .second = { SABOT_KILL, .role = SABOT_ANY_ROLE } },
	{ .name = "consistent-without-repair",
	  .variant = &no_repair,
	  .fault = { SABOT_KILL, .role = SABOT_ANY_ROLE },
	  .caught_by = "the sum is constant, with the journal undone" },
	{ .name = "not-robust",
	  .variant = &not_robust,
	  .fault = { SABOT_KILL, .role = SABOT_ANY_ROLE },
	  .caught_by = "deadlock" },
	{ 0 },
};

static const char *const points[] = { "journal written", "half applied", "applied", "half repaired",
				      NULL };

const struct sabot_scenario robust_ledger = {
	.name = "robust-ledger",
	.group = "pthread-shared",
	.about = "transfers under a robust mutex happen once or not at all, whoever dies",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
