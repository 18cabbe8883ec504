/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/escape.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BAD "\xef\xbf\xbd"

enum { ROUNDS = 20000, INPUT_BYTES = 48 };

struct text {
	char *bytes;
	size_t length;
};

static struct text escaped(void (*escape)(struct sink *, const char *, size_t), const char *bytes,
			   size_t length)
{
	struct text text = { NULL, 0 };
	struct sink sink = { open_memstream(&text.bytes, &text.length), 0 };

	assert_non_null(sink.file);
	escape(&sink, bytes, length);
	assert_int_equal(sink_finish(&sink), 0);
	assert_int_equal(fclose(sink.file), 0);
	return text;
}

static void expect(void (*escape)(struct sink *, const char *, size_t), const char *in,
		   const char *out)
{
	struct text text = escaped(escape, in, strlen(in));

	assert_string_equal(text.bytes, out);
	free(text.bytes);
}

static void json_strings(void **state)
{
	(void)state;
	expect(escape_json, "", "");
	expect(escape_json, "plain \xc3\xa9 \xf0\x9f\x91\x9e /",
	       "plain \xc3\xa9 \xf0\x9f\x91\x9e /");
	expect(escape_json, "\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbc", "\\ufffe\\uffff\xef\xbf\xbc");
	expect(escape_json, "\"\\\n\t\r\x1b\x01\x7f", "\\\"\\\\\\n\\t\\u000d\\u001b\\u0001\\u007f");
	expect(escape_json, "\xc2\x9b\xe2\x80\xa8\xe2\x80\xa9", "\\u009b\\u2028\\u2029");
	expect(escape_json, "a\xff\xe2\x82z\xc0\x80", "a" BAD BAD "z" BAD BAD);
}

static void xml_texts(void **state)
{
	(void)state;
	expect(escape_xml_text, "a]]>b <&\"'\n\t", "a]]&gt;b &lt;&amp;\"'\n\t");
	expect(escape_xml_text, "\x1b[0m\x01\x7f\xc2\x9b\r", BAD "[0m" BAD BAD BAD "&#13;");
	expect(escape_xml_text, "\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", BAD BAD BAD);
	expect(escape_xml_text, "\xed\xa0\x80\xf4\x8f\xbf\xbf", BAD BAD BAD "\xf4\x8f\xbf\xbf");
	expect(escape_xml_attribute, "a]]>b <&\"'\n\t\r",
	       "a]]&gt;b &lt;&amp;&quot;'&#10;&#9;&#13;");
	expect(escape_xml_attribute, "\x1b\xff", BAD BAD);
}

static void terminal_texts(void **state)
{
	(void)state;
	expect(escape_terminal, "a\n\tb\x1b[31m\r\x7f", "a\n\tb\\x1b[31m\\x0d\\x7f");
	expect(escape_terminal, "\xc2\x9b\xff\xe2\x80\xae\\", "\\xc2\\x9b\\xff\\xe2\\x80\\xae\\");
	expect(escape_terminal, "\xc3\xa9\xf0\x9f\x91\x9e", "\xc3\xa9\xf0\x9f\x91\x9e");
	expect(escape_line, "a\n\tb", "a\\x0a\\x09b");
	assert_int_equal(escape_columns("a\n\xc3\xa9\xff", 5), 1 + 4 + 1 + 4);
}

/* The bytes of a NUL and what follows it count too, where the caller's length says so. */
static void nul_is_a_byte(void **state)
{
	struct text text = escaped(escape_json, "a\0b", 3);

	(void)state;
	assert_string_equal(text.bytes, "a\\u0000b");
	free(text.bytes);
	text = escaped(escape_xml_text, "a\0b", 3);
	assert_string_equal(text.bytes, "a" BAD "b");
	free(text.bytes);
}

static uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 11;
}

