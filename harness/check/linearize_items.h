/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers in which items are only names: an order of all operations is one of those about any
 * two items as well. So what has no order about two of them has none at all, and what has one only
 * one way round has to be that way round in the whole. Both are small questions, and their answers
 * help where the whole has too many orders to try: which of two items was put in first may show
 * only when they are taken out, much later.
 */
#ifndef SABOT_CHECK_LINEARIZE_ITEMS_H
#define SABOT_CHECK_LINEARIZE_ITEMS_H

#include "check/linearize.h"

/*
 * For operations of which neither had returned when the other was called: which of them has to come
 * first. LINEARIZE_TOO_MANY: that is not the answer yet; `pairs`, which the caller frees, is for
 * struct linearize_history. LINEARIZE_NO_ORDER: two items have none; they are left in `parts`.
 */
enum linearize_answer linearize_learn(const struct linearize_history *history, unsigned char *parts,
				      struct linearize_pair **pairs, uint32_t *count,
				      uint64_t *tried);

/*
 * Looks for two items that have no order: LINEARIZE_NO_ORDER, and they are left in `parts`, or
 * LINEARIZE_TOO_MANY: there are none, which says nothing.
 */
enum linearize_answer linearize_items(const struct linearize_history *history, unsigned char *parts,
				      uint64_t *tried);

#endif
