/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The story of a finding as numbered lines. The place of a step stands at the right of its first
 * line; what does not fit goes on below, indented.
 */
#include "reports/report.h"

#include <stdlib.h>
#include <string.h>

enum {
	COLUMNS = 90, /* reports indent a story by ten more */
	INDENT = 5,
};

/* The largest part of the text that fits into the width, cut at a blank if there is one. */
static size_t fitting(const char *text, size_t width)
{
	const size_t length = strlen(text);
	size_t cut;

	if (length <= width)
		return length;
	for (cut = width; cut > width / 2; cut--)
		if (text[cut] == ' ')
			return cut;
	for (cut = width; cut > 1 && ((unsigned char)text[cut] & 0xc0) == 0x80; cut--)
		continue; /* within a character */
	return cut;
}

static void numbered(FILE *file, const struct record_step *step)
{
	const size_t place = strlen(step->place);
	const size_t needed = INDENT + (place ? place + 2 : 0);
	const size_t room = needed + 10 < COLUMNS ? COLUMNS - needed : 10;
	const char *text = step->text;
	size_t part = fitting(text, room);

	fprintf(file, "%3u. %.*s", step->number, (int)part, text);
	if (place)
		fprintf(file, "%*s%s", (int)(room - part + 2), "", step->place);
	fputc('\n', file);
	for (text += part; *text; text += part) {
		text += strspn(text, " ");
		part = fitting(text, COLUMNS - INDENT);
		fprintf(file, "%*s%.*s\n", INDENT, "", (int)part, text);
	}
}

char *report_story(const struct record_finding *finding)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; file && i < finding->step_count; i++) {
		const struct record_step *step = &finding->steps[i];

		if (step->number)
			numbered(file, step);
		else
			fprintf(file, "%*s%s\n", INDENT, "", step->text);
	}
	if (file && !fclose(file) && text)
		return text;
	free(text);
	return strdup("");
}
