/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a history without an order to a short one that shows why.
 *
 * What counts is the smallest set R of operations (none of them pending) such that there is no
 * order of R however many of the other operations are put back: with all of them, with none, and
 * with any choice of them. So nothing that was left out could mend it: the enqueue of an item that
 * R dequeues cannot be missed, for it would be put back. Beside R stands the least of the others
 * that makes R as small as it can be: without any one operation of R, what is left has an order. Of
 * "dequeue() = 1" twice, both are R, and the one "enqueue(1)" stands beside them.
 */
#ifndef SABOT_CHECK_LINEARIZE_SHORTEN_H
#define SABOT_CHECK_LINEARIZE_SHORTEN_H

#include "check/linearize.h"

struct linearize_shortened {
	uint32_t required, beside; /* operations of R, and those beside them */
	bool shortest; /* no smaller R exists; else none was found in the time that there is */
};

/*
 * `parts` is what linearize_judge() found to have no order. Leaves R as LINEARIZE_REQUIRED, what
 * stands beside it as LINEARIZE_OPTIONAL, all others LINEARIZE_ABSENT. Returns 0 or -ENOMEM.
 */
int linearize_shorten(const struct linearize_history *history, unsigned char *parts,
		      struct linearize_shortened *shortened);

#endif
