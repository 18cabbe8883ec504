/* SPDX-License-Identifier: Apache-2.0 */
/* Options that narrow a selection: --tag, --kind and -k, for every verb that selects cases. */
#ifndef SABOT_CLI_FILTER_H
#define SABOT_CLI_FILTER_H

#include "cli/select.h"

#include <argp.h>

enum { FILTER_TAGS_MAX = 16 };

struct filter {
	const char *tags[FILTER_TAGS_MAX];
	size_t tag_count;
	const char *part;
	unsigned kinds;	 /* bit for each word of describe_kind() that is wanted; 0: all */
	unsigned faults; /* a bit for each plan_fault_kind; 0: any */
	bool cascades;	 /* cases with a second fault */
};

/* A child of a verb's argp; its input is a struct filter. */
extern const struct argp filter_argp;

/* Keeps what has one of the tags, is of one of the kinds, and contains the part. Returns 0, or an
 * exit code after one line.
 */
int filter_apply(const struct filter *filter, struct selection *selection);

/* Whether the word stands in a list of words with spaces between; NULL is an empty list. */
bool filter_has_word(const char *list, const char *word);

#endif
