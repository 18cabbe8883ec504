/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

void plan_line_fail(struct plan_line *line, const char *format, ...)
{
	struct plan_error *error = line->error;
	va_list args;

	if (line->failed)
		return;
	va_start(args, format);
	vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
	/* It quotes the text, which may be anything, and goes to a terminal. */
	for (char *c = error->message; *c != '\0'; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	error->line = line->number ? line->number : 1;
	line->failed = -EINVAL;
}

static bool read_failed(struct plan_line *line)
{
	const int error = errno ? errno : EIO;

	plan_line_fail(line, "cannot read it: %s", strerror(error));
	line->failed = -error;
	return false;
}

/* Editors and version control turn LF into CR LF, but a step's own CR at its end is part of it. */
static size_t without_cr(struct plan_line *line, size_t length)
{
	const bool has_cr = length > 0 && line->text[length - 1] == '\r';

	if (line->number == 1)
		line->crlf = has_cr;
	return has_cr && (line->crlf || line->text[0] != '|') ? length - 1 : length;
}

bool plan_line_next(struct plan_line *line)
{
	size_t length = 0;
	int c;

	if (line->failed)
		return false;
	errno = 0;
	c = getc(line->file);
	if (c == EOF)
		return ferror(line->file) && read_failed(line);
	line->number++;
	for (; c != EOF && c != '\n' && length < PLAN_LINE_MAX; c = getc(line->file)) {
		if (c == '\0')
			plan_line_fail(line, "a NUL byte");
		line->text[length++] = (char)c;
	}
	if (ferror(line->file))
		return read_failed(line);
	length = without_cr(line, length);
	if (length == PLAN_LINE_MAX || (c != EOF && c != '\n'))
		plan_line_fail(line, "longer than %d bytes", PLAN_LINE_MAX - 1);
	line->text[length] = '\0';
	line->rest = line->text;
	return !line->failed;
}

static char *skip_blanks(char *text)
{
	return text + strspn(text, " \t");
}

char *plan_line_word(struct plan_line *line)
{
	char *word = skip_blanks(line->rest);
	char *end = word + strcspn(word, " \t");

	line->rest = *end == '\0' ? end : end + 1;
	*end = '\0';
	return *word == '\0' ? NULL : word;
}

char *plan_line_rest(struct plan_line *line)
{
	char *rest = skip_blanks(line->rest);
	char *end = rest + strlen(rest);

	line->rest = end;
	while (end > rest && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return *rest == '\0' ? NULL : rest;
}

/* The digit's value, or something that is none in any base. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return UINT8_MAX;
}

uint64_t plan_line_number(struct plan_line *line, const char *what, const char *word,
			  uint64_t least, uint64_t most)
{
	const unsigned base = strncmp(word, "0x", 2) == 0 ? 16 : 10;
	const char *c = base == 16 ? word + 2 : word;
	uint64_t number = 0;
	bool fits = true;

	do {
		const unsigned digit = digit_value(*c);

		if (digit >= base) {
			plan_line_fail(line, "%s '%.40s' is not a number", what, word);
			return 0;
		}
		fits = fits && !__builtin_mul_overflow(number, (uint64_t)base, &number) &&
		       !__builtin_add_overflow(number, (uint64_t)digit, &number);
	} while (*++c != '\0');
	if (fits && number >= least && number <= most)
		return number;
	plan_line_fail(line, "%s %.40s is out of range (%" PRIu64 " to %" PRIu64 ")", what, word,
		       least, most);
	return 0;
}
