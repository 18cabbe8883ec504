/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz entry: whatever the text is, reading it does no harm, and what was read is a valid plan that
 * writing and reading give back. Built by ci/fuzz only; else it is empty.
 */
#include "core/plan.h"

#ifdef SABOT_FUZZ

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static char *write_all(const struct plan *plan, const struct plan_trace *trace, size_t *size)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, size);

	require(file && plan_write(file, plan, trace) == 0 && fclose(file) == 0);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan plan, again;
	struct plan_trace trace, trace_again;
	struct plan_error error;
	char *text, *text_again;
	size_t length, length_again;
	FILE *file = fmemopen((void *)(uintptr_t)data, size, "r");
	int result;

	require(file);
	result = plan_read(file, &plan, &trace, &error);
	fclose(file);
	if (result != 0) {
		require(error.line >= 1 && error.message[0] != '\0' && !trace.lines);
		return 0;
	}
	require(plan_valid(&plan));
	text = write_all(&plan, &trace, &length);
	file = fmemopen(text, length, "r");
	require(file && plan_read(file, &again, &trace_again, &error) == 0);
	fclose(file);
	text_again = write_all(&again, &trace_again, &length_again);
	require(memcmp(&plan, &again, sizeof(plan)) == 0);
	require(length == length_again && memcmp(text, text_again, length) == 0);
	plan_trace_free(&trace);
	plan_trace_free(&trace_again);
	free(text);
	free(text_again);
	return 0;
}

#endif
