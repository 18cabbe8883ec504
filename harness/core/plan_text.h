/* SPDX-License-Identifier: Apache-2.0 */
/* What the pieces of a plan may be made of, and how they stand in its text. */
#ifndef SABOT_CORE_PLAN_TEXT_H
#define SABOT_CORE_PLAN_TEXT_H

#include <stddef.h>

enum plan_text {
	PLAN_TEXT_SCENARIO, /* group/name */
	PLAN_TEXT_NAME,	    /* of a case or strategy */
	PLAN_TEXT_TASK,	    /* role#0/1 */
	PLAN_TEXT_CALL,	    /* any text but an empty one; one word in the plan's text */
	PLAN_TEXT_FREE,	    /* any text; the rest of a line */
};

/* Why the array, `size` bytes long, does not hold a text of that kind ("is empty"), or NULL if it
 * does. */
const char *plan_text_wrong(enum plan_text kind, const char *text, size_t size);

/*
 * Writes bytes that would end or split the text as %XX: blanks of a call; blanks at either end of
 * free text; control characters and '%' of both. `out` has room for 3 times the text and a NUL.
 * Returns out.
 */
char *plan_text_escape(enum plan_text kind, const char *text, char *out);

/* The reverse, in place. Returns 0, or -EINVAL if a '%' is not followed by two hex digits, or by
 * 00. */
int plan_text_unescape(char *text);

#endif
