/* SPDX-License-Identifier: Apache-2.0 */
#include "search/guided_corpus.h"

#include <stdlib.h>
#include <string.h>

enum { RECENT = 16 };

struct guided_corpus *guided_corpus_create(uint64_t seed)
{
	struct guided_corpus *corpus = calloc(1, sizeof(*corpus));

	if (corpus)
		random_seed_stream(&corpus->random, seed, random_text_hash("guided"), 0, 0);
	return corpus;
}

void guided_corpus_free(struct guided_corpus *corpus)
{
	uint32_t i;

	for (i = 0; i < corpus->count; i++)
		free(corpus->entries[i].bytes);
	free(corpus->entries);
	free(corpus);
}

bool guided_corpus_add(struct guided_corpus *corpus, const struct plan_code *code)
{
	static uint8_t bytes[PLAN_CODE_BYTES_MAX];
	struct guided_entry entry = { .size = (uint32_t)plan_code_encode(code, bytes) };

	if (corpus->count == corpus->room) {
		uint32_t room = corpus->room ? corpus->room * 2 : 64;
		void *grown = realloc(corpus->entries, room * sizeof(*corpus->entries));

		if (!grown)
			return false;
		corpus->entries = grown;
		corpus->room = room;
	}
	entry.bytes = malloc(entry.size);
	if (!entry.bytes)
		return false;
	memcpy(entry.bytes, bytes, entry.size);
	corpus->entries[corpus->count++] = entry;
	return true;
}

static uint32_t draw(struct guided_corpus *corpus)
{
	uint32_t recent = corpus->count < RECENT ? corpus->count : RECENT;

	if (random_below(&corpus->random, 2))
		return (uint32_t)random_below(&corpus->random, corpus->count);
	return corpus->count - 1 - (uint32_t)random_below(&corpus->random, recent);
}

static void decode(const struct guided_entry *entry, struct plan_code *code)
{
	plan_code_decode(code, entry->bytes, entry->size);
}

void guided_corpus_pick(struct guided_corpus *corpus, struct plan_code *code)
{
	uint32_t first = draw(corpus), second = draw(corpus);
	struct guided_entry *entries = corpus->entries;
	uint32_t at = entries[second].tried < entries[first].tried ? second : first;

	entries[at].tried++;
	decode(&entries[at], code);
}

void guided_corpus_any(struct guided_corpus *corpus, struct plan_code *code)
{
	decode(&corpus->entries[random_below(&corpus->random, corpus->count)], code);
}
