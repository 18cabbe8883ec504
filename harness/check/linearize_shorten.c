/* SPDX-License-Identifier: Apache-2.0 */
#include "check/linearize_shorten.h"

#include "check/linearize_items.h"
#include "search/ddmin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	TRIED_TEST = 1 << 14, /* configurations of one search */
	TRIED_ALL = 1 << 22,  /* ... of all together */
	SETS_MAX = 4000,      /* of one size, that are gone through */
};

struct shortening {
	const struct linearize_history *history;
	unsigned char *universe; /* 1: of the part that has no order, so it may be put back */
	unsigned char *required; /* 1: of R */
	unsigned char *best;	 /* parts: the best R so far, and what is beside it */
	unsigned char *parts;	 /* of the search under way */
	unsigned char *around;	 /* 1: may stand beside R */
	uint32_t best_size, best_beside;
	uint64_t left; /* configurations */
	bool doubt;    /* a search came to no end */
};

static enum linearize_answer search(struct shortening *shortening)
{
	struct linearize_result result = { .order = NULL };
	uint64_t limit = shortening->left < TRIED_TEST ? shortening->left : TRIED_TEST;
	enum linearize_answer answer =
		linearize_search(shortening->history, shortening->parts, limit, &result);

	shortening->left -= result.tried;
	shortening->doubt |= answer > LINEARIZE_NO_ORDER;
	return answer;
}

/* ---- Whether R has no order, whatever is put back ------------------------------------------ */

/* Whether some operation of R is about this item, or about every one. */
static bool concerns(const struct shortening *shortening, const unsigned char *required,
		     int64_t item)
{
	uint32_t i;
	int64_t other;

	for (i = 0; i < shortening->history->count; i++) {
		enum sabot_items items;

		if (!required[i])
			continue;
		items = linearize_item(shortening->history, i, &other);
		if (items == SABOT_EVERY_ITEM || (items == SABOT_ONE_ITEM && item == other))
			return true;
	}
	return false;
}

/* What is put back about an item that R knows nothing of neither helps nor hinders. */
static bool may_matter(const struct shortening *shortening, const unsigned char *required,
		       uint32_t at)
{
	int64_t item;

	switch (linearize_item(shortening->history, at, &item)) {
	case SABOT_NO_ITEM:
		return false; /* it changes nothing */
	case SABOT_ONE_ITEM:
		return concerns(shortening, required, item);
	case SABOT_EVERY_ITEM:
		break;
	}
	return true;
}

/* When all of R had returned: what was called later can come after all of it. */
static uint32_t end_of(const struct shortening *shortening, const unsigned char *required)
{
	uint32_t end = 0, i;

	for (i = 0; i < shortening->history->count; i++)
		if (required[i] && shortening->history->operations[i].returned > end)
			end = shortening->history->operations[i].returned;
	return end;
}

static void lay_out(struct shortening *shortening, const unsigned char *required)
{
	uint32_t end = end_of(shortening, required), i;

	for (i = 0; i < shortening->history->count; i++) {
		if (required[i])
			shortening->parts[i] = LINEARIZE_REQUIRED;
		else if (shortening->universe[i] &&
			 shortening->history->operations[i].called < end &&
			 may_matter(shortening, required, i))
			shortening->parts[i] = LINEARIZE_OPTIONAL;
		else
			shortening->parts[i] = LINEARIZE_ABSENT;
	}
}

static bool has_no_order(void *context, const unsigned char *required, size_t n)
{
	struct shortening *shortening = context;

	(void)n;
	lay_out(shortening, required);
	return search(shortening) == LINEARIZE_NO_ORDER;
}

/* ---- What stands beside R ------------------------------------------------------------------ */

/* Whether R without any one of its operations has an order, with these to choose from beside it. */
static bool suffices(void *context, const unsigned char *around, size_t n)
{
	struct shortening *shortening = context;
	const unsigned char *required = shortening->required;
	uint32_t left_out, i;

	for (left_out = 0; left_out < n; left_out++) {
		if (!required[left_out])
			continue;
		for (i = 0; i < n; i++)
			shortening->parts[i] = required[i] ? LINEARIZE_REQUIRED
					       : around[i] ? LINEARIZE_OPTIONAL
							   : LINEARIZE_ABSENT;
		shortening->parts[left_out] = LINEARIZE_OPTIONAL;
		if (search(shortening) != LINEARIZE_ORDER)
			return false;
	}
	return true;
}

