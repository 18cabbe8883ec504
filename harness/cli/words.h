/* SPDX-License-Identifier: Apache-2.0 */
/* A command as one line of text, which a shell reads as the words that it was made of. */
#ifndef SABOT_CLI_WORDS_H
#define SABOT_CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The words, of a NULL-terminated array, quoted where need be. NULL: no memory. Free it. */
char *words_join(char *const *words);

/*
 * The words of such a line, as a NULL-terminated array in one piece of memory; free it. Quotes are
 * '...' and a backslash outside of them; nothing else is special. NULL: a quote does not end, or
 * there is no memory.
 */
char **words_split(const char *line);

#endif