/* Bytes of all kinds, with characters of each length and what is special to a format among them. */
static size_t random_bytes(uint64_t *state, char *bytes)
{
	static const char *const pieces[] = {
		"\xc3\xa9",
		"\xe2\x82\xac",
		"\xf0\x9f\x91\x9e",
		"\xed\xa0\x80",
		"\xf4\x90\x80\x80",
		"\xe0\x80\x80",
		"\xc2\x9b",
		"\xef\xbf\xbe",
		"\x1b[1m",
		"]]>",
		"&lt;",
		"\"",
		"\\u00",
		"<",
		"\n",
		"\t",
		"\r",
		"\xe2\x80\xa8",
		"\xf0\x9f",
		"\xe2",
	};
	const size_t wanted = draw(state) % (INPUT_BYTES - 4);
	size_t length = 0;

	while (length < wanted) {
		const uint64_t kind = draw(state) % 3;

		if (kind == 0) {
			bytes[length++] = (char)draw(state);
		} else if (kind == 1) {
			bytes[length++] = (char)(' ' + draw(state) % 95);
		} else {
			const char *piece =
				pieces[draw(state) % (sizeof(pieces) / sizeof(pieces[0]))];

			memcpy(bytes + length, piece, strlen(piece));
			length += strlen(piece);
		}
	}
	return length;
}

/* By another's judgement than that of escape_next(). Fills `characters`; returns how many. */
static size_t decode(iconv_t decoder, struct text text, uint32_t *characters, size_t room)
{
	char *in = text.bytes, *out = (char *)characters;
	size_t in_left = text.length, out_left = room * sizeof(*characters);

	assert_int_equal(iconv(decoder, &in, &in_left, &out, &out_left), 0);
	assert_int_equal(in_left, 0);
	for (size_t i = 0; i < room - out_left / sizeof(*characters); i++)
		assert_false(characters[i] >= 0xd800 && characters[i] < 0xe000);
	return room - out_left / sizeof(*characters);
}

static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

