/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger under a mutex, what its clerks were told, and what must hold of the two. */
#ifndef SCENARIOS_PTHREAD_SHARED_OFFICE_H
#define SCENARIOS_PTHREAD_SHARED_OFFICE_H

#include "ledger.h"
#include "pshared.h"

struct office {
	pthread_mutex_t mutex;
	struct ledger ledger;
	unsigned acknowledged[CLERKS]; /* no point lies between the unlock and the note: exact */
	unsigned gone;		       /* clerks that left before their work was done */
};

static inline void office_open(struct office *office, int robust)
{
	int i;

	for (i = 0; i < ACCOUNTS; i++)
		office->ledger.book.balance[i] = OPENING;
	pshared_mutex_init(&office->mutex, robust);
}

/* Ends the thread in the middle of a transfer. */
static inline void office_quit(struct office *office)
{
	office->ledger.journal = office->ledger.book;
	office->ledger.undo = true;
	office->ledger.book.balance[0]--;
	office->gone++;
	pthread_exit(NULL);
}

static inline void office_sum_is_constant(struct sabot_check *check)
{
	const struct office *office = sabot_check_shared(check);
	long sum = ledger_sum(ledger_recovered(&office->ledger));

	sabot_require(check, sum == ACCOUNTS * OPENING, "the sum is %ld, it was %d", sum,
		      ACCOUNTS * OPENING);
}

static inline void office_applied_once(struct sabot_check *check)
{
	const struct office *office = sabot_check_shared(check);
	const struct book *book = ledger_recovered(&office->ledger);
	unsigned i;

	for (i = 0; i < CLERKS; i++)
		sabot_require(check, book->applied[i] - office->acknowledged[i] <= 1,
			      "clerk %u: %u applied, %u acknowledged", i, book->applied[i],
			      office->acknowledged[i]);
	sabot_require(check, ledger_valid(book),
		      "balances %ld, %ld, %ld are not those of %u, %u, %u", book->balance[0],
		      book->balance[1], book->balance[2], book->applied[0], book->applied[1],
		      book->applied[2]);
}

static inline void office_living_are_done(struct sabot_check *check)
{
	const struct office *office = sabot_check_shared(check);
	unsigned i, done = 0, gone = office->gone + sabot_killed(check, NULL);

	for (i = 0; i < CLERKS; i++)
		done += office->acknowledged[i] == TRANSFERS;
	sabot_require(check, done + gone >= CLERKS, "%u of %d clerks are done, %u are gone", done,
		      CLERKS, gone);
}

#endif
