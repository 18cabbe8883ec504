/* SPDX-License-Identifier: Apache-2.0 */
#include "check/linearize_cache.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_FIRST = 256 };

static bool put(struct linearize_cache *cache, uint64_t low, uint64_t high)
{
	size_t at = (size_t)(low & (cache->size - 1));

	for (; cache->slots[at][0] | cache->slots[at][1]; at = (at + 1) & (cache->size - 1))
		if (cache->slots[at][0] == low && cache->slots[at][1] == high)
			return false;
	cache->slots[at][0] = low;
	cache->slots[at][1] = high;
	cache->count++;
	return true;
}

static int grow(struct linearize_cache *cache)
{
	struct linearize_cache larger = { .size = cache->size ? cache->size * 2 : SIZE_FIRST };
	size_t i;

	larger.slots = calloc(larger.size, sizeof(larger.slots[0]));
	if (!larger.slots)
		return -ENOMEM;
	for (i = 0; i < cache->size; i++)
		if (cache->slots[i][0] | cache->slots[i][1])
			(void)put(&larger, cache->slots[i][0], cache->slots[i][1]);
	free(cache->slots);
	*cache = larger;
	return 0;
}

int linearize_cache_add(struct linearize_cache *cache, uint64_t low, uint64_t high)
{
	int error = cache->count * 2 >= cache->size ? grow(cache) : 0;

	if (error)
		return error;
	if (!(low | high))
		low = 1;
	return put(cache, low, high);
}

void linearize_cache_free(struct linearize_cache *cache)
{
	free(cache->slots);
	memset(cache, 0, sizeof(*cache));
}
