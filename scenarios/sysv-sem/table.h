/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A round table: a fork, which is a semaphore, between each two seats. Who sits at seat i takes
 * fork i, the left one, and fork i + 1.
 */
#ifndef SCENARIOS_SYSV_SEM_TABLE_H
#define SCENARIOS_SYSV_SEM_TABLE_H

#include "permits.h"

enum { SEATS = 3 };
/* Marks: who sits at seat i has its left fork only, or both. */
enum { HAS_LEFT = 1, HAS_BOTH = HAS_LEFT + SEATS };

struct table {
	struct permits forks;
	bool has_eaten[SEATS];
};

/* Both forks of the seat, the left one first; `amount` is -1 or +1. */
struct table_forks {
	struct sembuf each[2];
};

static inline struct table_forks table_forks(unsigned seat, short amount, short undo_left,
					     short undo_right)
{
	unsigned short left = (unsigned short)seat, right = (unsigned short)((seat + 1) % SEATS);

	return (struct table_forks){ { { left, amount, undo_left },
				       { right, amount, undo_right } } };
}

/* How many of the living have this fork. */
static inline int table_hands(struct sabot_check *check, int fork)
{
	return (int)(sabot_alive(check, HAS_LEFT + fork) + sabot_alive(check, HAS_BOTH + fork) +
		     sabot_alive(check, HAS_BOTH + (fork + SEATS - 1) % SEATS));
}

static inline unsigned table_hungry(const struct table *table)
{
	unsigned seat, hungry = 0;

	for (seat = 0; seat < SEATS; seat++)
		hungry += !table->has_eaten[seat];
	return hungry;
}

#endif
