/* SPDX-License-Identifier: Apache-2.0 */
#include "core/left.h"

#include "core/control.h"

#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 320 };

void left_note_list(const char *format, va_list list)
{
	struct left *left = &control->left;
	char line[LINE_BYTES];
	int length = vsnprintf(line, sizeof(line) - 1, format, list);
	uint32_t size, at;

	if (length < 0)
		return;
	size = length < LINE_BYTES - 1 ? (uint32_t)length : LINE_BYTES - 2;
	line[size++] = '\n';
	/* In free mode two may note something at once. */
	at = __atomic_fetch_add(&left->length, size, __ATOMIC_RELAXED);
	if (at + size <= LEFT_BYTES)
		memcpy(left->text + at, line, size);
}

void left_note(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	left_note_list(format, list);
	va_end(list);
}

/* A line that did not fit, and what came after it, is not told. */
uint32_t left_lines(const char **text, uint32_t *length)
{
	const struct left *left = &control->left;
	uint32_t i, lines = 0;

	*text = left->text;
	*length = 0;
	for (i = 0; i < left->length && i < LEFT_BYTES && left->text[i]; i++)
		if (left->text[i] == '\n') {
			*length = i + 1;
			lines++;
		}
	return lines;
}
