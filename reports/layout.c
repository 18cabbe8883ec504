/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/layout.h"

#include "reports/escape.h"

#include <stdbool.h>
#include <string.h>

enum { TAB_WIDTH = 8, HANG_MAX = 16 };

static void put(struct layout *layout, const char *text, size_t length)
{
	escape_line(layout->sink, text, length);
	layout->column += escape_columns(text, length);
}

static void pad_to(struct layout *layout, size_t column)
{
	if (layout->column >= column)
		return;
	sink_format(layout->sink, "%*s", (int)(column - layout->column), "");
	layout->column = column;
}

void layout_text(struct layout *layout, const char *text)
{
	put(layout, text, strlen(text));
}

void layout_left(struct layout *layout, size_t column, const char *text)
{
	const size_t nearest = layout->column + LAYOUT_GAP;

	pad_to(layout, column > nearest ? column : nearest);
	layout_text(layout, text);
}

void layout_right(struct layout *layout, size_t column, const char *text)
{
	const size_t width = layout_columns(text);

	layout_left(layout, column > width ? column - width : 0, text);
}

size_t layout_columns(const char *text)
{
	return escape_columns(text, strlen(text));
}

void layout_line_end(struct layout *layout)
{
	sink_text(layout->sink, "\n");
	layout->column = 0;
}

/* Spaces as they are; a tab counts as the most that it can be. */
static void put_spaces(struct layout *layout, const char *text, size_t length)
{
	sink_bytes(layout->sink, text, length);
	for (size_t i = 0; i < length; i++)
		layout->column += text[i] == '\t' ? TAB_WIDTH : 1;
}

static bool ends_line(char character)
{
	return character == '\n' || character == '\0';
}

/* How far behind the line's own indent its text begins: what follows a break stands below that. */
static size_t hang_of(const char *line)
{
	const size_t margin = strspn(line, " ");
	const size_t number = strspn(line + margin, "0123456789");
	const size_t mark = strspn(line + margin + number, ".:)");
	const size_t gap = strspn(line + margin + number + mark, " ");
	const size_t hang = margin + (number && gap ? number + mark + gap : 0);

	return hang < HANG_MAX && !ends_line(line[hang]) ? hang : 0;
}

/* Returns the end of the line. */
static const char *wrap_line(struct layout *layout, size_t indent, const char *line)
{
	const size_t hang = indent + hang_of(line);

	if (!ends_line(*line))
		pad_to(layout, indent);
	while (!ends_line(*line)) {
		const size_t spaces = strspn(line, " \t");
		const size_t length = strcspn(line + spaces, " \t\n");
		const size_t width = escape_columns(line + spaces, length);

		if (layout->column > hang && layout->column + spaces + width > LAYOUT_WIDTH) {
			layout_line_end(layout);
			pad_to(layout, hang);
		} else if (length) {
			put_spaces(layout, line, spaces);
		}
		put(layout, line + spaces, length);
		line += spaces + length;
	}
	layout_line_end(layout);
	return line;
}

void layout_wrap(struct layout *layout, size_t indent, const char *text)
{
	while (*text) {
		text = wrap_line(layout, indent, text);
		text += *text == '\n';
	}
}

void layout_block(struct layout *layout, size_t indent, const char *prefix, const char *text)
{
	while (*text) {
		const size_t length = strcspn(text, "\n");

		if (length || *prefix)
			pad_to(layout, indent);
		sink_text(layout->sink, prefix);
		escape_terminal(layout->sink, text, length);
		layout_line_end(layout);
		text += length;
		text += *text == '\n';
	}
}
