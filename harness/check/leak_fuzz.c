/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz entry: whatever a checker of memory has written, and wherever it was cut off, reading it
 * does no harm: what is read has its bounds, and a report has lost nothing beside itself. Built by
 * ci/fuzz only; else it is empty.
 */
#include "check/leak.h"

#ifdef SABOT_FUZZ

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool ends(const char text[LEAK_TEXT_MAX])
{
	return memchr(text, '\0', LEAK_TEXT_MAX) != NULL;
}

static void require_valid(const struct leak_list *list)
{
	require(list->count <= LEAKS_MAX && (!list->left_out || list->count == LEAKS_MAX));
	for (uint32_t i = 0; i < list->count; i++) {
		const struct leak *leak = &list->leaks[i];

		require(leak->frame_count <= LEAK_FRAMES_MAX);
		for (uint32_t j = 0; j < leak->frame_count; j++)
			require(ends(leak->frames[j].function) && ends(leak->frames[j].file) &&
				ends(leak->frames[j].object));
	}
}

static void read_both(const char *text, size_t size, bool xml, struct leak_list *list)
{
	list->count = list->left_out = 0;
	if (xml)
		require(leak_read_valgrind(list, text, size) == 0);
	else
		leak_read_lsan(list, text, size);
	require_valid(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct leak_list all, part;
	/* Its own memory, to its last byte: what is read beyond is seen. */
	char *text = malloc(size ? size : 1);
	int xml;

	require(text);
	memcpy(text, data, size);
	for (xml = 0; xml < 2; xml++) {
		read_both(text, size, xml, &all);
		read_both(text, size / 2, xml, &part);
		require(part.count <= all.count);
		part = all;
		leak_subtract(&all, &part);
		require(all.count == 0);
	}
	free(text);
	return 0;
}

#endif
