/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/source.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Takes the last component away, unless it is one that leads up. */
static bool go_up(char *text, size_t *used)
{
	char *slash = strrchr(text, '/');
	const char *last = slash ? slash + 1 : text;

	if (!*last || !strcmp(last, ".."))
		return false;
	*used = slash ? (size_t)(slash - text) : 0;
	text[*used] = '\0';
	return true;
}

static void add(char *text, size_t size, size_t *used, bool absolute, const char *part,
		size_t length)
{
	const bool slash = *used || absolute;

	if (*used + slash + length >= size)
		return;
	if (slash)
		text[(*used)++] = '/';
	memcpy(text + *used, part, length);
	*used += length;
	text[*used] = '\0';
}

/* What a shell would make of it, if no component were a link. */
static void normalise(const char *path, char *text, size_t size)
{
	const bool absolute = *path == '/';
	size_t used = 0, length;

	text[0] = '\0';
	for (; *path; path += length) {
		path += strspn(path, "/");
		length = strcspn(path, "/");
		if (length == 0 || (length == 1 && *path == '.'))
			continue;
		if (length == 2 && !strncmp(path, "..", 2) && (go_up(text, &used) || absolute))
			continue;
		add(text, size, &used, absolute, path, length);
	}
	if (!used)
		snprintf(text, size, "%s", absolute ? "/" : ".");
}

bool source_path(const char *directory, const char *file, char *text, size_t size)
{
	char path[SOURCE_BYTES], top[SOURCE_BYTES];
	size_t length;

	normalise(file, path, sizeof(path));
	normalise(directory, top, sizeof(top));
	length = strcmp(top, "/") ? strlen(top) : 0;
	if (*path == '/' && *top == '/' && !strncmp(path, top, length) && path[length] == '/' &&
	    path[length + 1]) {
		snprintf(text, size, "%s", path + length + 1);
		return true;
	}
	snprintf(text, size, "%s", path);
	return *path != '/';
}

void source_uri(struct sink *sink, const char *path)
{
	if (*path == '/')
		sink_text(sink, "file://");
	for (; *path; path++) {
		const unsigned char byte = (unsigned char)*path;

		if (byte < 0x80 && (isalnum(byte) || strchr("-._~/", byte)))
			sink_bytes(sink, path, 1);
		else
			sink_format(sink, "%%%02X", byte);
	}
}
