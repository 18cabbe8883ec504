/* SPDX-License-Identifier: Apache-2.0 */
#include "check/linearize.h"
#include "check/linearize_items.h"

#include <stdlib.h>
#include <string.h>

/* Configurations, before what is known of items is brought in, and then. */
enum { TRIED_FIRST = 1 << 12, TRIED_SECOND = 1 << 16, TRIED_MAX = 1 << 21 };

static bool is_death(const struct linearize_history *history, uint32_t at)
{
	return history->operations[at].told.what == SABOT_DEATH;
}

bool linearize_same_key(const struct linearize_history *history, uint32_t one, uint32_t other)
{
	const struct sabot_specification *specification = history->specification;

	if (!specification->key || is_death(history, one) || is_death(history, other))
		return true;
	return specification->key(&history->operations[one].told) ==
	       specification->key(&history->operations[other].told);
}

enum sabot_items linearize_item(const struct linearize_history *history, uint32_t at, int64_t *item)
{
	const struct sabot_specification *specification = history->specification;

	*item = 0;
	if (!specification->item || is_death(history, at))
		return SABOT_EVERY_ITEM;
	return specification->item(&history->operations[at].told, item);
}

static enum linearize_answer search(const struct linearize_history *history,
				    const unsigned char *parts, uint64_t limit, uint64_t *tried)
{
	struct linearize_result result = { .order = NULL };
	enum linearize_answer answer = linearize_search(history, parts, limit, &result);

	*tried += result.tried;
	return answer;
}

static enum linearize_answer judge_part(const struct linearize_history *history,
					unsigned char *parts, uint64_t *tried)
{
	struct linearize_history known = *history;
	struct linearize_pair *pairs = NULL;
	enum linearize_answer answer = search(history, parts, TRIED_FIRST, tried);

	if (answer == LINEARIZE_TOO_MANY && history->specification->item) {
		answer = linearize_learn(history, parts, &pairs, &known.pair_count, tried);
		known.pairs = pairs;
		if (answer == LINEARIZE_TOO_MANY)
			answer = search(&known, parts, TRIED_SECOND, tried);
		if (answer == LINEARIZE_TOO_MANY)
			answer = linearize_items(history, parts, tried);
	}
	if (answer == LINEARIZE_TOO_MANY)
		answer = search(&known, parts, TRIED_MAX, tried);
	free(pairs);
	return answer;
}

/* The part that the operation belongs to, unless an earlier one belongs to it too. */
static bool begin_part(const struct linearize_history *history, uint32_t first,
		       unsigned char *parts)
{
	uint32_t i;

	if (is_death(history, first))
		return false;
	for (i = 0; i < history->count; i++) {
		bool same = linearize_same_key(history, first, i);

		if (same && i < first && !is_death(history, i))
			return false;
		parts[i] = same ? LINEARIZE_REQUIRED : LINEARIZE_ABSENT;
	}
	return true;
}

enum linearize_answer linearize_judge(const struct linearize_history *history, unsigned char *parts,
				      uint64_t *tried)
{
	enum linearize_answer worst = LINEARIZE_ORDER;
	uint64_t ignored = 0;
	uint32_t i;

	if (!tried)
		tried = &ignored;
	for (i = 0; i < history->count; i++) {
		enum linearize_answer answer;

		if (!begin_part(history, i, parts))
			continue;
		answer = judge_part(history, parts, tried);
		if (answer == LINEARIZE_NO_ORDER)
			return answer;
		if (answer > worst)
			worst = answer;
		if (!history->specification->key)
			break;
	}
	return worst;
}
