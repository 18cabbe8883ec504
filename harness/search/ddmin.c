/* SPDX-License-Identifier: Apache-2.0 */
#include "search/ddmin.h"

#include "core/random.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Sets that did not hold, as bits, one after the other, and a hash table of their numbers. Sets
 * that held need no memory: all that is tried afterwards is smaller.
 */
struct memo {
	size_t words; /* of a set */
	size_t count, room;
	uint64_t *sets;
	size_t slots;	 /* a power of two, at least twice the count; 0 at first */
	uint32_t *table; /* number + 1, or 0 */
};

struct search {
	size_t n;
	size_t budget;
	ddmin_test *still;
	void *context;
	unsigned char *keep;  /* holds */
	unsigned char *tried; /* the set to be tried */
	uint64_t *bits;	      /* the same as bits */
	struct memo memo;
	struct ddmin_result *result;
	bool spent;
	int error;
};

static uint64_t hash_set(const uint64_t *set, size_t words)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < words; i++)
		hash = random_join(hash, set[i]);
	return hash;
}

/* The slot that holds the set, or the free one where it belongs. */
static size_t find_slot(const struct memo *memo, const uint64_t *set)
{
	size_t slot = (size_t)hash_set(set, memo->words) & (memo->slots - 1);

	while (memo->table[slot] && memcmp(memo->sets + (memo->table[slot] - 1) * memo->words, set,
					   memo->words * sizeof(*set)) != 0)
		slot = (slot + 1) & (memo->slots - 1);
	return slot;
}

static bool memo_has(const struct memo *memo, const uint64_t *set)
{
	return memo->slots && memo->table[find_slot(memo, set)];
}

/* Makes room for as many sets again. */
static int memo_grow(struct memo *memo)
{
	const size_t room = memo->room ? 2 * memo->room : 64;
	uint64_t *sets = reallocarray(memo->sets, room, memo->words * sizeof(*sets));
	uint32_t *table = calloc(2 * room, sizeof(*table));

	if (sets)
		memo->sets = sets;
	if (!sets || !table) {
		free(table);
		return -ENOMEM;
	}
	free(memo->table);
	memo->table = table;
	memo->room = room;
	memo->slots = 2 * room;
	for (size_t i = 0; i < memo->count; i++)
		table[find_slot(memo, sets + i * memo->words)] = (uint32_t)i + 1;
	return 0;
}

static int memo_add(struct memo *memo, const uint64_t *set)
{
	if (memo->count == memo->room && memo_grow(memo) != 0)
		return -ENOMEM;
	memcpy(memo->sets + memo->count * memo->words, set, memo->words * sizeof(*set));
	memo->table[find_slot(memo, set)] = (uint32_t)++memo->count;
	return 0;
}

static void pack(struct search *search)
{
	memset(search->bits, 0, search->memo.words * sizeof(*search->bits));
	for (size_t i = 0; i < search->n; i++)
		search->bits[i / 64] |= (uint64_t)search->tried[i] << i % 64;
}

/* Tries the set `tried`, which is `left_out` items smaller than `keep`, and keeps it if it holds.
 */
static bool try_set(struct search *search, size_t left_out)
{
	pack(search);
	if (memo_has(&search->memo, search->bits))
		return false;
	if (search->result->tries == search->budget) {
		search->spent = true;
		return false;
	}
	search->result->tries++;
	if (search->still(search->context, search->tried, search->n)) {
		memcpy(search->keep, search->tried, search->n);
		search->result->kept -= left_out;
		return true;
	}
	search->error = memo_add(&search->memo, search->bits);
	return false;
}

static bool is_over(const struct search *search)
{
	return search->spent || search->error || search->result->kept == 0;
}

/* Tries to leave out each run of `size` kept items, from the end. Returns whether one could go. */
static bool leave_out_chunks(struct search *search, size_t size)
{
	size_t end = search->n;
	bool any = false;

	while (end > 0 && !is_over(search)) {
		size_t start = end, left_out = 0;

		memcpy(search->tried, search->keep, search->n);
		while (start > 0 && left_out < size) {
			left_out += search->tried[--start];
			search->tried[start] = 0;
		}
		if (left_out > 0)
			any = try_set(search, left_out) || any;
		end = start;
	}
	return any;
}

static void minimise(struct search *search)
{
	size_t size = search->result->kept;

	for (; size > 1 && !is_over(search); size = (size + 1) / 2)
		leave_out_chunks(search, size);
	while (!is_over(search) && leave_out_chunks(search, 1))
		;
	search->result->minimal = !search->spent && !search->error;
}

int ddmin_run(unsigned char *keep, size_t n, ddmin_test *still, void *context, size_t budget,
	      struct ddmin_result *result)
{
	struct search search = { .n = n,
				 .budget = budget,
				 .still = still,
				 .context = context,
				 .keep = keep,
				 .tried = malloc(n + 1),
				 .bits = calloc(n / 64 + 1, sizeof(uint64_t)),
				 .memo.words = n / 64 + 1,
				 .result = result };

	*result = (struct ddmin_result){ 0 };
	for (size_t i = 0; i < n; i++) {
		keep[i] = keep[i] != 0;
		result->kept += keep[i];
	}
	if (search.tried && search.bits)
		minimise(&search);
	else
		search.error = -ENOMEM;
	free(search.tried);
	free(search.bits);
	free(search.memo.sets);
	free(search.memo.table);
	return search.error;
}
