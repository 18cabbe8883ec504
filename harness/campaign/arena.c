/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/arena.h"

#include "core/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct arena *arena_create(size_t size)
{
	struct arena *arena = mmap(NULL, size, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (arena == MAP_FAILED)
		return NULL;
	arena->size = size;
	arena->used = sizeof(*arena);
	return arena;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t at = (arena->used + 15) & ~(size_t)15;

	if (size > arena->size - at)
		_exit(EXIT_BUG);
	arena->used = at + size;
	return (char *)arena + at;
}

const char *arena_copy(struct arena *arena, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 1;
	char *copy = arena_alloc(arena, size);

	if (text)
		memcpy(copy, text, size);
	return copy;
}

const char *arena_print(struct arena *arena, const char *format, ...)
{
	va_list list, again;
	char *text;
	int length;

	va_start(list, format);
	va_copy(again, list);
	length = vsnprintf(NULL, 0, format, list);
	va_end(list);
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}
