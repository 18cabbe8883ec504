/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines for a terminal: columns that align, paragraphs that keep within LAYOUT_WIDTH. Everything
 * passes escape.h; each character that it shows counts as one column.
 */
#ifndef SABOT_REPORTS_LAYOUT_H
#define SABOT_REPORTS_LAYOUT_H

#include "reports/sink.h"

#include <stddef.h>

enum { LAYOUT_WIDTH = 100, LAYOUT_GAP = 2 };

/* Starts as { sink, 0 }. */
struct layout {
	struct sink *sink;
	size_t column; /* of the current line */
};

/* Text where the line stands; no line end in it passes. */
void layout_text(struct layout *layout, const char *text);

/* Columns: text that begins, or ends, at `column`; at least LAYOUT_GAP behind what went before. */
void layout_left(struct layout *layout, size_t column, const char *text);
void layout_right(struct layout *layout, size_t column, const char *text);

/* How many columns a text fills. */
size_t layout_columns(const char *text);

void layout_line_end(struct layout *layout);

/*
 * Lines of text, each indented, broken at spaces where it is too wide, and ended. What follows a
 * break is indented as far as the text behind the line's number, if it begins with one.
 */
void layout_wrap(struct layout *layout, size_t indent, const char *text);

/* Lines of text, each indented and prefixed, never broken: pictures, and what others wrote. */
void layout_block(struct layout *layout, size_t indent, const char *prefix, const char *text);

#endif
