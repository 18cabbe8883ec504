/* SPDX-License-Identifier: Apache-2.0 */
#include "check/leak.h"

#include <string.h>

struct leak *leak_add(struct leak_list *list)
{
	struct leak *leak;

	if (list->count == LEAKS_MAX) {
		list->left_out++;
		return NULL;
	}
	leak = &list->leaks[list->count++];
	memset(leak, 0, sizeof(*leak));
	return leak;
}

bool leak_is_alike(const struct leak *a, const struct leak *b)
{
	uint32_t i;

	if (a->indirect != b->indirect || a->frame_count != b->frame_count)
		return false;
	for (i = 0; i < a->frame_count; i++)
		if (a->frames[i].address != b->frames[i].address)
			return false;
	return true;
}

static void take_away(struct leak *leak, const struct leak *before)
{
	leak->bytes -= before->bytes < leak->bytes ? before->bytes : leak->bytes;
	leak->blocks -= before->blocks < leak->blocks ? before->blocks : leak->blocks;
}

void leak_subtract(struct leak_list *list, const struct leak_list *before)
{
	uint32_t i, j, kept = 0;

	for (i = 0; i < list->count; i++) {
		for (j = 0; j < before->count; j++)
			if (leak_is_alike(&list->leaks[i], &before->leaks[j]))
				take_away(&list->leaks[i], &before->leaks[j]);
		if (list->leaks[i].blocks)
			list->leaks[kept++] = list->leaks[i];
	}
	list->count = kept;
}
