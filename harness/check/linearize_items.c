/* SPDX-License-Identifier: Apache-2.0 */
#include "check/linearize_items.h"

#include <stdlib.h>
#include <string.h>

enum {
	TRIED_PAIR = 1 << 10, /* configurations of one search */
	ITEMS_MAX = 512,
	PAIRS_MAX = 1 << 14,
};

struct items {
	const struct linearize_history *history;
	const unsigned char *parts;
	unsigned char *projected;
	enum sabot_items *kinds; /* of each operation */
	int64_t *names;		 /* ... and its item */
	uint64_t *tried;
};

static void items_close(struct items *items)
{
	free(items->projected);
	free(items->kinds);
	free(items->names);
}

static bool items_open(struct items *items, const struct linearize_history *history,
		       const unsigned char *parts, uint64_t *tried)
{
	uint32_t i;

	*items = (struct items){ .history = history, .parts = parts, .tried = tried };
	items->projected = malloc(history->count);
	items->kinds = calloc(history->count, sizeof(items->kinds[0]));
	items->names = calloc(history->count, sizeof(items->names[0]));
	if (!items->projected || !items->kinds || !items->names) {
		items_close(items);
		return false;
	}
	for (i = 0; i < history->count; i++)
		items->kinds[i] = linearize_item(history, i, &items->names[i]);
	return true;
}

/* Leaves what is about these two items, or about none. */
static void project(struct items *items, int64_t one, int64_t other)
{
	uint32_t i;

	for (i = 0; i < items->history->count; i++) {
		items->projected[i] = items->parts[i];
		if (items->parts[i] == LINEARIZE_ABSENT)
			continue;
		if (items->kinds[i] == SABOT_EVERY_ITEM)
			items->projected[i] = LINEARIZE_OPTIONAL;
		else if (items->kinds[i] == SABOT_ONE_ITEM && items->names[i] != one &&
			 items->names[i] != other)
			items->projected[i] = LINEARIZE_ABSENT;
	}
}

/* Whether what was projected has no order; with `pair`: none that way round. */
static bool has_no_order(struct items *items, const struct linearize_pair *pair)
{
	struct linearize_history history = *items->history;
	struct linearize_result result = { .order = NULL };
	enum linearize_answer answer;

	history.pairs = pair;
	history.pair_count = pair ? 1 : 0;
	answer = linearize_search(&history, items->projected, TRIED_PAIR, &result);
	*items->tried += result.tried;
	return answer == LINEARIZE_NO_ORDER;
}

/* ---- Which comes first --------------------------------------------------------------------- */

/* Operations of one kind, on two items; or what found none there, and one on an item. */
static bool are_a_pair(const struct items *items, uint32_t one, uint32_t other)
{
	const struct history_operation *operations = items->history->operations;

	if (items->parts[other] != LINEARIZE_REQUIRED ||
	    linearize_is_pending(items->history, other))
		return false;
	if (items->kinds[one] == SABOT_EVERY_ITEM || items->kinds[other] == SABOT_EVERY_ITEM)
		return false;
	if (items->kinds[one] == SABOT_ONE_ITEM && items->kinds[other] == SABOT_ONE_ITEM)
		return operations[one].told.what == operations[other].told.what &&
		       items->names[one] != items->names[other];
	return items->kinds[one] != items->kinds[other];
}

/* Returns whether there is an order at all; which has to come first, if any, is added. */
static bool learn_pair(struct items *items, uint32_t one, uint32_t other,
		       struct linearize_pair *pairs, uint32_t *count)
{
	const struct linearize_pair forth = { one, other }, back = { other, one };
	int64_t first =
		items->kinds[one] == SABOT_ONE_ITEM ? items->names[one] : items->names[other];
	int64_t second = items->kinds[other] == SABOT_ONE_ITEM ? items->names[other] : first;
	bool not_forth, not_back;

	project(items, first, second);
	not_forth = has_no_order(items, &forth);
	not_back = has_no_order(items, &back);
	if (not_forth != not_back)
		pairs[(*count)++] = not_forth ? back : forth;
	return !(not_forth && not_back);
}

/* Pairs that begin with this operation: those that were called before it returned. */
static bool learn(struct items *items, uint32_t at, struct linearize_pair *pairs, uint32_t *count)
{
	const struct history_operation *operations = items->history->operations;
	uint32_t i;

	if (items->parts[at] != LINEARIZE_REQUIRED || linearize_is_pending(items->history, at))
		return true;
	for (i = at + 1; i < items->history->count && *count < PAIRS_MAX; i++) {
		if (operations[i].called > operations[at].returned)
			break;
		if (are_a_pair(items, at, i) && !learn_pair(items, at, i, pairs, count))
			return false;
	}
	return true;
}

static int by_then(const void *left, const void *right)
{
	const struct linearize_pair *one = left, *other = right;

	return (one->then > other->then) - (one->then < other->then);
}

enum linearize_answer linearize_learn(const struct linearize_history *history, unsigned char *parts,
				      struct linearize_pair **pairs, uint32_t *count,
				      uint64_t *tried)
{
	enum linearize_answer answer = LINEARIZE_TOO_MANY;
	struct items items;
	uint32_t i;

	*count = 0;
	*pairs = malloc(PAIRS_MAX * sizeof(**pairs));
	if (!*pairs || !items_open(&items, history, parts, tried))
		return LINEARIZE_NO_MEMORY;
	for (i = 0; i < history->count && answer == LINEARIZE_TOO_MANY; i++)
		if (!learn(&items, i, *pairs, count))
			answer = LINEARIZE_NO_ORDER;
	if (answer == LINEARIZE_NO_ORDER)
		memcpy(parts, items.projected, history->count);
	qsort(*pairs, *count, sizeof(**pairs), by_then);
	items_close(&items);
	return answer;
}

/* ---- Two items without an order ------------------------------------------------------------ */

/* The items, each once; at most ITEMS_MAX. */
static uint32_t collect(const struct items *items, int64_t *names)
{
	uint32_t count = 0, i, j;

	for (i = 0; i < items->history->count && count < ITEMS_MAX; i++) {
		if (items->parts[i] == LINEARIZE_ABSENT || items->kinds[i] != SABOT_ONE_ITEM)
			continue;
		names[count] = items->names[i];
		for (j = 0; names[j] != names[count]; j++)
			continue;
		count += j == count;
	}
	return count;
}

enum linearize_answer linearize_items(const struct linearize_history *history, unsigned char *parts,
				      uint64_t *tried)
{
	int64_t *names = malloc((ITEMS_MAX + 1) * sizeof(names[0]));
	bool found = false;
	struct items items;
	uint32_t count, i, j;

	if (!names || !items_open(&items, history, parts, tried)) {
		free(names);
		return LINEARIZE_NO_MEMORY;
	}
	count = collect(&items, names);
	/* One alone, then two of them. */
	for (i = 0; i < count && !found; i++) {
		project(&items, names[i], names[i]);
		found = has_no_order(&items, NULL);
	}
	for (i = 0; i < count && !found; i++)
		for (j = i + 1; j < count && !found; j++) {
			project(&items, names[i], names[j]);
			found = has_no_order(&items, NULL);
		}
	if (found)
		memcpy(parts, items.projected, history->count);
	items_close(&items);
	free(names);
	return found ? LINEARIZE_NO_ORDER : LINEARIZE_TOO_MANY;
}
