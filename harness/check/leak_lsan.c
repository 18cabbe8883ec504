/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LeakSanitizer's text:
 *
 *	Direct leak of 64 byte(s) in 1 object(s) allocated from:
 *	    #0 0x7ffff7687fb0  (/lib/x86_64-linux-gnu/libasan.so.8+0xb9fb0)
 *	    #1 0x5555555561a4  (/build/asan/sabot+0x21a4)
 *	(an empty line)
 */
#include "check/leak.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 512 };

static bool read_head(struct leak *leak, const char *line)
{
	static const char direct[] = "Direct leak of ", indirect[] = "Indirect leak of ";
	const char *at;
	char *end;

	memset(leak, 0, sizeof(*leak));
	leak->indirect = !strncmp(line, indirect, strlen(indirect));
	if (!leak->indirect && strncmp(line, direct, strlen(direct)) != 0)
		return false;
	at = line + (leak->indirect ? strlen(indirect) : strlen(direct));
	leak->bytes = strtoull(at, &end, 10);
	if (end == at || strncmp(end, " byte(s) in ", 12) != 0)
		return false;
	leak->blocks = strtoull(end + 12, NULL, 10);
	return leak->blocks > 0;
}

/* "    #1 0x5555555561a4  (/build/asan/sabot+0x21a4)" */
static bool read_frame(struct leak *leak, const char *line)
{
	struct leak_frame *frame = &leak->frames[leak->frame_count];
	const char *object, *plus;
	size_t length;
	char *end;

	line += strspn(line, " ");
	if (*line != '#')
		return false;
	line += 1 + strspn(line + 1, "0123456789");
	if (strncmp(line, " 0x", 3) != 0)
		return false;
	if (leak->frame_count == LEAK_FRAMES_MAX)
		return true;
	memset(frame, 0, sizeof(*frame));
	frame->address = (uintptr_t)strtoull(line + 1, &end, 16);
	object = strchr(end, '(');
	plus = object ? strrchr(object, '+') : NULL;
	if (plus) {
		length = (size_t)(plus - object - 1);
		if (length > LEAK_TEXT_MAX - 1)
			length = LEAK_TEXT_MAX - 1;
		memcpy(frame->object, object + 1, length);
		frame->object[length] = '\0';
	}
	leak->frame_count++;
	return true;
}

/* One that is cut off within its stack is not known. */
void leak_read_lsan(struct leak_list *list, const char *text, size_t size)
{
	const char *end = text + size, *next;
	char line[LINE_MAX_BYTES];
	struct leak leak = { 0 }, *added;
	bool open = false;

	for (; text < end; text = next + 1) {
		size_t length;

		next = memchr(text, '\n', (size_t)(end - text));
		if (!next)
			return;
		length = (size_t)(next - text);
		if (length > sizeof(line) - 1)
			length = sizeof(line) - 1;
		memcpy(line, text, length);
		line[length] = '\0';
		if (open && read_frame(&leak, line))
			continue;
		if (open && leak.frame_count && (added = leak_add(list)) != NULL)
			*added = leak;
		open = read_head(&leak, line);
	}
}
