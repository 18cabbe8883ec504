/* SPDX-License-Identifier: Apache-2.0 */
#include "check/linearize.h"

#include "check/linearize_cache.h"
#include "check/linearize_state.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* A choice: an operation that was taken next, or an optional one that was passed over for good. */
struct frame {
	uint32_t at;
	bool passed;
};

struct search {
	const struct linearize_history *history;
	const unsigned char *parts;
	/*
	 * Calls and returns that are left, by time, as a ring: 2n is the call of operation n, 2n+1
	 * its return, and one more is both the beginning and the end.
	 */
	uint32_t *next, *previous, head;
	unsigned char *gone; /* 1: taken or passed */
	/* The caller's operation before, + 1, if it went on beyond this one's call; else 0. */
	uint32_t *before;
	struct frame *frames;
	uint32_t depth;
	uint32_t required,
		left; /* operations that have to be taken: all, and those that are left */
	struct linearize_states states;
	struct linearize_cache cache;
	uint64_t set[2]; /* hash of the operations that are taken or passed */
	uint64_t limit;
	uint32_t furthest; /* most required operations ever taken */
	struct linearize_result *result;
	bool stopped, no_memory;
	/* The choice that is next to be looked at. */
	uint32_t entry;
	bool late;
};

static enum linearize_part part_of(const struct search *search, uint32_t at)
{
	enum linearize_part part =
		search->parts ? (enum linearize_part)search->parts[at] : LINEARIZE_REQUIRED;

	if (part == LINEARIZE_REQUIRED && linearize_is_pending(search->history, at))
		return LINEARIZE_OPTIONAL;
	return part;
}

/*
 * What fits nearly everywhere is tried after what does not: taken too early, it would spoil much
 * before that shows.
 */
static bool is_late(const struct search *search, uint32_t at)
{
	return search->history->operations[at].told.unknown ||
	       part_of(search, at) == LINEARIZE_OPTIONAL;
}

/* ---- The ring of calls and returns --------------------------------------------------------- */

static uint32_t moment_of(const struct linearize_history *history, uint32_t entry)
{
	const struct history_operation *operation = &history->operations[entry / 2];

	return entry % 2 ? operation->returned : operation->called;
}

static int by_moment(const void *left, const void *right, void *history)
{
	uint32_t one = moment_of(history, *(const uint32_t *)left);
	uint32_t other = moment_of(history, *(const uint32_t *)right);

	return (one > other) - (one < other);
}

/* What a task does, it does in order, though its stores may still be on their way to others. */
static void order_callers(struct search *search)
{
	const struct history_operation *operations = search->history->operations;
	uint32_t last[TASKS_MAX] = { 0 }, i;

	for (i = 0; i < search->history->count; i++) {
		unsigned caller = operations[i].told.caller;

		if (caller >= TASKS_MAX || part_of(search, i) == LINEARIZE_ABSENT)
			continue;
		if (last[caller] && operations[last[caller] - 1].returned > operations[i].called)
			search->before[i] = last[caller];
		if (!linearize_is_pending(search->history, i))
			last[caller] = i + 1;
	}
}

static void make_ring(struct search *search, uint32_t *entries)
{
	uint32_t count = 0, i, last = search->head;

	for (i = 0; i < search->history->count; i++) {
		if (part_of(search, i) == LINEARIZE_ABSENT)
			continue;
		search->required += part_of(search, i) == LINEARIZE_REQUIRED;
		entries[count++] = 2 * i;
		if (!linearize_is_pending(search->history, i))
			entries[count++] = 2 * i + 1;
	}
	qsort_r(entries, count, sizeof(entries[0]), by_moment, (void *)(uintptr_t)search->history);
	for (i = 0; i < count; i++) {
		search->next[last] = entries[i];
		search->previous[entries[i]] = last;
		last = entries[i];
	}
	search->next[last] = search->head;
	search->previous[search->head] = last;
	search->left = search->required;
}

static void unlink_entry(struct search *search, uint32_t entry)
{
	search->next[search->previous[entry]] = search->next[entry];
	search->previous[search->next[entry]] = search->previous[entry];
}

/* Undoes unlink_entry(), if all that was unlinked after it is back. */
static void link_entry(struct search *search, uint32_t entry)
{
	search->next[search->previous[entry]] = entry;
	search->previous[search->next[entry]] = entry;
}

/* ---- Choices ------------------------------------------------------------------------------- */

static void toggle(uint64_t set[2], uint32_t at)
{
	set[0] ^= random_mix(2 * (uint64_t)at + RANDOM_GOLDEN);
	set[1] ^= random_mix(2 * (uint64_t)at + 1 + RANDOM_GOLDEN);
}

/* Whether nobody has been here: these operations done, and in this state. */
static bool is_new(struct search *search, uint32_t at, const struct sabot_state *state)
{
	uint64_t set[2] = { search->set[0], search->set[1] };
	XXH128_hash_t hash = XXH3_128bits(state->values, state->count * sizeof(state->values[0]));
	int added;

	if (search->result->tried == search->limit) {
		search->stopped = true;
		return false;
	}
	toggle(set, at);
	added = linearize_cache_add(&search->cache, set[0] ^ hash.low64, set[1] ^ hash.high64);
	if (added < 0)
		search->no_memory = search->stopped = true;
	search->result->tried += added > 0;
	return added > 0;
}

