/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_plain(const char *word)
{
	return word[0] && word[strspn(word, "abcdefghijklmnopqrstuvwxyz"
					    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
					    "%+,-./:=@_^")] == '\0';
}

static void put_quoted(FILE *file, const char *word)
{
	fputc('\'', file);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", file);
		else
			fputc(*word, file);
	fputc('\'', file);
}

char *words_join(char *const *words)
{
	char *text = NULL;
	size_t size, i;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	for (i = 0; words[i]; i++) {
		if (i)
			fputc(' ', file);
		if (is_plain(words[i]))
			fputs(words[i], file);
		else
			put_quoted(file, words[i]);
	}
	if (fclose(file) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Copies one word, of which there is a first byte; NULL: a quote does not end. */
static const char *take_word(const char *at, char **to)
{
	bool quoted = false;

	for (; *at && (quoted || !is_blank(*at)); at++) {
		if (*at == '\'')
			quoted = !quoted;
		else if (*at == '\\' && !quoted && at[1])
			*(*to)++ = *++at;
		else
			*(*to)++ = *at;
	}
	*(*to)++ = '\0';
	return quoted ? NULL : at;
}

char **words_split(const char *line)
{
	/* Each word takes two bytes at least, with what parts it from the next. */
	size_t length = strlen(line), most = length / 2 + 2, count = 0;
	char **words = malloc(most * sizeof(*words) + length + 1);
	char *to = words ? (char *)(words + most) : NULL;

	while (words) {
		while (is_blank(*line))
			line++;
		if (!*line)
			break;
		words[count++] = to;
		line = take_word(line, &to);
		if (!line) {
			free(words);
			return NULL;
		}
	}
	if (words)
		words[count] = NULL;
	return words;
}
