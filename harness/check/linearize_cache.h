/* SPDX-License-Identifier: Apache-2.0 */
/* A growing set of configurations, each a hash of 128 bits. Of check/linearize.c only. */
#ifndef SABOT_CHECK_LINEARIZE_CACHE_H
#define SABOT_CHECK_LINEARIZE_CACHE_H

#include <stddef.h>
#include <stdint.h>

struct linearize_cache {
	uint64_t (*slots)[2]; /* zero: free */
	size_t size, count;
};

/* 1 if it is new, 0 if it was there, -ENOMEM. An all-zero cache is empty. */
int linearize_cache_add(struct linearize_cache *cache, uint64_t low, uint64_t high);
void linearize_cache_free(struct linearize_cache *cache);

#endif