static int look_around(struct shortening *shortening)
{
	uint32_t count = shortening->history->count, i;
	struct ddmin_result result = { 0 };
	uint64_t tries = shortening->left / TRIED_TEST + 1;

	lay_out(shortening, shortening->required);
	for (i = 0; i < count; i++)
		shortening->around[i] = shortening->parts[i] == LINEARIZE_OPTIONAL;
	return ddmin_run(shortening->around, count, suffices, shortening, (size_t)tries, &result);
}

/* Keeps R, if it is better than the best so far: smaller, or as small with less beside it. */
static int compare(struct shortening *shortening)
{
	uint32_t count = shortening->history->count, size = 0, beside = 0, i;
	int error = look_around(shortening);

	for (i = 0; i < count; i++) {
		size += shortening->required[i];
		beside += shortening->around[i];
	}
	if (error || size > shortening->best_size ||
	    (size == shortening->best_size && beside >= shortening->best_beside))
		return error;
	shortening->best_size = size;
	shortening->best_beside = beside;
	for (i = 0; i < count; i++)
		shortening->best[i] = shortening->required[i] ? LINEARIZE_REQUIRED
				      : shortening->around[i] ? LINEARIZE_OPTIONAL
							      : LINEARIZE_ABSENT;
	return 0;
}

/* ---- The smallest R ------------------------------------------------------------------------ */

/* What may be of R; returns how many. */
static uint32_t list_candidates(const struct shortening *shortening, uint32_t *candidates)
{
	uint32_t count = 0, i;

	for (i = 0; i < shortening->history->count; i++)
		if (shortening->universe[i] && !linearize_is_pending(shortening->history, i))
			candidates[count++] = i;
	return count;
}

static bool are_few(uint32_t candidates, uint32_t size)
{
	uint64_t sets = 1;
	uint32_t i;

	for (i = 0; i < size && sets <= SETS_MAX; i++)
		sets = sets * (candidates - i) / (i + 1);
	return sets <= SETS_MAX;
}

/* The next choice of `size` among `count`, in order. False: that was the last. */
static bool next_choice(uint32_t *choice, uint32_t size, uint32_t count)
{
	uint32_t i = size;

	while (i > 0 && choice[i - 1] == count - size + i - 1)
		i--;
	if (i == 0)
		return false;
	choice[i - 1]++;
	for (; i < size; i++)
		choice[i] = choice[i - 1] + 1;
	return true;
}

/* Goes through all sets of this size. Returns how many have no order, or -ENOMEM. */
static int try_all(struct shortening *shortening, const uint32_t *candidates, uint32_t count,
		   uint32_t *choice, uint32_t size)
{
	int found = 0, error = 0;
	uint32_t i;

	for (i = 0; i < size; i++)
		choice[i] = i;
	do {
		memset(shortening->required, 0, shortening->history->count);
		for (i = 0; i < size; i++)
			shortening->required[candidates[choice[i]]] = 1;
		if (!has_no_order(shortening, shortening->required, shortening->history->count))
			continue;
		found++;
		error = compare(shortening);
	} while (!error && shortening->left && next_choice(choice, size, count));
	return error ? error : found;
}

/*
 * A smaller R, if there is one, is part of one that has just one operation less than the best. Then
 * those as small as the best: one of them may need less beside it. Sets `shortest`.
 */
static int try_smaller(struct shortening *shortening, uint32_t *memory, bool *shortest)
{
	uint32_t *choice = memory + shortening->history->count;
	uint32_t count = list_candidates(shortening, memory), size;
	int found = 1;

	*shortest = false;
	while (found > 0) {
		size = shortening->best_size - 1;
		shortening->doubt = false;
		if (size == 0)
			found = 0;
		else if (!are_few(count, size))
			return 0;
		else
			found = try_all(shortening, memory, count, choice, size);
	}
	*shortest = found == 0 && !shortening->doubt;
	size = shortening->best_size;
	if (*shortest && shortening->best_beside && are_few(count, size))
		found = try_all(shortening, memory, count, choice, size);
	return found < 0 ? found : 0;
}

/* Items that R is about, to leave out all that is about one at once: then nothing is put back. */
struct few_items {
	struct shortening *shortening;
	const unsigned char *whole; /* R */
	uint32_t *items;	    /* for each operation the first one about its item */
};