static size_t put_utf8(char *out, unsigned long character)
{
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	if (character < 0x800) {
		out[0] = (char)(0xc0 | character >> 6);
		out[1] = (char)(0x80 | (character & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | character >> 12);
	out[1] = (char)(0x80 | (character >> 6 & 0x3f));
	out[2] = (char)(0x80 | (character & 0x3f));
	return 3;
}

/* What a reader makes of the inside of a JSON string; fails on what the grammar does not have. */
static size_t read_json(struct text text, char *out)
{
	size_t length = 0;

	for (size_t i = 0; i < text.length; i++) {
		char digits[5] = "";

		assert_true((unsigned char)text.bytes[i] >= 0x20 && text.bytes[i] != '"');
		if (text.bytes[i] != '\\') {
			out[length++] = text.bytes[i];
			continue;
		}
		i++;
		if (text.bytes[i] == 'u') {
			memcpy(digits, text.bytes + i + 1, 4);
			assert_int_equal(strspn(digits, "0123456789abcdef"), 4);
			length += put_utf8(out + length, strtoul(digits, NULL, 16));
			i += 4;
			continue;
		}
		assert_non_null(memchr("\"\\nt", text.bytes[i], 4));
		out[length++] = text.bytes[i] == 'n'   ? '\n'
				: text.bytes[i] == 't' ? '\t'
						       : text.bytes[i];
	}
	return length;
}

/* What a reader makes of XML text or of an attribute's value. */
static size_t read_xml(struct text text, char *out)
{
	static const struct {
		const char *entity;
		char character;
	} entities[] = { { "&amp;", '&' }, { "&lt;", '<' },   { "&gt;", '>' },	{ "&quot;", '"' },
			 { "&#9;", '\t' }, { "&#10;", '\n' }, { "&#13;", '\r' } };
	const size_t count = sizeof(entities) / sizeof(entities[0]);
	size_t length = 0;

	for (size_t i = 0; i < text.length;) {
		size_t known = 0;

		assert_true(text.bytes[i] != '<' && text.bytes[i] != '>');
		if (text.bytes[i] != '&') {
			out[length++] = text.bytes[i++];
			continue;
		}
		while (known < count && strncmp(text.bytes + i, entities[known].entity,
						strlen(entities[known].entity)) != 0)
			known++;
		assert_true(known < count);
		out[length++] = entities[known].character;
		i += strlen(entities[known].entity);
	}
	return length;
}

/*
 * What is read back holds no more than the format could not say: escaping that again changes
 * nothing. Bytes that were valid come back as they were (is_valid: the escaper has replaced
 * nothing).
 */
static void expect_round_trip(void (*escape)(struct sink *, const char *, size_t),
			      size_t (*undo)(struct text, char *), const char *in, size_t length)
{
	struct text once = escaped(escape, in, length), twice;
	char back[INPUT_BYTES * 8];
	const size_t back_length = undo(once, back);

	assert_true(back_length <= sizeof(back));
	twice = escaped(escape, back, back_length);
	assert_int_equal(once.length, twice.length);
	assert_memory_equal(once.bytes, twice.bytes, once.length);
	if (!memmem(once.bytes, once.length, BAD, 3)) {
		assert_int_equal(back_length, length);
		assert_memory_equal(back, in, length);
	}
	free(once.bytes);
	free(twice.bytes);
}

static void expect_characters(iconv_t decoder, void (*escape)(struct sink *, const char *, size_t),
			      const char *in, size_t length, const char *controls,
			      const char *never)
{
	uint32_t characters[INPUT_BYTES * 8];
	struct text text = escaped(escape, in, length);
	const size_t count = decode(decoder, text, characters, INPUT_BYTES * 8);

	for (size_t i = 0; i < count; i++) {
		const uint32_t character = characters[i];

		if (is_control(character))
			assert_true(character && strchr(controls, (int)character));
		assert_false(character && character < 0x80 && strchr(never, (int)character));
		assert_int_not_equal(character, 0xfffe);
	}
	if (escape == escape_line)
		assert_int_equal(count, escape_columns(in, length));
	free(text.bytes);
}

static void any_bytes_come_out_safe(void **state)
{
	iconv_t decoder = iconv_open("UCS-4LE", "UTF-8");
	uint64_t seed = UINT64_C(0x5ab07);
	char bytes[INPUT_BYTES];

	(void)state;
	assert_true(decoder != (iconv_t)-1);
	for (unsigned round = 0; round < ROUNDS; round++) {
		const size_t length = random_bytes(&seed, bytes);

		expect_characters(decoder, escape_xml_text, bytes, length, "\n\t", "<>");
		expect_characters(decoder, escape_xml_attribute, bytes, length, "", "<>\"");
		expect_characters(decoder, escape_terminal, bytes, length, "\n\t", "");
		expect_characters(decoder, escape_line, bytes, length, "", "");
		expect_round_trip(escape_json, read_json, bytes, length);
		expect_round_trip(escape_xml_text, read_xml, bytes, length);
		expect_round_trip(escape_xml_attribute, read_xml, bytes, length);
	}
	iconv_close(decoder);
}

/* Each code point there is, and the surrogates, which are none. */
static void every_character_is_read(void **state)
{
	(void)state;
	for (uint32_t character = 0; character < 0x110000; character++) {
		const bool surrogate = character >= 0xd800 && character < 0xe000;
		char bytes[4];
		size_t length = 4;
		uint32_t got;

		if (character < 0x10000) {
			length = put_utf8(bytes, character);
		} else {
			bytes[0] = (char)(0xf0 | character >> 18);
			bytes[1] = (char)(0x80 | (character >> 12 & 0x3f));
			bytes[2] = (char)(0x80 | (character >> 6 & 0x3f));
			bytes[3] = (char)(0x80 | (character & 0x3f));
		}
		assert_int_equal(escape_next(bytes, length, &got), surrogate ? 1 : length);
		assert_int_equal(got, surrogate ? ESCAPE_INVALID : character);
		/* Cut short, it is one that is invalid, as far as it goes. */
		if (length > 1 && !surrogate) {
			assert_int_equal(escape_next(bytes, length - 1, &got), length - 1);
			assert_int_equal(got, ESCAPE_INVALID);
		}
	}
}

/* How many pairs of first bytes begin a character of each length (Unicode, table 3-7): no others
 * do. */
static void nothing_else_is_read(void **state)
{
	size_t read[5] = { 0 };

	(void)state;
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		const char bytes[] = { (char)(pair >> 8), (char)pair, '\x80', '\x80' };
		uint32_t character;
		const size_t length = escape_next(bytes, sizeof(bytes), &character);

		read[character == ESCAPE_INVALID ? 0 : length]++;
	}
	assert_int_equal(read[1], 0x80 * 0x100);
	assert_int_equal(read[2], (0xe0 - 0xc2) * 0x40);
	assert_int_equal(read[3], 0x20 + 0x20 + (16 - 2) * 0x40);
	assert_int_equal(read[4], 0x30 + 3 * 0x40 + 0x10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_strings),
		cmocka_unit_test(xml_texts),
		cmocka_unit_test(terminal_texts),
		cmocka_unit_test(nul_is_a_byte),
		cmocka_unit_test(any_bytes_come_out_safe),
		cmocka_unit_test(every_character_is_read),
		cmocka_unit_test(nothing_else_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
