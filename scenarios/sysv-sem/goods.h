/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Items that are made and taken in order, beside the semaphore that tells of them; and whether each
 * was taken once.
 */
#ifndef SCENARIOS_SYSV_SEM_GOODS_H
#define SCENARIOS_SYSV_SEM_GOODS_H

#include "permits.h"

enum { GOODS_ITEMS = 3, GOODS_FIRST = 100 };

struct goods {
	struct permits permits;
	int items[GOODS_ITEMS], taken_items[GOODS_ITEMS + 1];
	unsigned made, taken; /* no point lies between a call and the note of it: exact */
};

/* The next one lies there; it is made when it is told of. */
static inline void goods_lay(struct goods *goods)
{
	goods->items[goods->made] = GOODS_FIRST + (int)goods->made;
}

static inline void goods_take(struct goods *goods)
{
	goods->taken_items[goods->taken] = goods->items[goods->taken];
	goods->taken++;
}

static inline bool goods_valid(const struct goods *goods)
{
	unsigned i;

	for (i = 0; i < goods->taken; i++)
		if (goods->taken_items[i] != GOODS_FIRST + (int)i)
			return false;
	return goods->taken <= goods->made;
}

static inline int goods_left(const struct goods *goods)
{
	return (int)(goods->made - goods->taken);
}

#endif
