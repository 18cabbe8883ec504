/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of plans share: plans to and from text in memory. */
#ifndef SABOT_CORE_PLAN_TEST_H
#define SABOT_CORE_PLAN_TEST_H

#include "core/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char golden_text[] = "sabot-plan 1\n"
				  "scenario sysv-sem/semundo-crash\n"
				  "case without-undo\n"
				  "module ./mine 100%25%0a.so\n"
				  "seed 0x000000000000002a\n"
				  "execution 17\n"
				  "strategy pct:3\n"
				  "finding deadlock: waiter#1 waits for what holder#0 held\n"
				  "fault kill holder#0 at 3 semop point\n"
				  "fault signal 10 waiter#1/2 at 2 unknown%20call "
				  "asleep again 1 after 4\n"
				  "fault stop waiter#1 at 0 - woken\n"
				  "fault errno ENOSPC writer#0 at 3 write point after 1 lasting\n"
				  "fault short 1 writer#0 at 0 write point\n"
				  "fault clock -60 writer#0 at 0 - point\n"
				  "switch holder#0 3 semop to waiter#1\n"
				  "switch holder#0 3.1 fcntl(F_SETLKW) to waiter#1/2\n"
				  "trace 3 0x0123456789abcdef\n"
				  "| first step \xc3\xa4 \xff \t \r\n"
				  "|\n"
				  "|  # third, with a blank before it\n"
				  "end\n";

/* Big, so not on the stack. */
static char text_buffer[4 << 20];

static inline int read_bytes(const char *text, size_t size, struct plan *to,
			     struct plan_trace *trace, struct plan_error *error)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, size, "r");
	int result;

	assert_non_null(file);
	memset(error, 0, sizeof(*error));
	result = plan_read(file, to, trace, error);
	fclose(file);
	return result;
}

/* Into text_buffer; returns the length. */
static inline size_t write_text(const struct plan *from, const struct plan_trace *trace)
{
	FILE *file = fmemopen(text_buffer, sizeof(text_buffer), "w");
	long length;

	assert_non_null(file);
	assert_int_equal(plan_write(file, from, trace), 0);
	length = ftell(file);
	fclose(file);
	assert_in_range(length, 1, sizeof(text_buffer) - 1);
	return (size_t)length;
}

#endif
