/* SPDX-License-Identifier: Apache-2.0 */
#include "os/stack.h"

#include "os/image.h"

#include <execinfo.h>

enum { FRAMES_MAX = 64 };

unsigned stack_from(uintptr_t from, uintptr_t *frames, unsigned max)
{
	void *found[FRAMES_MAX];
	int count = backtrace(found, FRAMES_MAX), i, first = 0;
	unsigned kept = 0;

	for (i = 0; i < count; i++)
		if (((uintptr_t)found[i] | image_tag) == from)
			first = i;
	for (i = first; i < count && kept < max; i++)
		frames[kept++] = (uintptr_t)found[i] | image_tag;
	return kept;
}