/* Another one comes first, by the caller or as far as is known, and that is still left. */
static bool is_too_early(const struct search *search, uint32_t at)
{
	const struct linearize_pair *pairs = search->history->pairs;
	uint32_t low = 0, high = search->history->pair_count;

	if (search->before[at] && !search->gone[search->before[at] - 1])
		return true;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (pairs[middle].then < at)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < search->history->pair_count && pairs[low].then == at; low++)
		if (!search->gone[pairs[low].first] &&
		    part_of(search, pairs[low].first) != LINEARIZE_ABSENT)
			return true;
	return false;
}

static void choose(struct search *search, uint32_t at, bool passed)
{
	search->frames[search->depth++] = (struct frame){ at, passed };
	search->gone[at] = 1;
	toggle(search->set, at);
	search->left -= part_of(search, at) == LINEARIZE_REQUIRED;
	unlink_entry(search, 2 * at);
	if (!linearize_is_pending(search->history, at))
		unlink_entry(search, 2 * at + 1);
}

/* What may be left out is not worth taking where it changes nothing. */
static bool is_idle(const struct search *search, uint32_t at)
{
	return part_of(search, at) == LINEARIZE_OPTIONAL && linearize_states_equal(&search->states);
}

static bool take(struct search *search, uint32_t at)
{
	const struct sabot_specification *specification = search->history->specification;
	struct sabot_state *trial;
	bool possible;

	if (is_too_early(search, at))
		return false;
	trial = linearize_states_try(&search->states);
	possible = !trial->failed &&
		   specification->apply(trial, &search->history->operations[at].told);

	if (trial->failed)
		search->no_memory = search->stopped = true;
	else if (possible && !is_idle(search, at) && is_new(search, at, trial)) {
		if (linearize_states_push(&search->states)) {
			choose(search, at, false);
			return true;
		}
		search->no_memory = search->stopped = true;
	}
	return false;
}

/* Its time is over: it has not taken place. */
static bool pass(struct search *search, uint32_t at)
{
	if (part_of(search, at) != LINEARIZE_OPTIONAL || !is_new(search, at, &search->states.now))
		return false;
	choose(search, at, true);
	return true;
}

static void note_order(struct search *search)
{
	struct linearize_result *result = search->result;
	uint32_t taken = search->required - search->left, i;

	if (!result->order || (result->count && taken <= search->furthest))
		return;
	search->furthest = taken;
	result->count = 0;
	for (i = 0; i < search->depth; i++)
		if (!search->frames[i].passed)
			result->order[result->count++] = search->frames[i].at;
}

/*
 * Undoes the last choice that has another beside it, and leaves the walk right behind it. False:
 * there is none.
 */
static bool go_back(struct search *search)
{
	note_order(search);
	while (search->depth) {
		const struct frame *frame = &search->frames[--search->depth];
		uint32_t at = frame->at;

		if (!linearize_is_pending(search->history, at))
			link_entry(search, 2 * at + 1);
		link_entry(search, 2 * at);
		search->left += part_of(search, at) == LINEARIZE_REQUIRED;
		toggle(search->set, at);
		search->gone[at] = 0;
		/* It was passed since all before its return had been tried. */
		if (frame->passed)
			continue;
		linearize_states_pop(&search->states);
		search->late = is_late(search, at);
		search->entry = search->next[2 * at];
		return true;
	}
	return false;
}

static void begin_level(struct search *search, bool late)
{
	search->late = late;
	search->entry = search->next[search->head];
}

/* Goes to the next choice: of calls that come before any return, the late ones last. */
static bool walk_on(struct search *search)
{
	uint32_t at = search->entry / 2;

	if (search->entry % 2 == 0) {
		if (is_late(search, at) == search->late && take(search, at))
			begin_level(search, false);
		else
			search->entry = search->next[search->entry];
	} else if (!search->late) {
		begin_level(search, true);
	} else if (pass(search, at)) {
		begin_level(search, false);
	} else {
		return go_back(search);
	}
	return true;
}

static enum linearize_answer run(struct search *search)
{
	begin_level(search, false);
	while (search->left && !search->stopped)
		if (!walk_on(search))
			return LINEARIZE_NO_ORDER;
	note_order(search);
	if (search->no_memory)
		return LINEARIZE_NO_MEMORY;
	return search->left ? LINEARIZE_TOO_MANY : LINEARIZE_ORDER;
}

enum linearize_answer linearize_search(const struct linearize_history *history,
				       const unsigned char *parts, uint64_t limit,
				       struct linearize_result *result)
{
	struct search search = { .history = history, .parts = parts, .limit = limit };
	enum linearize_answer answer = LINEARIZE_NO_MEMORY;
	size_t entries = 2 * (size_t)history->count + 1;
	uint32_t *memory = malloc(3 * entries * sizeof(memory[0]));

	result->tried = result->count = 0;
	search.result = result;
	search.head = 2 * history->count;
	search.frames = malloc((history->count + 1) * sizeof(search.frames[0]));
	search.gone = calloc(1, history->count + 1);
	search.before = calloc(history->count + 1, sizeof(search.before[0]));
	if (memory && search.frames && search.gone && search.before) {
		search.next = memory;
		search.previous = memory + entries;
		order_callers(&search);
		make_ring(&search, memory + 2 * entries);
		if (linearize_states_start(&search.states, history))
			answer = run(&search);
	}
	linearize_states_free(&search.states);
	linearize_cache_free(&search.cache);
	free(search.frames);
	free(search.gone);
	free(search.before);
	free(memory);
	return answer;
}
