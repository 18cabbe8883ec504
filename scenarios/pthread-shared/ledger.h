/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ledger in shared memory with an undo journal, for one user at a time: a transfer whose clerk
 * dies in it is undone by the next user. The stores that matter to a death are ordered by an atomic
 * flag.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_LEDGER_H
#define SCENARIOS_PTHREAD_SHARED_LEDGER_H

#include <sabot/sabot.h>

#include <stdatomic.h>

enum { ACCOUNTS = 3, CLERKS = 3, TRANSFERS = 2, OPENING = 100 };

struct book {
	long balance[ACCOUNTS];
	unsigned applied[CLERKS]; /* transfers of each clerk that are in the balances */
};

struct ledger {
	atomic_bool undo; /* the journal holds the book as it was; cleared by the commit */
	struct book journal, book;
};

/* What transfer `number` of the clerk adds to the account; no two sets of transfers add the same.
 */
static inline long ledger_change(unsigned clerk, unsigned number, unsigned account)
{
	unsigned from = (clerk + number) % ACCOUNTS;
	long amount = 1L << (clerk * TRANSFERS + number);

	return account == from ? -amount : account == (from + 1) % ACCOUNTS ? amount : 0;
}

static inline void ledger_transfer(struct sabot_task *task, struct ledger *ledger, unsigned clerk,
				   unsigned number)
{
	unsigned i;

	ledger->journal = ledger->book;
	sabot_point(task, "journal written");
	ledger->undo = true;
	for (i = 0; i < ACCOUNTS; i++) {
		ledger->book.balance[i] += ledger_change(clerk, number, i);
		sabot_point(task, "half applied");
	}
	ledger->book.applied[clerk]++;
	sabot_point(task, "applied");
	ledger->undo = false;
}

/* Can be done again from its beginning: who dies in it leaves the flag set. */
static inline void ledger_repair(struct sabot_task *task, struct ledger *ledger)
{
	unsigned i;

	if (!ledger->undo)
		return;
	for (i = 0; i < ACCOUNTS; i++) {
		ledger->book.balance[i] = ledger->journal.balance[i];
		sabot_point(task, "half repaired");
	}
	for (i = 0; i < CLERKS; i++)
		ledger->book.applied[i] = ledger->journal.applied[i];
	ledger->undo = false;
}

/* The book as one would find it who came now and repaired it. */
static inline const struct book *ledger_recovered(const struct ledger *ledger)
{
	return ledger->undo ? &ledger->journal : &ledger->book;
}

static inline long ledger_sum(const struct book *book)
{
	long sum = 0;
	unsigned i;

	for (i = 0; i < ACCOUNTS; i++)
		sum += book->balance[i];
	return sum;
}

/* Whether the balances are exactly what the applied transfers make. */
static inline bool ledger_valid(const struct book *book)
{
	unsigned account, clerk, number;

	for (account = 0; account < ACCOUNTS; account++) {
		long want = OPENING;

		for (clerk = 0; clerk < CLERKS; clerk++)
			for (number = 0; number < book->applied[clerk]; number++)
				want += ledger_change(clerk, number, account);
		if (book->balance[account] != want)
			return false;
	}
	return true;
}

#endif
