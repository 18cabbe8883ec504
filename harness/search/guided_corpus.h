/* SPDX-License-Identifier: Apache-2.0 */
/* The plans that have shown something new, for a search that changes them. */
#ifndef SABOT_SEARCH_GUIDED_CORPUS_H
#define SABOT_SEARCH_GUIDED_CORPUS_H

#include "core/plan_code.h"
#include "core/random.h"
#include "search/guided_features.h"

struct guided_entry {
	uint8_t *bytes; /* a plan in its binary form */
	uint32_t size;
	uint32_t tried; /* times that it was picked */
};

struct guided_corpus {
	struct random random;
	struct guided_entry *entries;
	uint32_t count, room;
	uint8_t seen[GUIDED_MAP_BYTES];
};

/* NULL: no memory. All that it chooses depends on the seed. */
struct guided_corpus *guided_corpus_create(uint64_t seed);
void guided_corpus_free(struct guided_corpus *corpus);

/* The last entry, then. False: no memory. */
bool guided_corpus_add(struct guided_corpus *corpus, const struct plan_code *code);

/* One to change: of two, the one that was tried less. There is at least one. Decodes it. */
void guided_corpus_pick(struct guided_corpus *corpus, struct plan_code *code);

/* Any; decodes it. There is at least one. */
void guided_corpus_any(struct guided_corpus *corpus, struct plan_code *code);

#endif
