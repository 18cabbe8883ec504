/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delta debugging: which of a set of items are needed for something to hold still. Chunks are tried
 * first, from half of the set down, then single items until none can go.
 *
 * It guarantees that `keep` holds, if the set did that it began with, and, unless tries ran out,
 * that no single item can be left out (1-minimal). Not that no smaller set exists, nor that two
 * items could not go together.
 */
#ifndef SABOT_SEARCH_DDMIN_H
#define SABOT_SEARCH_DDMIN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether it holds still with only those items i for which keep[i] is not 0. Must answer the same
 * when it is asked the same; it is never asked the same set twice. Larger sets need not hold.
 */
typedef bool ddmin_test(void *context, const unsigned char *keep, size_t n);

struct ddmin_result {
	size_t tries; /* calls of the test */
	size_t kept;  /* items left */
	bool minimal; /* false: the tries ran out before each single item was tried */
};

/*
 * Minimises the set `keep`, which holds and is not tried again: n bytes, not 0 for each item that
 * may be needed; 0 and 1 afterwards. Items are left out from the end first: what comes late is
 * mostly the consequence. At most `budget` calls of the test. Deterministic. Returns 0, or -ENOMEM
 * with `keep` as far as it got.
 */
int ddmin_run(unsigned char *keep, size_t n, ddmin_test *still, void *context, size_t budget,
	      struct ddmin_result *result);

#endif
