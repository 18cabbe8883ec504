/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan_text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Not ctype.h: what a plan may hold does not depend on the locale. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c != '\0' && strchr("._-:=,+", c));
}

static size_t name_length(const char *text)
{
	size_t length = 0;

	while (is_name_char(text[length]))
		length++;
	return length;
}

static const char *name_wrong(const char *text)
{
	return text[name_length(text)] == '\0' ? NULL : "has a character that no name may have";
}

static const char *scenario_wrong(const char *text)
{
	const size_t group = name_length(text);

	if (group == 0 || text[group] != '/' || text[group + 1] == '\0')
		return "is not of the form group/name";
	return name_wrong(text + group + 1);
}

static const char *task_wrong(const char *text)
{
	const char *at = text + name_length(text);

	if (at == text || *at != '#')
		return "is not of the form role#0";
	do {
		const char *number = ++at;

		while (is_digit(*at))
			at++;
		if (at == number)
			return "has no number where one belongs";
	} while (*at == '/');
	if (at[0] == '~' && is_digit(at[1]))
		for (at++; is_digit(*at);)
			at++;
	return *at == '\0' ? NULL : "has a character after its number";
}

const char *plan_text_wrong(enum plan_text kind, const char *text, size_t size)
{
	if (strnlen(text, size) == size)
		return "is too long";
	if (kind != PLAN_TEXT_FREE && text[0] == '\0')
		return "is empty";
	switch (kind) {
	case PLAN_TEXT_SCENARIO:
		return scenario_wrong(text);
	case PLAN_TEXT_NAME:
		return name_wrong(text);
	case PLAN_TEXT_TASK:
		return task_wrong(text);
	case PLAN_TEXT_CALL:
	case PLAN_TEXT_FREE:
		break;
	}
	return NULL;
}

char *plan_text_escape(enum plan_text kind, const char *text, char *out)
{
	static const char hex[] = "0123456789abcdef";
	const size_t length = strlen(text);
	char *to = out;

	for (size_t i = 0; i < length; i++) {
		const unsigned char c = (unsigned char)text[i];
		const bool splits = kind == PLAN_TEXT_CALL || i == 0 || i + 1 == length;

		if (c < ' ' || c == 0x7f || c == '%' || (c == ' ' && splits)) {
			*to++ = '%';
			*to++ = hex[c >> 4];
			*to++ = hex[c & 15];
		} else {
			*to++ = (char)c;
		}
	}
	*to = '\0';
	return out;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int plan_text_unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		int high, low;

		if (*from != '%') {
			*to++ = *from;
			continue;
		}
		high = hex_value(from[1]);
		low = high < 0 ? -1 : hex_value(from[2]);
		if (low < 0 || high + low == 0)
			return -EINVAL;
		*to++ = (char)(high << 4 | low);
		from += 2;
	}
	*to = '\0';
	return 0;
}
