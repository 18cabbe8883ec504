/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan's text, line by line and word by word. The first failure stays in `failed` and makes all
 * that follows do nothing, so a line is read by one call after another. Of the plan module only.
 */
#ifndef SABOT_CORE_PLAN_LINE_H
#define SABOT_CORE_PLAN_LINE_H

#include "core/plan.h"

struct plan_line {
	FILE *file;
	struct plan_error *error; /* filled when `failed` is set */
	int failed;		  /* 0 or -errno; -EINVAL if the text is wrong */
	unsigned number;	  /* of the line in text; 0 before the first */
	bool crlf;  /* the first line ended with CR LF: then that is how lines end here */
	char *rest; /* what has not been taken of it */
	char text[PLAN_LINE_MAX + 1];
};

/* Fetches the next line, without its end. Fails on a NUL byte or an over-long line. */
bool plan_line_next(struct plan_line *line);

/* Takes the next word, or all that is left, without blanks around it. NULL if nothing is left. */
char *plan_line_word(struct plan_line *line);
char *plan_line_rest(struct plan_line *line);

/* Reads `word`, which is the number `what`, decimal or 0x. 0 on failure. */
uint64_t plan_line_number(struct plan_line *line, const char *what, const char *word,
			  uint64_t least, uint64_t most);

/* Fails the line with a message that may quote its text, unless it has failed before. */
void plan_line_fail(struct plan_line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
