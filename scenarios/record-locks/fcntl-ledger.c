/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two accounts are byte ranges of a file; a transfer locks both. A clerk that is killed loses its
 * locks at once and without notice, so whoever has both next undoes half a transfer from a journal.
 *
 * Shows: fcntl(2) locks end with the process, between two writes as well; the kernel refuses the
 * lock that would close a cycle (EDEADLK, fcntl(2); Linux fs/locks.c, posix_locks_deadlock()), but
 * not one of an open file description. Does not show: loss of power; the journal is in memory. The
 * check uses setup's descriptor: to close any descriptor of the file drops the record locks of the
 * process that happens to run the check.
 */
#include "ledger.h"

enum { OUTSIDE, MOVING }; /* marks */

struct variant {
	int command;
	bool journal, by_address, backs_off;
};

static const struct variant ordered = { F_SETLKW, .journal = true, .by_address = true };
static const struct variant backs_off = { F_SETLKW, .journal = true, .backs_off = true };
static const struct variant no_journal = { F_SETLKW, .by_address = true };
static const struct variant unordered = { F_SETLKW, .journal = true };
static const struct variant unordered_ofd = { F_OFD_SETLKW, .journal = true };

static void setup(struct sabot_env *env)
{
	ledger_make(sabot_env_shared(env));
}

static void lock_both(struct sabot_task *task, int fd, int from)
{
	const struct variant *variant = sabot_variant(task);
	int first = variant->by_address ? 0 : from;

	SABOT_OK(ledger_lock(fd, variant->command, F_WRLCK, first));
	while (ledger_lock(fd, variant->command, F_WRLCK, !first) != 0) {
		sabot_assert(task, variant->backs_off && errno == EDEADLK,
			     "the second lock is refused, errno %d", errno);
		SABOT_OK(ledger_lock(fd, variant->command, F_UNLCK, first));
		first = 0;
		SABOT_OK(ledger_lock(fd, variant->command, F_WRLCK, first));
	}
}

static void transfer(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct ledger *ledger = sabot_shared(task);
	int from = (int)sabot_index(task) % 2;
	int fd = SABOT_OK(open("ledger", O_RDWR));

	lock_both(task, fd, from);
	sabot_mark(task, MOVING);
	ledger_transfer(ledger, fd, from, variant->journal);
	sabot_mark(task, OUTSIDE);
	SABOT_OK(ledger_lock(fd, variant->command, F_UNLCK, from));
	SABOT_OK(ledger_lock(fd, variant->command, F_UNLCK, !from));
	SABOT_OK(close(fd));
}

static void sum_is_constant(struct sabot_check *check)
{
	const struct ledger *ledger = sabot_check_shared(check);
	struct book book = ledger_recovered(ledger);

	if (sabot_alive(check, MOVING))
		return;
	sabot_require(check, ledger_valid(&book), "the accounts hold %d and %d, %d was paid in",
		      (int)book.account[0], (int)book.account[1], ACCOUNTS * START);
}

static const struct sabot_role roles[] = { { "clerk", 3, transfer }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "the sum is constant while nothing moves", SABOT_WHEN_SETTLED, sum_is_constant },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &ordered },
	{ .name = "kill-anywhere", .variant = &ordered, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-twice",
	  .variant = &ordered,
	  .fault = { .kind = SABOT_KILL },
	  .second = { .kind = SABOT_KILL } },
	{ .name = "back-off", .variant = &backs_off, .fault = { .kind = SABOT_KILL } },
	{ .name = "no-journal",
	  .variant = &no_journal,
	  .fault = { .kind = SABOT_KILL },
	  .caught_by = "the sum is constant while nothing moves" },
	{ .name = "unordered", .variant = &unordered, .caught_by = "assertion" },
	{ .name = "unordered-ofd", .variant = &unordered_ofd, .caught_by = "deadlock" },
	{ 0 },
};

const struct sabot_scenario fcntl_ledger = {
	.name = "fcntl-ledger",
	.group = "record-locks",
	.about = "a killed holder of record locks leaves half a transfer; a journal undoes it",
	.shared_size = sizeof(struct ledger),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.keeps_no_state = true,
};
