/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz entry: whatever the tools that we run have written, a line at a time, reading it stays
 * within the line, and makes figures that are some. Built by ci/fuzz only; else it is empty.
 */
#include "cli/tool_text.h"

#ifdef SABOT_FUZZ

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* In memory of its own, to its last byte: what is read beyond is seen. */
static void read_line(const char *line)
{
	static struct lcov_rates rates;
	struct fuzz_figures figures = { .stability = -1 };
	char *copy = strdup(line);
	const char *complaint;

	require(copy);
	tool_text_figures(copy, &figures);
	require(figures.stability >= 0 || figures.stability == -1);
	(void)tool_text_executions(copy);
	tool_text_rates(copy, &rates);
	complaint = tool_text_complaint(copy);
	require(strlen(copy) <= strlen(line) && !strpbrk(copy, "\x1b\r\n"));
	require(!complaint || (complaint > copy && complaint <= copy + strlen(copy)));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *line, *rest = text;

	require(text);
	memcpy(text, data, size);
	text[size] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL)
		read_line(line);
	free(text);
	return 0;
}

#endif