static bool has_no_order_about(void *context, const unsigned char *keep, size_t n)
{
	const struct few_items *few = context;
	struct shortening *shortening = few->shortening;
	size_t i;

	for (i = 0; i < n; i++)
		shortening->required[i] = few->whole[i] && keep[few->items[i]];
	return has_no_order(shortening, shortening->required, n);
}

static void number_items(const struct few_items *few, unsigned char *keep)
{
	const struct linearize_history *history = few->shortening->history;
	uint32_t i, j;

	for (i = 0; i < history->count; i++) {
		int64_t item, other;
		bool one = linearize_item(history, i, &item) == SABOT_ONE_ITEM;

		for (j = 0; one && j < i; j++)
			if (few->whole[j] && linearize_item(history, j, &other) == SABOT_ONE_ITEM &&
			    item == other)
				break;
		few->items[i] = one ? j : i;
		keep[i] = few->whole[i] && few->items[i] == i;
	}
}

static int leave_out_items(struct shortening *shortening, uint32_t *items)
{
	uint32_t count = shortening->history->count, i;
	unsigned char *bytes = calloc(2, count), *keep = bytes + count;
	struct few_items few = { shortening, bytes, items };
	struct ddmin_result result = { 0 };
	int error = -ENOMEM;

	if (bytes) {
		memcpy(bytes, shortening->required, count);
		number_items(&few, keep);
		error = ddmin_run(keep, count, has_no_order_about, &few, SIZE_MAX, &result);
		for (i = 0; i < count; i++)
			shortening->required[i] = bytes[i] && keep[items[i]];
	}
	free(bytes);
	return error;
}

/* What two items do, or one, may settle it. Replaces R then. */
static bool has_two_items(struct shortening *shortening)
{
	uint32_t count = shortening->history->count, i;
	uint64_t tried = 0;

	for (i = 0; i < count; i++)
		shortening->parts[i] = shortening->required[i]	 ? LINEARIZE_REQUIRED
				       : shortening->universe[i] ? LINEARIZE_OPTIONAL
								 : LINEARIZE_ABSENT;
	if (linearize_items(shortening->history, shortening->parts, &tried) != LINEARIZE_NO_ORDER)
		return false;
	for (i = 0; i < count; i++)
		shortening->required[i] = shortening->parts[i] == LINEARIZE_REQUIRED;
	return true;
}

static int shorten(struct shortening *shortening, uint32_t *memory,
		   struct linearize_shortened *shortened)
{
	uint32_t count = shortening->history->count;
	struct ddmin_result result = { 0 };
	int error = 0;

	shortening->best_size = UINT32_MAX;
	if (shortening->history->specification->item && !has_two_items(shortening))
		error = leave_out_items(shortening, memory);
	if (!error)
		error = ddmin_run(shortening->required, count, has_no_order, shortening, SIZE_MAX,
				  &result);
	if (!error)
		error = compare(shortening);
	if (!error)
		error = try_smaller(shortening, memory, &shortened->shortest);
	shortened->required = shortening->best_size;
	shortened->beside = shortening->best_beside;
	return error;
}

/* The first operation that counts tells which part of the object this is about. */
static void find_universe(struct shortening *shortening, const unsigned char *parts)
{
	const struct linearize_history *history = shortening->history;
	uint32_t first = 0, i;

	while (parts[first] == LINEARIZE_ABSENT ||
	       history->operations[first].told.what == SABOT_DEATH)
		first++;
	for (i = 0; i < history->count; i++) {
		shortening->universe[i] = linearize_same_key(history, first, i);
		shortening->required[i] =
			parts[i] == LINEARIZE_REQUIRED && !linearize_is_pending(history, i);
	}
}

int linearize_shorten(const struct linearize_history *history, unsigned char *parts,
		      struct linearize_shortened *shortened)
{
	struct shortening shortening = { .history = history, .left = TRIED_ALL };
	size_t count = history->count;
	unsigned char *bytes = calloc(5, count);
	uint32_t *memory = calloc(2 * count, sizeof(memory[0]));
	int error = -ENOMEM;

	if (bytes && memory) {
		shortening.universe = bytes;
		shortening.required = bytes + count;
		shortening.best = bytes + 2 * count;
		shortening.parts = bytes + 3 * count;
		shortening.around = bytes + 4 * count;
		find_universe(&shortening, parts);
		error = shorten(&shortening, memory, shortened);
		if (!error)
			memcpy(parts, shortening.best, count);
	}
	free(bytes);
	free(memory);
	return error;
}
