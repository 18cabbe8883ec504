/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/escape.h"

#include <stdbool.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The length that a lead byte announces (0: it is none), and the bounds of the byte behind it. */
static size_t announced(unsigned char lead, unsigned char *low, unsigned char *high)
{
	*low = 0x80;
	*high = 0xbf;
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	if (lead == 0xe0)
		*low = 0xa0; /* less would be overlong */
	else if (lead == 0xed)
		*high = 0x9f; /* more would be a surrogate */
	else if (lead == 0xf0)
		*low = 0x90;
	else if (lead == 0xf4)
		*high = 0x8f; /* more would lie beyond U+10FFFF */
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

size_t escape_next(const char *text, size_t length, uint32_t *character)
{
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned char low, high;
	const size_t want = announced(bytes[0], &low, &high);
	uint32_t value = want < 2 ? bytes[0] : bytes[0] & (0x7fU >> want);
	size_t have = 1;

	for (; have < want && have < length; have++) {
		if (bytes[have] < low || bytes[have] > high)
			break;
		value = value << 6 | (bytes[have] & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*character = have == want ? value : ESCAPE_INVALID;
	return have;
}

/* Lets `emit` write each character, from the bytes that it was read from. */
static void each(struct sink *sink, const char *text, size_t length,
		 void (*emit)(struct sink *, const char *bytes, size_t count, uint32_t character))
{
	for (size_t at = 0; at < length;) {
		uint32_t character;
		const size_t count = escape_next(text + at, length - at, &character);

		emit(sink, text + at, count, character);
		at += count;
	}
}

static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

static void emit_json(struct sink *sink, const char *bytes, size_t count, uint32_t character)
{
	if (character == ESCAPE_INVALID)
		sink_text(sink, REPLACEMENT);
	else if (character == '"' || character == '\\')
		sink_format(sink, "\\%c", (char)character);
	else if (character == '\n')
		sink_text(sink, "\\n");
	else if (character == '\t')
		sink_text(sink, "\\t");
	else if (is_control(character) || character == 0x2028 || character == 0x2029 ||
		 character == 0xfffe || character == 0xffff)
		sink_format(sink, "\\u%04x", (unsigned)character);
	else
		sink_bytes(sink, bytes, count);
}

static bool xml_refuses(uint32_t character)
{
	if (character == '\t' || character == '\n' || character == '\r')
		return false;
	return is_control(character) || character == 0xfffe || character == 0xffff ||
	       character == ESCAPE_INVALID;
}

static void emit_xml_text(struct sink *sink, const char *bytes, size_t count, uint32_t character)
{
	if (xml_refuses(character))
		sink_text(sink, REPLACEMENT);
	else if (character == '&')
		sink_text(sink, "&amp;");
	else if (character == '<')
		sink_text(sink, "&lt;");
	else if (character == '>')
		sink_text(sink, "&gt;"); /* always, so that "]]>" needs no thought */
	else if (character == '\r')
		sink_text(sink, "&#13;");
	else
		sink_bytes(sink, bytes, count);
}

static void emit_xml_attribute(struct sink *sink, const char *bytes, size_t count,
			       uint32_t character)
{
	if (character == '"')
		sink_text(sink, "&quot;");
	else if (character == '\n')
		sink_text(sink, "&#10;");
	else if (character == '\t')
		sink_text(sink, "&#9;");
	else
		emit_xml_text(sink, bytes, count, character);
}

/* Direction marks, overrides and isolates let a line read otherwise than it is; line ends would
 * split it. */
static bool terminal_refuses(uint32_t character)
{
	return is_control(character) || character == ESCAPE_INVALID || character == 0x61c ||
	       character == 0x200e || character == 0x200f ||
	       (character >= 0x2028 && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069) || character == 0xfeff ||
	       character == 0xfffe || character == 0xffff;
}

static void emit_line(struct sink *sink, const char *bytes, size_t count, uint32_t character)
{
	if (!terminal_refuses(character)) {
		sink_bytes(sink, bytes, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		sink_format(sink, "\\x%02x", (unsigned)(unsigned char)bytes[i]);
}

static void emit_terminal(struct sink *sink, const char *bytes, size_t count, uint32_t character)
{
	if (character == '\n' || character == '\t')
		sink_bytes(sink, bytes, count);
	else
		emit_line(sink, bytes, count, character);
}

void escape_json(struct sink *sink, const char *text, size_t length)
{
	each(sink, text, length, emit_json);
}

void escape_xml_text(struct sink *sink, const char *text, size_t length)
{
	each(sink, text, length, emit_xml_text);
}

void escape_xml_attribute(struct sink *sink, const char *text, size_t length)
{
	each(sink, text, length, emit_xml_attribute);
}

void escape_terminal(struct sink *sink, const char *text, size_t length)
{
	each(sink, text, length, emit_terminal);
}

void escape_line(struct sink *sink, const char *text, size_t length)
{
	each(sink, text, length, emit_line);
}

size_t escape_columns(const char *text, size_t length)
{
	size_t columns = 0;

	for (size_t at = 0; at < length;) {
		uint32_t character;
		const size_t count = escape_next(text + at, length - at, &character);

		columns += terminal_refuses(character) ? 4 * count : 1;
		at += count;
	}
	return columns;
}
