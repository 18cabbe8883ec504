/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults that the user asks for and no case has: a plain case is run as if it were a sweep of that
 * fault, under the name "CASE+KIND", or with what else the fault's word has.
 */
#ifndef SABOT_CLI_INJECT_H
#define SABOT_CLI_INJECT_H

#include "cli/select.h"

enum { INJECT_MAX = 32 };

struct inject {
	const char *faults[INJECT_MAX]; /* the words */
	size_t count;
};

/*
 * Adds what a word of --inject names: "kill", "errno=EINTR", "signal=USR1", "kill+kill" (a cascade:
 * after the first, the second strikes in the same execution), or "all" kinds. Returns NULL, or what
 * is wrong with it, for the end of a sentence that begins with the word. The word stays in
 * use.
 */
const char *inject_add(struct inject *inject, const char *word);

/* Puts in place of each plain case one for each fault; other cases go. 0, or an exit code after one
 * line. */
int inject_apply(const struct inject *inject, struct selection *selection);

/* Makes the target's case one with this fault; its name was checked before. 0 or an exit code, as
 * above. */
int inject_one(struct campaign_target *target, const char *fault);

#endif
