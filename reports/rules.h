/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of findings as rules: what each is, what it means, and what to do about it. */
#ifndef SABOT_REPORTS_RULES_H
#define SABOT_REPORTS_RULES_H

#include "core/verdict.h"

struct rule {
	const char *id;	   /* stays the same for ever: dashboards count by it */
	const char *name;  /* the same as one word */
	const char *level; /* "error" or "warning" */
	const char *is;	   /* one line */
	const char *means;
	const char *help;
	enum kind kind;
};

extern const struct rule rules[]; /* ends with a NULL id */

/* NULL for what is no finding: KIND_NONE, KIND_BROKEN, KIND_UNFIT. */
const struct rule *rules_find(enum kind kind);

#endif
