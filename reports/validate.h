/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of reports/: what a program that is not ours says of a report. */
#ifndef SABOT_REPORTS_VALIDATE_H
#define SABOT_REPORTS_VALIDATE_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { VALIDATE_MISSING = 77, VALIDATE_NOT_FOUND = 127 };

/* The exit status of a shell command that reads the document; $SABOT_SOURCE_DIR is the project. */
static inline int validate(const char *command, const char *document)
{
	FILE *pipe;
	int status;

	signal(SIGPIPE, SIG_IGN); /* where there is no such program, nobody reads */
	setenv("SABOT_SOURCE_DIR", ".", false);
	pipe = popen(command, "we");
	assert_non_null(pipe);
	fputs(document, pipe);
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Whether the validator is there at all; `package` is what it is in. Else the test is skipped. */
static inline void validate_or_skip(int status, const char *package)
{
	if (status != VALIDATE_NOT_FOUND && status != VALIDATE_MISSING)
		return;
	print_message("not validated: the package %s is missing\n", package);
	skip();
}

/* How often one text stands in another. */
static inline size_t validate_count(const char *text, const char *wanted)
{
	size_t count = 0;

	for (text = strstr(text, wanted); text; text = strstr(text + 1, wanted))
		count++;
	return count;
}

#endif
