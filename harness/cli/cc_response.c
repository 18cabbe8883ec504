/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Response files: "@FILE" on a compiler's command line stands for the arguments in that file, as
 * gcc and clang read it: parted by white space, with quotes and backslashes as in a shell.
 */
#include "cli/cc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16 };

/* The whole file, or NULL: then the compiler takes the argument as it is, and so do we. */
static char *contents_of(const char *path)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "r");

	if (!file)
		return NULL;
	if (getdelim(&text, &size, EOF, file) < 0) {
		free(text);
		text = calloc(1, 1);
	}
	fclose(file);
	return text;
}

/* Takes the next argument from the text, without its quotes, in place. NULL: there is none. */
static char *next_argument(char **at)
{
	char *from = *at, *to, *argument, quote = '\0';

	while (isspace((unsigned char)*from))
		from++;
	if (!*from)
		return NULL;
	for (argument = to = from; *from && (quote || !isspace((unsigned char)*from)); from++) {
		if (*from == '\\' && from[1])
			*to++ = *++from;
		else if (quote ? *from == quote : *from == '"' || *from == '\'')
			quote = quote ? '\0' : *from;
		else
			*to++ = *from;
	}
	*at = *from ? from + 1 : from;
	*to = '\0';
	return argument;
}

static void add(struct cc_list *list, const char *argument, unsigned depth)
{
	char *text = argument[0] == '@' && depth < DEPTH_MAX ? contents_of(argument + 1) : NULL;
	char *inner;

	if (!text) {
		cc_add(list, argument);
		return;
	}
	while ((inner = next_argument(&text)) != NULL)
		add(list, inner, depth + 1);
}

void cc_add_expanded(struct cc_list *list, const char *argument)
{
	add(list, argument, 0);
}
