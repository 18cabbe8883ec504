/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two accounts in a file, each a range of it, and an undo journal in shared memory: who dies in a
 * transfer has stated what the accounts were before it. Whoever locks both undoes that first.
 */
#ifndef SCENARIOS_RECORD_LOCKS_LEDGER_H
#define SCENARIOS_RECORD_LOCKS_LEDGER_H

#include "ranges.h"

enum { ACCOUNTS = 2, START = 100, AMOUNT = 7 };
enum { ACCOUNT_SIZE = sizeof(int64_t) };

struct book {
	int64_t account[ACCOUNTS];
};

struct ledger {
	int fd;	      /* setup's, for the checks */
	bool pending; /* `before` is to be put back */
	struct book before;
};

/* In setup. */
static inline void ledger_make(struct ledger *ledger)
{
	static const struct book start = { { START, START } };

	ledger->fd = ranges_make("ledger", sizeof(start));
	SABOT_OK(pwrite(ledger->fd, &start, sizeof(start), 0));
}

/* As ranges_set(), of one account. */
static inline int ledger_lock(int fd, int command, short type, int account)
{
	return ranges_set(fd, command, type, account * ACCOUNT_SIZE, ACCOUNT_SIZE);
}

static inline void ledger_put(int fd, const struct book *book, int account)
{
	SABOT_OK(pwrite(fd, &book->account[account], ACCOUNT_SIZE, account * ACCOUNT_SIZE));
}

/* With both locks. Without the journal half a transfer can stay. */
static inline void ledger_transfer(struct ledger *ledger, int fd, int from, bool journal)
{
	struct book book;

	if (ledger->pending) /* by whom both locks were taken away */
		SABOT_OK(pwrite(fd, &ledger->before, sizeof(book), 0));
	SABOT_OK(pread(fd, &book, sizeof(book), 0));
	ledger->before = book;
	ledger->pending = journal;
	book.account[from] -= AMOUNT;
	ledger_put(fd, &book, from);
	book.account[!from] += AMOUNT;
	ledger_put(fd, &book, !from);
	ledger->pending = false;
}

/* The accounts with the journal undone; zeros if they cannot be read. While nothing moves. */
static inline struct book ledger_recovered(const struct ledger *ledger)
{
	struct book book = { { 0 } };

	if (ledger->pending)
		return ledger->before;
	if (pread(ledger->fd, &book, sizeof(book), 0) != sizeof(book))
		return (struct book){ { 0 } };
	return book;
}

static inline bool ledger_valid(const struct book *book)
{
	return book->account[0] + book->account[1] == ACCOUNTS * START;
}

#endif
